"""What holds for every schedule, whatever it says and whenever it is decided."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checkins.due import DueCheckIn
from bot.checkins.policy import LATE, decide, replan
from bot.checkins.state import Pace, Rules
from bot.checkins.wall import local_time
from bot.checkins.window import is_open
from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in
from tests.checkins.test_clock_changes import ZONES

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
TIMES = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))
RULES = st.builds(
    Rules, per_day=st.integers(1, 2), per_week=st.integers(1, 7), opens=TIMES, closes=TIMES, holdout=st.booleans()
)
PLANS = st.builds(
    CheckIn,
    check_in_id=st.just("daily"),
    person_id=st.sampled_from(["ana", "ben", "cem"]),
    at=TIMES,
    zone=st.sampled_from(ZONES),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    every=st.sampled_from([0, 0, 2, 3, 5]),
    since=st.just(date(2026, 1, 1)),
    pace=st.sampled_from(list(Pace)),
    rules=RULES,
)
DELAYS = st.lists(st.integers(0, 60 * 24 * 3), min_size=1, max_size=30)


@given(PLANS, MOMENTS)
@settings(max_examples=300, deadline=None)
def test_the_next_one_always_comes_after_the_moment_asked_about(plan: CheckIn, after: datetime):
    assert next_check_in(plan, after) > after


@given(PLANS, MOMENTS, DELAYS)
@settings(max_examples=200, deadline=None)
def test_nothing_is_ever_asked_in_quiet_hours_or_late_or_twice_for_one_due_time(
    plan: CheckIn, begin: datetime, delays: list[int]
):
    plan, seen = replan(plan, begin, next_check_in), set()
    for delay in delays:
        due_at = plan.next_due_at
        if due_at is None:
            return
        now = due_at + timedelta(minutes=delay)
        planned = decide(DueCheckIn(plan), now, next_check_in)
        if planned.nudge is not None:
            assert is_open(plan.rules, local_time(now, plan.zone).time())
            assert now - due_at <= LATE
            assert due_at not in seen
        seen.add(due_at)
        assert planned.plan.next_due_at is None or planned.plan.next_due_at > now
        plan = planned.plan
