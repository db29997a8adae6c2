"""Where a turn stands in one flow: the open form of a Frame, changed while the engine walks."""

from __future__ import annotations

from bot.model.talk import Frame
from flows.model import FACTS, GIVEN_BY_THE_BOT, Flow
from flows.values import Saved

MAX_PATH = 50
MANY = "~many"
_EARLIER = "'"


class Place:
    """A flow, the step `at` which the talk stands, the questions and calls behind it, and what was saved."""

    __slots__ = ("at", "flow", "path", "saved", "tries")

    def __init__(self, flow: Flow, step: str, saved: dict[str, Saved], path: tuple[str, ...] = (), tries: int = 0):
        self.flow = flow
        self.at = flow.steps[step]
        self.saved = saved
        self.path = path
        self.tries = tries

    def frame(self) -> Frame:
        """Return the frozen form."""
        return Frame(self.flow.name, self.flow.hash, self.at.name, self.path, self.saved, self.tries)

    def keep(self, name: str, value: Saved) -> None:
        """Save a value; an earlier one of the same name (a loop, a given fact) stays behind it, for `back`."""
        if name in self.saved:
            behind = self._behind(name)
            if len(behind) < MAX_PATH:
                self.saved[name + _EARLIER * (len(behind) + 1)] = self.saved[name]
        self.saved[name] = value

    def withdraw(self, name: str) -> None:
        """Take back what was saved last under a name; what stood there before holds again."""
        behind = self._behind(name)
        if behind:
            self.saved[name] = self.saved.pop(behind[-1])
        else:
            self.saved.pop(name, None)

    def withdraw_all(self, prefix: str) -> None:
        """Take back every saved name that begins so (the results of a called flow)."""
        for name in [name for name in self.saved if name.startswith(prefix) and not name.endswith(_EARLIER)]:
            self.withdraw(name)

    def pass_by(self) -> None:
        """Note that this step was passed, for `back`."""
        self.path = (*self.path[-MAX_PATH:], self.at.name)
        self.tries = 0

    def answers(self) -> dict[str, Saved]:
        """Return what the steps of this flow saved, without what was only given."""
        passed = {self.flow.steps[name].saves for name in self.path}
        return {
            name: value
            for name, value in self.saved.items()
            if name in self.flow.saves and (name in passed or not (_is_fact(name) or name in self.flow.given))
        }

    def facts(self) -> dict[str, Saved]:
        """Return what holds in every flow: the person's facts, and what the bot gives."""
        return {name: value for name, value in self.saved.items() if _is_fact(name)}

    def given(self) -> dict[str, Saved]:
        """Return what the flow was begun with."""
        inputs = {name: self.saved.get(name) for name in self.flow.given if name not in self.flow.saves}
        return inputs | self.facts()

    def position(self) -> tuple[int, int]:
        """Return which question this is, of how many at most."""
        passed = len(self.path)
        if self.flow.unasked:
            passed -= sum(name in self.flow.unasked for name in self.path)
        return passed + 1, passed + self.flow.remaining.get(self.at.name, 1)

    def _behind(self, name: str) -> list[str]:
        found = []
        key = name + _EARLIER
        while key in self.saved:
            found.append(key)
            key += _EARLIER
        return found


def answers_in(frame: Frame) -> dict[str, Saved]:
    """Return what a frame saved when its flow is not known any more."""
    return {name: value for name, value in frame.saved.items() if name[-1:] != _EARLIER and not _is_fact(name)}


def _is_fact(name: str) -> bool:
    return (name.startswith(FACTS) or name in GIVEN_BY_THE_BOT) and not name.endswith(_EARLIER)
