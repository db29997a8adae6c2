"""When a check-in is due: wall-clock plans to moments in UTC, pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import CheckIn

MINUTE = timedelta(minutes=1)


def next_check_in(plan: CheckIn, after: datetime) -> datetime:
    """Return the first due moment strictly after `after`, in UTC.

    A time that the clocks skip runs at the first valid minute after the gap; one that comes twice runs the first time.
    Raises ValueError for a plan without weekdays.
    """
    zone = ZoneInfo(plan.zone)
    today = after.astimezone(zone).date()
    # Nine days reach every weekday once, also when a date-line change drops a whole day.
    for offset in range(-1, 9):
        day = today + timedelta(days=offset)
        moment = wall_moment(day, plan.at, zone)
        if day.weekday() in plan.weekdays and moment > after:
            return moment
    raise ValueError("a check-in needs at least one weekday")


def wall_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC moment when the clocks of `zone` show `at` on `day`."""
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of the clock change that skips `wall`, by halving the span it must lie in."""
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > MINUTE:
        middle = early + (late - early) // 2 // MINUTE * MINUTE
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late
