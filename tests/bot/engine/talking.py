"""A talk played against the engine, and the flows it is played with."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.engine.effects import Ask, Say
from bot.engine.engine import step
from bot.engine.events import Answered
from bot.model.talk import Session
from tests.flows.making import library_of

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)

MAIN = """
first:
  say: "Hello {person.name}."
  ask: How is it, from 0 to 10?
  answer: {number: {min: 0, max: 10}}
  retry: {say: ["Just a number.", "Really just a number, {person.name}."]}
  save: mood
  measure: mood
  next:
    - {when: answer < 3, go: low}
    - go: why
low: {say: That is low., next: why}
why: {ask: "Why {mood}?", answer: text, save: why, skippable: true, next: sure}
sure: {ask: Sure?, answer: yes_no, save: sure, next: {"yes": last, "no": why}}
last: {say: "Bye, {why}.", end: done}
"""
OTHER = """
first: {ask: A word?, answer: {text: {max: 5}}, save: word, next: last}
last: {say: "Thanks, {word}.", end: done}
"""
CALLING = """
first: {ask: Go?, answer: none, next: inner}
inner: {call: other, next: after}
after: {ask: "You said {other.word}. Right?", answer: yes_no, next: last}
last: {end: done}
"""


class Talk:
    """A talk played against the engine; `last` are the effects of the latest event."""

    def __init__(self, *flows, language="en"):
        self.library = library_of(*flows)
        self.session = Session()
        self.now = NINE
        self.last = ()
        self.language = language

    def do(self, *events):
        for event in events:
            self.session, self.last = step(self.library, self.session, event, self.now, language=self.language)
        return self

    def type(self, *texts):
        return self.do(*(Answered(text=text) for text in texts))

    def tap(self, *values):
        return self.do(*(Answered(value=value) for value in values))

    def of(self, kind):
        return [effect for effect in self.last if isinstance(effect, kind)]

    @property
    def words(self):
        return [effect.text for effect in self.last if isinstance(effect, Say | Ask)]

    @property
    def place(self):
        return self.session.stack[-1].step if self.session.stack else ""
