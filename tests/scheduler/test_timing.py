"""When a check-in is due: in every zone, over gaps, overlaps and dropped days."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
]


def plan(at: str, zone: str, weekdays: tuple[int, ...] = EVERY_DAY) -> CheckIn:
    return CheckIn("daily", "ana", time.fromisoformat(at), zone, weekdays)


def due(at: str, zone: str, after: str, weekdays: tuple[int, ...] = EVERY_DAY) -> str:
    """The next due moment, as the clocks of the zone show it, for a plan after a moment in UTC."""
    moment = next_check_in(plan(at, zone, weekdays), datetime.fromisoformat(after).replace(tzinfo=UTC))
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        # An ordinary day.
        ("UTC", "09:30", "2026-03-02T09:00", "2026-03-02T09:30+00:00"),
        ("UTC", "09:30", "2026-03-02T09:30", "2026-03-03T09:30+00:00"),
        ("Europe/Berlin", "09:30", "2026-03-02T08:29", "2026-03-02T09:30+01:00"),
        ("America/New_York", "00:00", "2026-07-01T03:59", "2026-07-01T00:00-04:00"),
        # Half-hour and 45-minute offsets.
        ("Asia/Kolkata", "09:30", "2026-03-02T03:59", "2026-03-02T09:30+05:30"),
        ("Asia/Kathmandu", "09:30", "2026-03-02T03:44", "2026-03-02T09:30+05:45"),
        ("Pacific/Chatham", "09:30", "2026-03-01T19:44", "2026-03-02T09:30+13:45"),
        # The gap in spring: the first valid minute after it.
        ("Europe/Berlin", "02:30", "2026-03-28T12:00", "2026-03-29T03:00+02:00"),
        ("Europe/London", "01:30", "2026-03-28T12:00", "2026-03-29T02:00+01:00"),
        ("America/New_York", "02:30", "2026-03-07T12:00", "2026-03-08T03:00-04:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-03T00:00", "2026-10-04T02:30+11:00"),  # a gap of half an hour
        # A gap at midnight.
        ("America/Santiago", "00:30", "2026-09-05T12:00", "2026-09-06T01:00-03:00"),
        ("Asia/Beirut", "00:15", "2026-03-28T12:00", "2026-03-29T01:00+03:00"),
        # The overlap in autumn: the first time only.
        ("Europe/Berlin", "02:30", "2026-10-24T12:00", "2026-10-25T02:30+02:00"),
        ("Europe/Berlin", "02:30", "2026-10-25T00:30", "2026-10-26T02:30+01:00"),
        ("America/New_York", "01:30", "2026-11-01T05:30", "2026-11-02T01:30-05:00"),
        # Samoa left out the whole of 30 December 2011.
        ("Pacific/Apia", "09:30", "2011-12-30T00:00", "2011-12-31T09:30+14:00"),
    ],
)
def test_a_check_in_is_due_when_the_clocks_show_it(zone: str, at: str, after: str, expected: str):
    assert due(at, zone, after) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_check_ins_has_one_on_every_day_that_the_zone_has(zone: str):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    days = []
    for _ in range(365):
        moment = next_check_in(plan("02:15", zone), moment)
        days.append(moment.astimezone(ZoneInfo(zone)).date())
    assert all(later - earlier == timedelta(days=1) for earlier, later in itertools.pairwise(days))


def test_only_the_wanted_weekdays_are_used():
    assert due("09:30", "Europe/Berlin", "2026-03-06T12:00", (0, 1, 2, 3, 4)) == "2026-03-09T09:30+01:00"
    assert due("09:30", "Europe/Berlin", "2026-03-09T12:00", (5, 6)) == "2026-03-14T09:30+01:00"
    assert due("09:30", "Europe/Berlin", "2026-03-09T08:30", (0,)) == "2026-03-16T09:30+01:00"


def test_a_plan_without_weekdays_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        next_check_in(plan("09:30", "UTC", ()), datetime(2026, 1, 1, tzinfo=UTC))


@given(
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    seconds=st.integers(0, 40 * 366 * 86_400),
)
def test_the_next_moment_lies_after_now_on_a_wanted_weekday_within_nine_days(
    at: time, zone: str, weekdays: tuple[int, ...], seconds: int
):
    after = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    wanted = CheckIn("daily", "ana", at, zone, weekdays)
    moment = next_check_in(wanted, after)
    assert timedelta(0) < moment - after <= timedelta(days=9)
    assert moment.astimezone(ZoneInfo(zone)).weekday() in weekdays


@given(zone=st.sampled_from(ZONES), minutes=st.integers(0, 30 * 525_600))
def test_no_check_in_comes_twice_on_one_day(zone: str, minutes: int):
    after = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    first = next_check_in(plan("01:30", zone), after)
    second = next_check_in(plan("01:30", zone), first)
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in (first, second)]
    assert days[0] < days[1]
