"""What a schedule knows of itself: the person's limits, and the course it has taken so far. Times and counters only."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import IntEnum

from msgspec import Struct


class Pace(IntEnum):
    """How exact a time is: `PINNED` to the minute, `ABOUT` a part of the day, or `BEST`, found by learning."""

    PINNED = 0
    ABOUT = 1
    BEST = 2


class Rules(Struct, frozen=True, array_like=True):
    """The limits of a schedule; each has a default by platform and is the person's to change.

    Nothing is asked outside `opens` to `closes` local time; `own_hours` says that the person set them. `days_off` is
    the country whose public holidays are left out. `not_before` ends an absence. `holdout`: the person agreed that one
    in ten is left out.
    """

    per_day: int = 1
    per_week: int = 5
    opens: time = time(9)
    closes: time = time(21)
    own_hours: bool = False
    days_off: str = ""
    paused: bool = False
    not_before: datetime | None = None
    holdout: bool = False


class Tally(Struct, frozen=True, array_like=True):
    """Counts: asked and answered, left out on purpose and answered all the same, dropped."""

    sent: int = 0
    answered: int = 0
    held: int = 0
    held_answered: int = 0
    dropped: int = 0


class Slot(Struct, frozen=True, array_like=True):
    """What is believed of one part of the window: answers in time and the rest, faded by age."""

    hits: float = 0.0
    misses: float = 0.0


class Course(Struct, frozen=True, array_like=True):
    """What has happened on a schedule.

    `asked_at` is the last check-in that was asked for (or left out, when `held`); `outbound` is its message while it is
    open, and `mark` (the second it was due) stands on its buttons. `snoozed`: the next one is the last one again.
    `promised`: the next one was named to the person, so a talk just before does not cancel it. `unanswered` counts
    those in a row without any word; `recent` are the days of the last week it was asked on, as ordinals. `slot` and
    `chance` are where the last time fell and how likely it was; `seen` counts how often a time was tried. `month`
    counts months since the year 0; `told` is the one in which the last receipt was given.
    """

    asked_at: datetime | None = None
    outbound: int = 0
    mark: int = 0
    snoozed: bool = False
    held: bool = False
    unanswered: int = 0
    recent: tuple[int, ...] = ()
    promised: bool = False
    month: int = 0
    this_month: Tally = Tally()
    last_month: Tally = Tally()
    earlier: Tally = Tally()
    slots: tuple[Slot, ...] = ()
    seen: int = 0
    slot: int = 0
    chance: float = 1.0
    learnt_on: date | None = None
    told: int = 0

    @property
    def ever(self) -> Tally:
        """The counts of all months."""
        past, now = self.earlier, self.this_month
        return Tally(
            past.sent + now.sent,
            past.answered + now.answered,
            past.held + now.held,
            past.held_answered + now.held_answered,
            past.dropped + now.dropped,
        )
