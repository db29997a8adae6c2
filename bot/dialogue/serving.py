"""What a person asks for by a word or a button, as far as it moves the talk."""

from __future__ import annotations

from collections.abc import Callable

from bot.checkins.asking import CHECK_IN_FLOW
from bot.commands import Intent
from bot.consenting import set_consent
from bot.dialogue.walking import Walk
from bot.effects import CONSENT_FLOW
from bot.engine.events import (
    Again,
    Back,
    Begin,
    EngineEvent,
    Interrupt,
    Leave,
    Resume,
    Skip,
    StartOver,
    Stop,
)
from bot.intents import Intents
from bot.model.sent import Lane
from bot.remembering import used_today
from bot.rights.reliance import MANY_A_DAY, leans
from bot.safety import Safety
from bot.turn import Draft
from bot.way_back import NOW, WAYS, labels_of_ways, way_back
from flows.library import Library
from flows.wording import Words

CONSENT = "consent."
_MOVES: dict[str, EngineEvent] = {"back": Back(), "skip": Skip(), "stop": Stop(), "start_over": StartOver()}


class Serving:
    """Serves intents: those that begin, move or end a talk here, all others by `Intents`."""

    def __init__(self, library: Library, words: Words, safety: Safety, intents: Intents, walk: Walk) -> None:
        self._library = library
        self._words = words
        self._safety = safety
        self._intents = intents
        self._walk = walk
        self._handlers: dict[str, Callable[[Draft, str], None]] = {
            "start": lambda draft, _: self._start(draft),
            "resume": self._resume,
            "leave": lambda draft, _: self._walk.run(draft, Leave()),
            "sos": lambda draft, _: self._walk.run(
                draft,
                Interrupt("sos", self._walk.facts(draft)),
                lane=Lane.SAFETY,
                first=self._safety.offline_note(draft),
            ),
            "flow": self.begin,
            "check_in": self._check_in,
            "grant": self._grant,
            "language": self._speak,
            "never_mind": lambda draft, _: self._never_mind(draft),
            "who": lambda draft, _: self._who(draft),
        }

    def serve(self, draft: Draft, intent: Intent) -> None:
        """Carry out an intent."""
        handler = self._handlers.get(intent.name)
        if handler is not None:
            handler(draft, intent.argument)
        elif intent.name in _MOVES:
            self._move(draft, intent.name)
        elif not self._intents.serve(draft, intent):
            self._intents.offer(draft, "unknown_command")

    def _move(self, draft: Draft, name: str) -> None:
        if draft.session.in_flow or (name == "start_over" and draft.session.parked):
            self._walk.run(draft, _MOVES[name])
        else:
            self._intents.offer(draft, "nothing_to_stop" if name == "stop" else "nothing_to_skip")

    def _resume(self, draft: Draft, when: str) -> None:
        """Go on with the parked talk; after a day or more, ask first."""
        language = draft.person.language
        told = "" if when == NOW else way_back(self._library, draft.session, draft.now, language)
        if told:
            self._intents.ask(draft, told, WAYS, labels_of_ways(self._library.phrases(language)))
        elif draft.session.parked:
            self._walk.run(draft, Resume())
        else:
            self._intents.offer(draft, "nothing_to_resume")

    def _start(self, draft: Draft) -> None:
        if draft.session.in_flow:
            self._walk.run(draft, Again())
        elif draft.person.welcomed:
            self._intents.offer(draft, "welcome_back" if draft.person.name else "welcome_back_nameless")
        else:
            self._walk.run(draft, Begin(CONSENT_FLOW, self._walk.facts(draft)), first=self._safety.offline_note(draft))

    def _check_in(self, draft: Draft, wanted: str) -> None:
        if "check_ins" not in draft.person.consents:
            self._intents.ask_consent(draft, "check_ins", Intent("check_in", wanted))
        elif wanted:
            self._intents.schedules.set(draft, wanted)
        else:
            self.begin(draft, CHECK_IN_FLOW)

    def begin(self, draft: Draft, name: str) -> None:
        """Begin a flow, or first ask for a consent that it needs."""
        if not self._library.knows(name):
            self._intents.offer(draft, "unknown_command")
            return
        flow = self._library.latest(name)
        # Other needs (rota.staffed) are facts; the engine says when one of them is missing.
        for purpose in [need.removeprefix(CONSENT) for need in flow.needs if need.startswith(CONSENT)]:
            if purpose not in draft.person.consents:
                self._intents.ask_consent(draft, purpose, Intent("flow", name))
                return
        first = "" if self._library.latest(name).safety else self._names_people(draft)
        self._walk.run(draft, Begin(name, self._walk.facts(draft)), first=first)

    def _names_people(self, draft: Draft) -> str:
        """Return a sentence about people when somebody has done much with the bot lately (over-reliance)."""
        if used_today(draft) >= MANY_A_DAY:
            return self._library.phrases(draft.person.language).many_today
        many = leans(draft.session, draft.now)
        return self._words.say("rights.many_week", draft.person.language) if many else ""

    def _grant(self, draft: Draft, argument: str) -> None:
        """Take a consent and go on with what had been asked for: `exercises flow grounding`."""
        purpose, _, rest = argument.partition(" ")
        name, _, wanted = rest.partition(" ")
        set_consent(draft, purpose, agreed=True)
        self.serve(draft, Intent(name, wanted))

    def _speak(self, draft: Draft, wanted: str) -> None:
        """Go on in the language that is named."""
        language = self._library.language_named(wanted)
        if language is None:
            draft.send(self._library.phrases(draft.person.language).language_unknown)
            return
        draft.change_person(language=language)
        said = self._library.phrases(language).language_set
        if draft.session.in_flow:
            self._walk.run(draft, Again(), first=said)
        else:
            draft.send(said)

    def _who(self, draft: Draft) -> None:
        """Say who can read what is written here, and ask the open question again."""
        text = self._intents.rights.readers(draft)
        if draft.session.in_flow:
            self._walk.run(draft, Again(), first=text)
        else:
            draft.send(text)

    def _never_mind(self, draft: Draft) -> None:
        if draft.session.in_flow:
            self._walk.run(draft, Again())
        else:
            self._intents.offer(draft, "lost")
