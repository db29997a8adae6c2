"""What comes in: from a platform, or because its time has come."""

from __future__ import annotations

from datetime import datetime

from bot.model.people import Address
from bot.model.rights import Prepared
from bot.model.values import Value


class Text(Value, frozen=True, tag="text"):
    """A person's words. `reply_to` is the platform's id of the message they answer, where it says so.

    `exposed`: they were typed where others may read them later, although answers are asked for in a form.
    """

    text: str
    reply_to: str = ""
    exposed: bool = False


class Pressed(Value, frozen=True, tag="pressed"):
    """A button press. `trigger` is Slack's three-second permission to open a modal."""

    button: str
    trigger: str = ""


class Filled(Value, frozen=True, tag="filled"):
    """Words typed into the form that a button opened."""

    button: str
    text: str


class Command(Value, frozen=True, tag="command"):
    """A slash command without its slash, e.g. `checkin` with the argument `09:30`."""

    name: str
    argument: str = ""


class Edited(Value, frozen=True, tag="edited"):
    """A person changed an earlier message; `message` is the platform's id of it."""

    text: str
    message: str


class Blocked(Value, frozen=True, tag="blocked"):
    """The person blocked the bot or left (`back` is True when they came back)."""

    back: bool = False


class Unreadable(Value, frozen=True, tag="unreadable"):
    """Something without words: `kind` is photo, voice, sticker, file or unknown. Its content is never kept."""

    kind: str


Content = Text | Pressed | Filled | Command | Edited | Blocked | Unreadable


class Inbound(Value, frozen=True):
    """One thing that a platform delivered; `key` is unique per platform and bot, so a redelivery is known.

    `sender` is the acting account (Telegram's or Slack's user id); in a direct chat it is the person.
    `message` is the platform's id of the message itself, where it has one (an edit names it later). `trigger` is set
    when the answer can be shown in private at once (Slack's modal). `zone` is the account's time zone, where known.
    """

    key: str
    address: Address
    sender: str
    at: datetime
    content: Content
    message: str = ""
    language: str = ""
    trigger: str = ""
    zone: str = ""


class CheckInDue(Value, frozen=True, tag="check_in"):
    """A nudge for the check-in that was due at `due_at`; `last` asks whether to go on after long silence."""

    check_in_id: str
    due_at: datetime
    nudge_id: int = 0
    last: bool = False


class WaitDue(Value, frozen=True, tag="wait"):
    """A waiting step's reminder or expiry, set in the turn that made session version `version`."""

    version: int


class CaseDue(Value, frozen=True, tag="case"):
    """An escalation whose `next_at` has come."""

    case_id: str
    next_at: datetime


class Undeliverable(Value, frozen=True, tag="undeliverable"):
    """A delivery that was refused for good: `outbound_id` never reached `address`.

    `unreachable`: nothing can reach the address; otherwise it was this message alone. `late`: it was not refused for
    good, but a page that was tried several times needs another way.
    """

    outbound_id: int
    address: Address
    unreachable: bool = True
    late: bool = False


class Accepted(Value, frozen=True, tag="accepted"):
    """A platform took a page or a relayed message; `receipt` is its id there, by which a reply names it."""

    outbound_id: int
    address: Address
    receipt: str


class FollowUpDue(Value, frozen=True, tag="follow_up"):
    """A case of level 3 or more was closed three days ago."""

    case_id: str


class Due(Value, frozen=True):
    """Something of a person's that falls due; it enters the conversation like a message. `key` is unique."""

    key: str
    person_id: str
    at: datetime
    what: CheckInDue | WaitDue | CaseDue | Undeliverable | Accepted | FollowUpDue | Prepared


Received = Inbound | Due
