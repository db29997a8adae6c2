"""When a check-in is due: wall-clock plans to moments in UTC, pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from bot.checkins.state import Pace
from bot.model.schedules import CheckIn

MINUTE = timedelta(minutes=1)
JITTER_MINUTES = 10
# Longer than any plan with any run of holidays; a plan that finds no day until then has none.
HORIZON_DAYS = 400

DaysOff = Callable[[str, date], bool]


def no_days_off(_country: str, _day: date) -> bool:
    """Say that no day is a public holiday."""
    return False


def next_check_in(plan: CheckIn, after: datetime, days_off: DaysOff = no_days_off) -> datetime:
    """Return the first due moment strictly after `after`, in UTC.

    A time that the clocks skip runs at the first valid minute after the gap; one that comes twice runs the first time.
    A time that was not typed to the minute comes up to ten minutes early or late, the same for a person and day.
    Raises ValueError for a plan that has no day.
    """
    if plan.pace is Pace.PINNED and not plan.rules.days_off:
        return _next_pinned(plan.at, plan.zone, plan.weekdays, plan.every, plan.since, after)
    return _next(plan, after, days_off)


# Whatever falls due together has few different times: a hundred thousand people at nine ask for one answer.
@lru_cache(maxsize=1024)
def _next_pinned(
    at: time, zone: str, weekdays: tuple[int, ...], every: int, since: date | None, after: datetime
) -> datetime:
    return _next(CheckIn("", "", at, zone, weekdays, every=every, since=since), after, no_days_off)


def _next(plan: CheckIn, after: datetime, days_off: DaysOff) -> datetime:
    today = after.astimezone(ZoneInfo(plan.zone)).date()
    for offset in range(-1, HORIZON_DAYS):
        day = today + timedelta(days=offset)
        if not _is_wanted(plan, day) or not _exists(day, plan.zone):
            continue
        moment = _moment(plan, day)
        if moment > after and not (plan.rules.days_off and days_off(plan.rules.days_off, day)):
            return moment
    raise ValueError("a check-in needs at least one day")


def _is_wanted(plan: CheckIn, day: date) -> bool:
    if plan.every and plan.since is not None and (day - plan.since).days % plan.every:
        return False
    return day.weekday() in plan.weekdays


@lru_cache(maxsize=4096)
def _exists(day: date, zone_name: str) -> bool:
    """Say whether a zone has a day at all: a move across the date line leaves one out."""
    return wall_moment(day, time(), zone_name).astimezone(ZoneInfo(zone_name)).date() == day


def _moment(plan: CheckIn, day: date) -> datetime:
    moment = wall_moment(day, plan.at, plan.zone)
    if plan.pace is Pace.PINNED:
        return moment
    rules = plan.rules
    shifted = moment + jitter(plan.person_id, day)
    return min(max(shifted, wall_moment(day, rules.opens, plan.zone)), wall_moment(day, rules.closes, plan.zone))


def jitter(person_id: str, day: date) -> timedelta:
    """Return how much earlier or later someone is asked on a day, so that a team is not asked in the same second."""
    spread = crc32(f"{person_id} {day}".encode()) % (2 * JITTER_MINUTES + 1)
    return timedelta(minutes=spread - JITTER_MINUTES)


# At nine o'clock many thousand people share one answer.
@lru_cache(maxsize=4096)
def wall_moment(day: date, at: time, zone_name: str) -> datetime:
    """Return the UTC moment when the clocks of a zone show `at` on `day`."""
    zone = ZoneInfo(zone_name)
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
