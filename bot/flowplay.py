"""Plays one flow in a terminal, and writes what was typed as a test."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta

from bot.engine.effects import Ask, Effect, Ended, Escalate, Measure, Save, Schedule
from bot.engine.engine import step
from bot.engine.events import Answered, Begin, EngineEvent, WaitElapsed
from bot.flowtest import BEGUN, FACTS, event_of, words_of
from bot.model.talk import Session
from flows.library import Library
from flows.values import Saved

FIRST_WORDS = 6
_PASSES = re.compile(r"after ([1-9][0-9]{0,3})(m|h|d)$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Played:
    """A flow being played; every turn is kept for the test."""

    def __init__(self, library: Library, flow: str, language: str = "en") -> None:
        self._library = library
        self._flow = flow
        self._language = language
        self._session = Session()
        self._now = BEGUN
        self._turns: list[str] = []
        self._ended = ""
        self._saved: dict[str, Saved] = {}
        self._names = library.latest(flow).saves

    @property
    def goes_on(self) -> bool:
        """Whether a question waits for an answer."""
        return self._session.in_flow

    def begin(self) -> list[str]:
        """Begin and return what is said."""
        return self._take(Begin(self._flow, FACTS), "")

    def hear(self, line: str) -> list[str]:
        """Take one typed line and return what is said."""
        passes = _PASSES.match(line.strip())
        if passes:
            self._now += timedelta(**{_UNITS[passes[2]]: int(passes[1])})
            return self._take(WaitElapsed(), f"after: {passes[1]}{passes[2]}, ")
        return self._take(event_of(line, self._session, self._library), f"person: {json.dumps(line)}, ")

    def test_case(self) -> str:
        """Return the test of everything typed so far."""
        lines = ["  - name: say in a sentence what is true here", "    talk:", *self._turns]
        if self._ended:
            saved = {name: value for name, value in self._saved.items() if name in self._names}
            lines.append(f"    then: {{ended: {self._ended}, saved: {json.dumps(saved, ensure_ascii=False)}}}")
        return "\n".join(lines)

    def _take(self, event: EngineEvent, typed: str) -> list[str]:
        if isinstance(event, Answered) and not self.goes_on:
            return []
        self._session, effects = step(self._library, self._session, event, self._now, language=self._language)
        self._turns.append(f"      - {{{typed}{self._expected(effects)}}}")
        said: list[str] = []
        for effect in effects:
            self._note(effect)
            said += _shown(effect)
        return said

    def _expected(self, effects: Sequence[Effect]) -> str:
        """Return what the test expects of the bot: the step that is open now, or the first words of the end."""
        if self._session.stack:
            return f"bot_asks: {self._session.stack[-1].step}"
        said = " ".join(words for effect in effects if (words := words_of(effect)))
        return f"bot_says: [{json.dumps(' '.join(said.split()[:FIRST_WORDS]), ensure_ascii=False)}]"

    def _note(self, effect: Effect) -> None:
        if isinstance(effect, Ended) and effect.flow == self._flow:
            self._ended, self._saved = effect.how, effect.saved


def _shown(effect: Effect) -> list[str]:
    """Return the lines that a terminal shows for an effect."""
    match effect:
        case Ask(text, choices):
            return [text, *(f"  {number}. {choice.label}" for number, choice in enumerate(choices, 1))]
        case Save(_, _, name, value):
            return [f"  [kept: {name} = {value!r}]"]
        case Measure(_, name, value):
            return [f"  [measured: {name} = {value:g}]"]
        case Escalate(reason):
            return [f"  [a person is asked: {reason}]"]
        case Schedule(_, at, _):
            return [f"  [a check-in is planned at {at:%H:%M}]"]
    words = words_of(effect)
    return [words] if words else []
