"""What goes out: messages, their buttons, and the order in which they are sent."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from bot.model.people import Address
from bot.model.values import Value


class Lane(IntEnum):
    """The order in which the sender serves what waits: a smaller number goes first."""

    PAGE = 0
    SAFETY = 1
    RELAY = 2
    REPLY = 3
    NUDGE = 4


class Button(Value, frozen=True):
    """One choice under a message. `button` is opaque; with `form`, a press asks for words under that label.

    `moves` marks a way through the talk (Back, Skip, Stop) that is no answer.
    """

    button: str
    label: str
    form: str = ""
    moves: bool = False


class Outbound(Value, frozen=True):
    """One message to deliver, at least once. Each tuple in `buttons` is a row.

    `edits` is the `outbound_id` of a delivered message that this one replaces in place; `trigger` lets Slack open it
    as a private modal (elsewhere, or when the trigger has lapsed, it is a direct message).
    `relays` marks words that a human wrote. `plain` asks for a message without emoji, edits and pictures.
    `not_before` is the moment of a message that has to wait for it; after `not_after` it is dropped. `aloud` is what to
    say instead where others may read it later; it is empty when the text may stand anywhere.
    """

    outbound_id: int
    person_id: str
    lane: Lane
    address: Address
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    edits: int = 0
    trigger: str = ""
    picture: str = ""
    silent: bool = False
    protected: bool = False
    relays: bool = False
    plain: bool = False
    aloud: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None


class Delivery(Value, frozen=True):
    """An outbound claimed for sending. `attempt` counts from 1; `edits` is the receipt of the message it replaces.

    `ambiguous` counts earlier attempts that may have arrived (a crash or a dropped answer in the middle of sending).
    """

    outbound: Outbound
    attempt: int
    edits: str = ""
    ambiguous: int = 0
