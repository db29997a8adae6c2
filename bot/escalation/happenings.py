"""What can happen to a case: frozen values that the machine takes one at a time."""

from __future__ import annotations

from datetime import datetime

from bot.model.cases import Outcome
from bot.model.people import Address
from bot.model.values import Value
from bot.model.worry import Level, Reason


class Raised(Value, frozen=True):
    """Triage, a flow or the person asked for a human at `level`."""

    level: Level
    reasons: tuple[Reason, ...]


class Claimed(Value, frozen=True):
    """A responder takes the case; `chat` is the private conversation to bind to it, `until` the end of their shift."""

    responder: str
    chat: Address
    until: datetime | None = None


class HandedOver(Value, frozen=True):
    """The owner gives the case to another responder, whose private conversation is `chat`."""

    responder: str
    to: str
    chat: Address
    until: datetime | None = None


class Passed(Value, frozen=True):
    """A responder cannot take it, or cannot be reached."""

    responder: str


class PageAccepted(Value, frozen=True):
    """A platform took a page: it needs no other way."""


class PageStuck(Value, frozen=True):
    """A page was tried several times and no platform took it yet."""


class Skipped(Value, frozen=True):
    """The step that was just reached has nobody: the next one follows in the same moment."""


class Woken(Value, frozen=True):
    """A responder wakes everyone now."""

    responder: str


class StaffWrote(Value, frozen=True):
    """The owner wrote to the person, or noted another contact with them."""

    responder: str


class PersonWrote(Value, frozen=True):
    """The person wrote while the case was open."""


class Resolved(Value, frozen=True):
    """The owner closed the case."""

    responder: str
    outcome: Outcome


class Ticked(Value, frozen=True):
    """Time passed."""


class DrillEnded(Value, frozen=True):
    """A drill is over. Only a drill may end without a person."""


Happening = (
    Raised
    | Claimed
    | HandedOver
    | Passed
    | PageAccepted
    | PageStuck
    | Skipped
    | Woken
    | StaffWrote
    | PersonWrote
    | Resolved
    | DrillEnded
    | Ticked
)
