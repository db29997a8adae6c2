"""How long things are kept: each person's own choice for what they write, the policy's for cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.model.people import Person
from bot.model.talk import Session
from bot.model.values import Value

USUAL_DAYS, LONGEST_DAYS = 30, 365
# Without consent to on-call reading, a case's words may be read for so long (shared/safety.md, before consent).
VITAL = timedelta(hours=24)
CASE_WORDS = timedelta(days=90)
UNREADABLE = timedelta(days=30)


class Cut(Value, frozen=True):
    """Moments: what is older goes. `answers` from exercises and check-ins, `case_words` of closed cases.

    `urgent_words` is set without consent to on-call reading: words of any case older than that go.
    """

    answers: datetime
    case_words: datetime
    urgent_words: datetime | None = None


def cut_for(person: Person, now: datetime) -> Cut:
    """Return what of a person's has been kept long enough. Ratings such as mood stay until they are deleted."""
    agreed = "escalation" in person.consents
    return Cut(
        answers=now - timedelta(days=person.keeps_days),
        case_words=now - CASE_WORDS,
        urgent_words=None if agreed else now - VITAL,
    )


class Keeping(Value, frozen=True):
    """The rules of one retention pass: what of a person's is old, and how an idle talk looks without words."""

    cut: Callable[[Person, datetime], Cut]
    silent: Callable[[Session], Session]


def days_in(text: str) -> int | None:
    """Return a number of days from 0 to 365, or None for anything else."""
    first = text.strip().split(" ")[0]
    return int(first) if first.isdecimal() and len(first) <= 3 and int(first) <= LONGEST_DAYS else None
