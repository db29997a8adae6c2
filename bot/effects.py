"""Carries out what the engine asks for: one message to say, answers to keep, schedules to set, a human to fetch."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from bot import remembering
from bot.breathing import Breathing
from bot.calm import Calm
from bot.checkins import changes
from bot.checkins.reading import Wish
from bot.checkins.state import Pace
from bot.consenting import set_consent
from bot.engine.effects import Ask, Effect, Ended, Escalate, Measure, Picture, Save, Say, Schedule, Started, Withdrawn
from bot.forms import SHORTEST_HIDDEN, Forms
from bot.model.people import Platform
from bot.model.sent import Lane
from bot.model.turns import Event
from bot.model.values import Saved
from bot.model.worry import Level, Reason
from bot.ports import NextCheckIn
from bot.prompts import INTENT, has_menus, labels_of, laid_out, last_row, open_prompt
from bot.rights.unstored import any_agreed
from bot.safety import Safety
from bot.turn import Draft, Rows
from flows.library import Library
from flows.wording import Words

CONSENT_FLOW = "consent"
# Flows that lead to a human and keep talking while one is awaited.
SAFETY_FLOWS = frozenset({"sos", "safety_check", "my_safety_plan"})
# What a flow means when it asks for a human; any other reason is a plain request for one.
LEVEL_OF_REASON = {"imminent": Level.IMMINENT, "thoughts": Level.HIGH}


class Carrier:
    """Turns effects into the draft's outbounds and records."""

    def __init__(
        self,
        library: Library,
        words: Words,
        safety: Safety,
        next_check_in: NextCheckIn,
        with_forms: Collection[Platform] = (),
        with_edits: Collection[Platform] = (),
    ) -> None:
        self._library = library
        self._words = words
        self._safety = safety
        self.next_check_in = next_check_in
        self.forms = Forms(words, library, with_forms)
        self.calm = Calm(words, library, with_edits)
        self._breathing = Breathing(words, with_edits)

    def carry(self, draft: Draft, effects: Sequence[Effect], *, lane: Lane = Lane.REPLY) -> None:
        """Carry out effects in order; what is said in one turn is one message.

        Asking for a human ends an exercise's turn (it waits until someone has answered); a safety flow goes on.
        """
        if in_safety_flow(draft):
            lane = Lane.SAFETY
        said: list[str] = []
        buttons: Rows = ()
        for effect in effects:
            if isinstance(effect, Escalate) and not in_safety_flow(draft):
                self._hand_off(draft, effects, said, lane)
                return
            if isinstance(effect, Say | Picture):
                said.append(effect.text if isinstance(effect, Say) else effect.text_twin)
            elif isinstance(effect, Ask):
                text, buttons = self._asked(draft, effect)
                said.append(text)
            elif isinstance(effect, Escalate):
                self._escalate(draft, effect.reason)
            else:
                self._keep(draft, effect)
        self._say(draft, said, buttons, lane, effects)
        self.forms.remember(draft, said, effects)
        self.calm.remember(draft, "\n\n".join(said), effects)
        self._breathing.pace(draft, "\n\n".join(said), buttons, effects)

    def _hand_off(self, draft: Draft, effects: Sequence[Effect], said: Sequence[str], lane: Lane) -> None:
        """Say what came before the human was asked for, and keep what comes after without saying it."""
        self._say(draft, said, (), lane, effects)
        reasons = [effect for effect in effects if isinstance(effect, Escalate)]
        for effect in effects[effects.index(reasons[0]) :]:
            if not isinstance(effect, Say | Ask | Picture | Escalate):
                self._keep(draft, effect)
        self._escalate(draft, reasons[0].reason)

    def _say(self, draft: Draft, said: Sequence[str], buttons: Rows, lane: Lane, effects: Sequence[Effect]) -> None:
        if not said:
            return
        text, in_the_chat = "\n\n".join(said), not draft.trigger
        aloud, protected = self.forms.aloud(draft, text, effects), _shows_answers(draft, said, effects)
        if aloud and in_the_chat:
            buttons = self.forms.shown_on_request(draft, text) + buttons
        sent = draft.send(text, lane=lane, buttons=buttons, protected=protected, aloud=aloud)
        if in_the_chat and buttons and draft.session.prompt is not None:
            draft.change_session(prompt=msgspec.structs.replace(draft.session.prompt, shown=sent))

    def _asked(self, draft: Draft, ask: Ask) -> tuple[str, Rows]:
        """Return the question, its choices and, below them, Back · Skip · Stop as far as each makes sense here."""
        frame = draft.session.stack[-1]
        flow = self._library.pinned(frame.flow, frame.hash)
        skippable = flow is not None and flow.steps[frame.step].skippable
        ways = (["back"] if frame.path else []) + (["skip"] if skippable else []) + ["stop"]
        prompt = open_prompt(
            draft,
            [choice.value for choice in ask.choices]
            + [INTENT + way for way in (*ways, *(("who",) if ask.private else ()))],
        )
        labels = [self._words.say(f"ways.{way}", draft.person.language) for way in ways]
        typed = self.forms.field(draft, prompt, ask.text) if ask.accepts_text and self.forms.used(draft) else ()
        asks_who = (self._words.say("ways.who", draft.person.language),) if ask.private else ()
        below = typed + last_row(prompt, len(ask.choices), labels)
        below += last_row(prompt, len(ask.choices) + len(labels), asks_who)
        text, rows = laid_out(
            ask.text, prompt, labels_of(ask.choices), ask.kind, below=len(below), menu=has_menus(draft)
        )
        return text, rows + below

    def _keep(self, draft: Draft, effect: Effect) -> None:
        match effect:
            case Started() | Ended():
                self._note(draft, effect)
            case Save(flow, step, name, value):
                self._save(draft, flow, step, name, value)
            case Measure(step, name, value) if self._may_keep(draft, ""):
                draft.rate(step, name, value)
                remembering.keep_rating(draft, name, value)
            case Withdrawn(flow, step, name, _measure):
                draft.record(Event("withdrawn", flow, step, name))
                draft.drop_rating(step)
                if name.startswith("consent."):
                    set_consent(draft, name.removeprefix("consent."), agreed=False)
                if name.startswith("my.") and draft.session.stack:
                    remembering.keep(draft, "my", name[3:], draft.session.stack[-1].saved.get(name))
            case Schedule(_check_in_id, at, weekdays):
                self._schedule(draft, Wish(at, Pace.PINNED, weekdays))

    def _note(self, draft: Draft, effect: Started | Ended) -> None:
        """Note the beginning or end of a flow; the outermost one numbers the talk."""
        if isinstance(effect, Started):
            if len(draft.session.stack) <= 1:
                draft.change_session(run=draft.base)
            draft.record(Event("started", flow=effect.flow))
            remembering.note_use(draft, effect.flow)
            return
        draft.record(Event("ended", flow=effect.flow, value=effect.how))
        # Whoever left it, by "not now" or by "stop", is led through it when they come back.
        if effect.flow == CONSENT_FLOW and effect.how == "done":
            draft.change_person(welcomed=True)

    def _save(self, draft: Draft, flow: str, step: str, name: str, value: Saved) -> None:
        """Keep an answer: in the profile, among the consents, or in the event log."""
        room, _, field = name.partition(".")
        if room == "person" and field:
            if value is not None:
                draft.change_person(**{field: str(value)})
        elif room == "consent" and field:
            set_consent(draft, field, agreed=value is True or value == "yes")
        elif self._may_keep(draft, flow):
            draft.record(Event("saved", flow, step, name, value))
            if room in remembering.ROOMS:
                remembering.keep(draft, room, field, value)

    def _may_keep(self, draft: Draft, flow: str) -> bool:
        """Say whether an answer may outlive the talk: its flow's purpose, or else the talk's, was agreed to."""
        talk = [frame.flow for frame in draft.session.stack]
        return any_agreed(self._library, [flow, *talk[::-1]], draft.person.consents)

    def _schedule(self, draft: Draft, wish: Wish) -> None:
        """Set the person's check-in as a flow asks for it; its own words say so."""
        plan = changes.wished(draft.person, changes.schedule_of(draft.view.check_ins), wish, draft.now)
        draft.set_check_in(changes.promised(plan, draft.now, self.next_check_in))

    def _escalate(self, draft: Draft, why: str) -> None:
        level = LEVEL_OF_REASON.get(why, Level.ELEVATED)
        draft.level = max(draft.level, level)
        reason = Reason(f"flow.{why}", "asked for a human", level)
        self._safety.raise_case(draft, level, (reason,), "", spoken=in_safety_flow(draft))


def in_safety_flow(draft: Draft) -> bool:
    """Say whether the open question belongs to a flow that is itself about safety."""
    return any(frame.flow in SAFETY_FLOWS for frame in draft.session.stack)


def _shows_answers(draft: Draft, said: Sequence[str], effects: Sequence[Effect]) -> bool:
    """Say whether a message repeats what the person wrote: then the platform shall not let it be passed on."""
    kept = [frame.saved for frame in draft.session.stack]
    kept += [effect.saved for effect in effects if isinstance(effect, Ended)]
    texts = {value for saved in kept for value in saved.values() if isinstance(value, str)}
    return any(len(text) >= SHORTEST_HIDDEN and text in line for text in texts for line in said)
