"""Check-ins and the ratings they bring."""

from __future__ import annotations

from datetime import date, datetime, time

from bot.checkins.state import Course, Pace, Rules
from bot.model.values import Value


class CheckIn(Value, frozen=True):
    """A schedule: wall-clock `at` in IANA `zone` on `weekdays` (0 is Monday). The person owns it.

    With `every`, only each so many days from `since` on. `next_due_at` is None while it is paused. `version` is the
    fence between a turn and the bulk of due check-ins: it grows by one with every write.
    """

    check_in_id: str
    person_id: str
    at: time
    zone: str
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    next_due_at: datetime | None = None
    every: int = 0
    since: date | None = None
    pace: Pace = Pace.PINNED
    rules: Rules = Rules()
    course: Course = Course()
    version: int = 0


class Entry(Value, frozen=True):
    """One self-rating of a person: `measure` names the scale, e.g. `mood`."""

    entry_id: str
    person_id: str
    measure: str
    value: float
    at: datetime
