"""What the machine wants done: frozen values that the desk turns into messages."""

from __future__ import annotations

from enum import StrEnum

from bot.model.values import Value
from bot.policy import Audience


class State(StrEnum):
    """An honest sentence about where things stand, told to the person."""

    SEEN = "seen"
    WRITING = "writing"
    NOBODY_YET = "nobody_yet"
    LAPSED = "lapsed"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


class Page(Value, frozen=True):
    """Send a new card to `to`."""

    to: Audience


class PageOtherWays(Value, frozen=True):
    """Send the card to every place that does not have it: no platform has taken it yet."""


class PingOwner(Value, frozen=True):
    """Remind the owner that the person waits."""


class AskHandOver(Value, frozen=True):
    """Ask the owner, whose shift has ended, to hand the case over."""


class TellPerson(Value, frozen=True):
    """Tell the person where things stand."""

    state: State


class RefreshCards(Value, frozen=True):
    """Edit the cards already sent to the new state."""


class Refused(Value, frozen=True):
    """Nothing changed; tell the responder why (a key in flows/words)."""

    why: str


Action = Page | PageOtherWays | PingOwner | AskHandOver | TellPerson | RefreshCards | Refused
