"""What can happen to a case: frozen values that the machine takes one at a time."""

from __future__ import annotations

from bot.model import Address, Level, Outcome, Reason, Value


class Raised(Value, frozen=True):
    """Triage, a flow or the person asked for a human at `level`."""

    level: Level
    reasons: tuple[Reason, ...]


class Claimed(Value, frozen=True):
    """A responder takes the case; `chat` is the private conversation to bind to it."""

    responder: str
    chat: Address


class Passed(Value, frozen=True):
    """A responder cannot take it, or cannot be reached."""

    responder: str


class Woken(Value, frozen=True):
    """A responder wakes everyone now."""

    responder: str


class StaffWrote(Value, frozen=True):
    """The owner wrote to the person."""

    responder: str


class PersonWrote(Value, frozen=True):
    """The person wrote while the case was open."""


class Resolved(Value, frozen=True):
    """The owner closed the case."""

    responder: str
    outcome: Outcome


class Ticked(Value, frozen=True):
    """Time passed."""


Happening = Raised | Claimed | Passed | Woken | StaffWrote | PersonWrote | Resolved | Ticked
