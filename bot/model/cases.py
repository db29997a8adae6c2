"""Escalations: where a case stands, who has it, and how it ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.people import Address
from bot.model.values import Value
from bot.model.worry import Level, Reason


class CaseState(StrEnum):
    """Where an escalation stands."""

    PAGING = "paging"
    CLAIMED = "claimed"
    ENGAGED = "engaged"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """How a responder closed a case; outcomes feed triage's precision."""

    RIGHT_REACHED = "right_reached"
    RIGHT_NOT_REACHED = "right_not_reached"
    EMERGENCY_SERVICES = "emergency_services"
    MISREAD = "misread"
    JOKE_OR_TEST = "joke_or_test"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"


class Card(Value, frozen=True):
    """One page: the on-call conversation that has it, the outbound to edit at a change of state, and its receipt."""

    address: Address
    outbound_id: int
    receipt: str = ""


class Relayed(Value, frozen=True):
    """Words that went from one side to the other: the message they were typed in, and what was sent to `to`."""

    message: str
    to: Address
    outbound_id: int
    receipt: str = ""


class Escalation(Value, frozen=True):
    """An open or closed case about one person. It holds rule ids and categories, never words.

    `step` indexes the policy's steps (the last repeats for ever); `passed` are responders who cannot take it now;
    `token` is the opaque stem of its buttons; `staff_chat` is the private conversation bound to the case by its owner.
    `refused` are the places that could not be paged since the policy paged last. `shift_ends_at` is when the owner is
    asked to hand over. `first_claimed_at` and `contacted_at` are for response times; `relayed` are the last messages
    that went between the owner and the person, so that edits and replies find theirs. `revealed` says that the owner
    asked who the person is.
    `next_at` is the earliest of the `…_due_at` and `honest_at`; every open case has one.
    """

    case_id: str
    person_id: str
    token: str
    state: CaseState
    level: Level
    reasons: tuple[Reason, ...]
    opened_at: datetime
    next_at: datetime | None
    claimed_at: datetime | None = None
    page_due_at: datetime | None = None
    honest_at: datetime | None = None
    claim_due_at: datetime | None = None
    idle_due_at: datetime | None = None
    step: int = 0
    pages: int = 0
    owner: str = ""
    passed: tuple[str, ...] = ()
    ping_due_at: datetime | None = None
    pinged_at: datetime | None = None
    watch_due_at: datetime | None = None
    told_nobody: bool = False
    told_unreached: bool = False
    cards: tuple[Card, ...] = ()
    refused: tuple[Address, ...] = ()
    staff_chat: Address | None = None
    person_last: bool = True
    linked_to: str = ""
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    language: str = "en"
    drill: bool = False
    shift_ends_at: datetime | None = None
    first_claimed_at: datetime | None = None
    contacted_at: datetime | None = None
    accepted_at: datetime | None = None
    alternate_due_at: datetime | None = None
    relayed: tuple[Relayed, ...] = ()
    revealed: bool = False


class CaseText(Value, frozen=True):
    """One message of a case, for private reading by its owner; stored sealed. `author` is `person` or a responder."""

    case_id: str
    person_id: str
    at: datetime
    author: str
    text: str


class Audit(Value, frozen=True):
    """Who did what with a case; text-free. `actor` is a responder id, or `program`."""

    at: datetime
    actor: str
    act: str
    case_id: str = ""
    person_id: str = ""
