"""Every clock change of 2026 and 2027, against an oracle that only ever looks at what a clock on the wall shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in

# Both hemispheres; offsets of half and three quarters of an hour; gaps at midnight and before it; a half-hour change.
ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Nuuk",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Africa/Cairo",
    "Asia/Beirut",
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


def changes_of(zone: ZoneInfo) -> list[datetime]:
    """The hours in which the clocks of a zone change."""
    hours = [BEGIN + n * HOUR for n in range((END - BEGIN) // HOUR)]
    return [hour for hour in hours if hour.astimezone(zone).utcoffset() != (hour + HOUR).astimezone(zone).utcoffset()]


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock on the wall shows a time, or has passed it."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC) - 4 * HOUR
    assert shown(moment, zone) < wall
    while shown(moment, zone) < wall:
        moment += MINUTE
    return moment


def around(change: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every quarter of an hour on the wall near a change, and the minutes beside the full ones."""
    middle = shown(change, zone).replace(minute=0)
    quarters = [middle + timedelta(minutes=15 * n) for n in range(-10, 16)]
    return quarters + [one + n * MINUTE for one in quarters[::4] for n in (-1, 1)]


@pytest.mark.parametrize("name", ZONES)
def test_around_every_clock_change_a_check_in_comes_when_the_wall_first_shows_its_time(name: str):
    zone = ZoneInfo(name)
    changes = changes_of(zone)
    assert len(changes) == 4
    for change in changes:
        for wall in around(change, zone):
            plan = CheckIn("daily", "ana", wall.time(), name)
            expected = first_shown(wall, zone)
            assert next_check_in(plan, expected - MINUTE) == expected, (change, wall)
            assert next_check_in(plan, expected) > expected + 20 * HOUR, (change, wall)


@pytest.mark.parametrize("name", [*ZONES, "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Kiritimati"])
@pytest.mark.parametrize("at", [time(0), time(0, 30), time(2, 15), time(9, 30), time(23, 45)])
def test_two_years_have_one_check_in_for_every_day(name: str, at: time):
    plan, moment, days = CheckIn("daily", "ana", at, name), BEGIN - timedelta(days=1), []
    while moment < END:
        moment = next_check_in(plan, moment)
        days.append(moment)
    assert all(timedelta(hours=22) <= later - one <= timedelta(hours=26) for one, later in pairwise(days))
    assert abs(len(days) - 731) <= 1


def test_every_other_day_keeps_its_step_over_a_clock_change():
    plan = CheckIn("daily", "ana", time(9), "Europe/Berlin", every=2, since=date(2026, 3, 27))
    moment, days = datetime(2026, 3, 26, tzinfo=UTC), []
    for _ in range(4):
        moment = next_check_in(plan, moment)
        days.append(moment.isoformat())
    assert days == [
        "2026-03-27T08:00:00+00:00",
        "2026-03-29T07:00:00+00:00",
        "2026-03-31T07:00:00+00:00",
        "2026-04-02T07:00:00+00:00",
    ]
