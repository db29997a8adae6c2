"""One turn being made: the talk in its open form, walked from step to step until it waits or ends."""

from __future__ import annotations

from datetime import datetime

from msgspec import structs

from bot.engine import calls
from bot.engine.effects import Ask, Effect, Ended, HowEnded, Measure, Picture, Save, Say, Started
from bot.engine.figures import arm_of, moment_of, total_of
from bot.engine.place import MANY, Place, answers_in
from bot.engine.reading import Context
from bot.engine.schedule import plan
from bot.engine.speech import choices_of, shown
from bot.model.talk import Frame, Prompt, Session
from flows.library import Library
from flows.model import MINE, AnswerKind, Choice, Flow, Hint, Score, Sentence, Step
from flows.phrases import fill
from flows.values import Saved

MAX_STEPS = 100
_TYPED_KINDS = frozenset(
    {AnswerKind.TEXT, AnswerKind.NUMBER, AnswerKind.TIME, AnswerKind.DATE, AnswerKind.ZONE, AnswerKind.COUNTRY}
)
_NO_CHOICES = Prompt("")
Move = tuple[str, str, str]


class Turn:
    """Mutable inside one call of the engine only; `session()` and `effects` are what comes out.

    `outer` are the frames below `top`. `moves` are the ways taken (flow, step, step), for coverage.
    """

    __slots__ = (
        "before",
        "effects",
        "language",
        "library",
        "moves",
        "now",
        "outer",
        "parked",
        "parked_at",
        "phrases",
        "prompt",
        "reminded",
        "steps_left",
        "top",
        "wake_at",
    )

    def __init__(self, library: Library, session: Session, now: datetime, language: str) -> None:
        self.library = library
        self.before = session
        self.now = now
        self.language = language
        self.phrases = library.phrases(language)
        self.effects: list[Effect] = []
        self.moves: list[Move] = []
        self.top: Place | None = None
        self.outer: tuple[Frame, ...] = ()
        self.parked = session.parked
        self.parked_at = session.parked_at
        self.prompt = session.prompt
        self.wake_at = session.wake_at
        self.reminded = session.reminded
        self.steps_left = MAX_STEPS

    # --- in and out ------------------------------------------------------------------------------------------------

    def session(self) -> Session:
        """Return the session after the turn."""
        return structs.replace(
            self.before,
            stack=self.frames(),
            parked=self.parked,
            parked_at=self.parked_at,
            prompt=self.prompt,
            wake_at=self.wake_at,
            reminded=self.reminded,
        )

    def frames(self) -> tuple[Frame, ...]:
        """Return the open talk, outermost first."""
        return self.outer if self.top is None else (*self.outer, self.top.frame())

    def open(self, frames: tuple[Frame, ...]) -> bool:
        """Take up a talk; return whether its innermost flow is still known in the version it began with."""
        self.outer, self.top = frames[:-1], self.place_of(frames[-1])
        return self.top is not None

    def place_of(self, frame: Frame) -> Place | None:
        """Return the open form of a frame, or None when its version is not known any more."""
        flow = self.library.pinned(frame.flow, frame.hash, self.language)
        if flow is None or frame.step not in flow.steps:
            return None
        return Place(flow, frame.step, dict(frame.saved), frame.path, frame.tries)

    @property
    def context(self) -> Context:
        """Return what reading an answer may need."""
        return Context(self.phrases, self.language, self.now)

    def say(self, phrase: str, **values: object) -> None:
        """Say one of the engine's own phrases."""
        self.effects.append(Say(fill(phrase, **values)))

    def say_position(self, phrase: str, **values: object) -> None:
        """Say a phrase about where the talk stands."""
        if self.top is not None:
            step, steps = self.top.position()
            self.say(phrase, step=step, steps=steps, title=self.top.flow.title, **values)

    # --- walking ---------------------------------------------------------------------------------------------------

    def begin(self, flow: Flow, given: dict[str, Saved]) -> None:
        """Enter a flow on top of what is open, and walk to its first question."""
        self.walk(self.enter(flow, given))

    def walk(self, name: str) -> None:
        """Go on from step `name` until a question waits or the talk is over."""
        while name and self.top is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                return self.overrun()
            step = self.top.flow.steps[name]
            self.top.at = step
            self._speak(step)
            if step.ask is not None:
                return self.ask()
            name = self._pass(step)
        return None

    def _pass(self, step: Step) -> str:
        """Do what a step without a question does; return the next one, or nothing when a question is open."""
        if step.call is not None:
            return calls.enter(self, step, step.call)
        if step.end:
            return self.end("left" if step.end == "left" else "done")
        return self.way_on(step, None) or self.end("done")

    def way_on(self, step: Step, answer: Saved) -> str:
        """Return the step after `step`, and note the way."""
        return self.take(step, step.only_way or step.way_on(self.saved(), answer))

    def take(self, step: Step, name: str) -> str:
        """Note the way from `step` to step `name`; return it."""
        if self.top is not None:
            self.moves.append((self.top.flow.name, step.name, name))
        return name

    def pass_unanswered(self, step: Step, to: str) -> None:
        """Go on from a question without its answer: to a step, or the usual way when `to` is empty."""
        place = self.top
        if place is None:
            return
        place.saved.pop(MANY, None)
        if step.save:
            # What is kept for later talks stands until it is said anew.
            kept = place.saved.get(step.save) if step.save.startswith(MINE) else None
            place.keep(step.save, kept)
            self.effects.append(Save(place.flow.name, step.name, step.save, kept))
        name = self.take(step, to) if to else self.way_on(step, None)
        place.pass_by()
        self.walk(name or self.end("done"))

    def end(self, how: HowEnded) -> str:
        """Leave the innermost flow; return the step to go on with in the one below, or nothing."""
        ended = self._leave(how)
        if ended is None or not self.outer:
            self.close()
            return ""
        below = self.outer
        if not self.open(below):
            self.lost(below)
            return ""
        step = self.top.at if self.top else None
        if step is not None and step.call is not None:
            return calls.come_back(self, step, ended, how)
        self.say_position(self.phrases.back_to)
        self.ask()
        return ""

    def end_all(self, how: HowEnded) -> None:
        """Leave every open flow, the innermost first."""
        while self._leave(how) is not None and self.outer and self.open(self.outer):
            pass
        self.close()

    def close(self) -> None:
        """Have nothing open."""
        self.outer, self.top = (), None
        self.prompt = self.wake_at = None
        self.reminded = False

    def lost(self, frames: tuple[Frame, ...]) -> None:
        """End a talk whose version is not known any more."""
        self.effects += [Ended(frame.flow, "expired", answers_in(frame)) for frame in reversed(frames)]
        self.say(self.phrases.changed)
        self.close()

    def step_down(self) -> None:
        """Leave the innermost flow and stand in the one below, asking nothing."""
        self._leave("left")
        if self.outer and not self.open(self.outer):
            self.close()

    def _leave(self, how: HowEnded) -> Place | None:
        left, self.top = self.top, None
        if left is not None:
            self.effects.append(Ended(left.flow.name, how, left.answers()))
        return left

    def refused(self, flow: Flow, facts: dict[str, Saved]) -> bool:
        """Say that a permission is missing when one is; return whether."""
        missing = [need for need in flow.needs if not facts.get(need)]
        if missing:
            consent = any(need.startswith("consent.") for need in missing)
            self.say(self.phrases.needs_consent if consent else self.phrases.not_staffed)
        return bool(missing)

    def enter(self, flow: Flow, given: dict[str, Saved]) -> str:
        """Stand at the start of a flow on top of what is open; return its first step."""
        self.outer = self.frames()
        self.top = Place(flow, flow.start, flow.given | given)
        self.effects.append(Started(flow.name))
        return flow.start

    def overrun(self) -> None:
        """End a talk that goes round and round, in words."""
        self.end_all("budget")
        self.say(self.phrases.budget)

    # --- saying and asking -----------------------------------------------------------------------------------------

    def ask(self, instead: str = "") -> None:
        """Ask the question where the talk stands (or `instead` in its place) and wait."""
        step = self.top.at if self.top is not None else None
        if step is None or step.ask is None or step.answer is None:
            return
        wait = step.wait
        self.wake_at = moment_of(wait, self.saved(), self.now)
        self.reminded = wait.remind_after is None
        choices = choices_of(step.answer, self.chosen(), self.phrases)
        self._put(instead or self.filled(step.ask), choices, step.answer.kind)

    def offer(self, text: str, choices: tuple[Choice, ...]) -> None:
        """Ask something of the engine's own about the open question."""
        self._put(text, choices, AnswerKind.CHOICE)

    def _put(self, text: str, choices: tuple[Choice, ...], kind: AnswerKind) -> None:
        place = self.top
        if place is None:
            return
        self.prompt = Prompt("", tuple([choice.value for choice in choices])) if choices else _NO_CHOICES
        private = kind is AnswerKind.TEXT
        asked = Ask(text, choices, kind, kind in _TYPED_KINDS, place.position(), place.flow.title, private)
        self.effects.append(asked)

    def chosen(self) -> list[str]:
        """Return what has been tapped so far of a question with several answers."""
        chosen = self.saved().get(MANY)
        return chosen if isinstance(chosen, list) else []

    def _speak(self, step: Step) -> None:
        """Say, show and schedule what a step holds."""
        if step.score is not None:
            self._sum(step, step.score)
        for name in step.forget:
            self._forget(step, name)
        for sentence in step.say:
            self.effects.append(Say(self.filled(sentence)))
        if step.hint is not None:
            self._give_hint(step, step.hint)
        if step.picture is not None:
            self.effects.append(Picture(step.picture.name, self.filled(step.picture.text)))
        if step.schedule is not None:
            planned = plan(step.schedule, self.saved())
            if planned is not None:
                self.effects.append(planned)

    def _sum(self, step: Step, score: Score) -> None:
        """Keep a score; without all of its answers there is none."""
        place = self.top
        total = total_of(score, self.saved())
        if place is None or total is None:
            return
        place.keep(score.save, total)
        place.path = (*place.path, step.name)
        self.effects.append(Save(place.flow.name, step.name, score.save, total))
        if score.measure:
            self.effects.append(Measure(step.name, score.measure, float(total)))

    def _forget(self, step: Step, name: str) -> None:
        """Drop what was kept for later talks."""
        place = self.top
        if place is not None:
            place.saved.pop(name, None)
            self.effects.append(Save(place.flow.name, step.name, name, None))

    def _give_hint(self, step: Step, hint: Hint) -> None:
        """Say the words of the person's arm; the arm is kept when it is first drawn."""
        place = self.top
        if place is None:
            return
        arm = arm_of(hint, str(place.saved.get("person.id", "")))
        if hint.name not in place.saved:
            place.saved[hint.name] = arm
            self.effects.append(Save(place.flow.name, step.name, hint.name, arm))
        if arm in hint.say:
            self.effects.append(Say(self.filled(hint.say[arm])))

    def filled(self, sentence: Sentence) -> str:
        """Return a sentence of the flow with what was saved put in."""
        return sentence.fill(self._shown) if sentence.names else sentence.source

    def _shown(self, name: str) -> str:
        answer = self.top.flow.choices_of.get(name) if self.top else None
        return shown(name, self.saved().get(name), answer, self.phrases)

    def saved(self) -> dict[str, Saved]:
        """Return what is saved in the innermost flow."""
        return self.top.saved if self.top is not None else {}
