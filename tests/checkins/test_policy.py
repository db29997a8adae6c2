"""What becomes of a check-in that is due: the rules, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from msgspec import structs

from bot.checkins import changes
from bot.checkins.due import NudgeKind
from bot.checkins.policy import Verdict, replan, withdrawn
from bot.checkins.state import Pace
from bot.model.people import Platform
from scheduler.timing import JITTER_MINUTES, jitter, next_check_in
from tests.checkins.people import DAY, MONDAY, NINE, answered, asked, daily, due_at, left_alone, verdict

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CHECK_IN, LAST = NudgeKind.CHECK_IN, NudgeKind.LAST_QUESTION


def test_a_due_check_in_is_asked_and_the_next_one_planned():
    planned = asked(daily())
    assert planned.nudge is CHECK_IN
    assert planned.plan.next_due_at == NINE + DAY


def test_a_check_in_that_is_not_due_is_left_as_it_is():
    plan = daily()
    assert asked(plan, NINE - MINUTE).plan is plan
    assert asked(plan, NINE - MINUTE).nudge is None


@pytest.mark.parametrize(("late", "expected"), [(90, Verdict.ASK), (91, Verdict.LATE)])
def test_more_than_90_minutes_late_is_dropped(late: int, expected: Verdict):
    assert verdict(daily(), late=late * MINUTE) is expected


def test_what_was_dropped_is_counted_and_does_not_come_later():
    planned = asked(daily(), NINE + 5 * DAY + 3 * HOUR)
    assert planned.nudge is None
    assert planned.plan.course.ever.dropped == 1
    assert planned.plan.next_due_at == NINE + 6 * DAY


def test_late_into_quiet_hours_is_dropped():
    assert verdict(daily("20:30"), late=29 * MINUTE) is Verdict.ASK
    assert verdict(daily("20:30"), late=30 * MINUTE) is Verdict.QUIET


@pytest.mark.parametrize(("hours", "expected"), [(2.9, Verdict.TALKED), (3, Verdict.ASK)])
def test_within_three_hours_of_a_talk_nothing_is_asked(hours: float, expected: Verdict):
    assert verdict(daily(), talked_at=NINE - hours * HOUR) is expected


def test_a_first_check_in_that_was_promised_comes_although_they_have_just_talked():
    plan = changes.promised(daily("10:00"), NINE, next_check_in)
    assert verdict(plan, talked_at=NINE) is Verdict.ASK
    assert verdict(asked(plan).plan, talked_at=NINE + DAY) is Verdict.TALKED


@pytest.mark.parametrize(("hours", "expected"), [(23.9, Verdict.CASE), (24, Verdict.ASK), (-9999, Verdict.CASE)])
def test_while_a_case_is_open_and_for_a_day_after_it_nothing_is_asked(hours: float, expected: Verdict):
    plan = changes.promised(daily(), MONDAY, next_check_in)
    assert verdict(plan, troubled_at=NINE - hours * HOUR) is expected


def test_a_check_in_every_day_on_telegram_comes_five_times_a_week():
    plan, sent = daily(), []
    for _ in range(21):
        moment = due_at(plan)
        planned = asked(plan)
        sent.append(planned.nudge is not None)
        plan = answered(planned.plan, moment + MINUTE)
    assert sent == [True, True, True, True, True, False, False] * 3


def test_slack_asks_at_most_three_times_a_week_and_in_working_hours():
    plan, sent = daily("10:00", platform=Platform.SLACK), 0
    for _ in range(7):
        planned = asked(plan)
        sent += planned.nudge is not None
        plan = answered(planned.plan, due_at(plan) + MINUTE)
    assert sent == 3
    assert verdict(daily("16:20", platform=Platform.SLACK), late=10 * MINUTE) is Verdict.QUIET


def test_the_person_may_have_more_or_fewer_than_usual():
    plan = changes.at_most(daily(), 7)
    for _ in range(7):
        planned = asked(plan)
        assert planned.nudge is CHECK_IN
        plan = answered(planned.plan, due_at(plan) + MINUTE)


def test_two_on_one_day_are_one_too_many():
    plan = asked(daily()).plan
    again = structs.replace(plan, next_due_at=NINE + 5 * HOUR)
    assert verdict(again) is Verdict.FULL_DAY


def test_silence_is_met_with_longer_and_longer_silence_and_one_last_question():
    assert left_alone(daily(), 90) == [
        (0, CHECK_IN),
        (1, CHECK_IN),
        (3, CHECK_IN),
        (7, CHECK_IN),
        (15, CHECK_IN),
        (30, CHECK_IN),
        (60, LAST),
    ]
    assert len(left_alone(daily(), 3650)) == 7


def test_on_two_days_a_week_silence_still_finds_a_day_of_the_plan():
    sent = left_alone(daily(weekdays=(1, 3)), 365)
    assert all((MONDAY + DAY + day * DAY).weekday() in {1, 3} for day, _ in sent)
    assert [kind for _, kind in sent] == [CHECK_IN] * 6 + [LAST]


def test_any_word_ends_the_silence():
    plan = asked(asked(asked(daily()).plan).plan).plan
    assert plan.course.unanswered == 3
    assert due_at(plan) == NINE + 7 * DAY
    planned = asked(plan, talked_at=NINE + 4 * DAY)
    assert planned.plan.course.unanswered == 1
    assert due_at(planned.plan) == NINE + 8 * DAY


def test_an_answer_brings_the_usual_days_back():
    plan = asked(asked(daily()).plan).plan
    assert due_at(plan) == NINE + 3 * DAY
    assert due_at(answered(plan, NINE + DAY + HOUR)) == NINE + 2 * DAY


def test_what_was_withdrawn_on_the_way_out_counts_as_dropped_and_not_as_silence():
    plan = withdrawn(asked(daily()).plan)
    assert (plan.course.unanswered, plan.course.recent) == (0, ())
    assert (plan.course.ever.sent, plan.course.ever.dropped) == (0, 1)


# --- the one in ten ---------------------------------------------------------------------------------------------------


def test_about_one_in_ten_is_left_out_when_that_was_agreed():
    plan, held, count = changes.agreed(daily(), "holdout", yes=True), 0, 0
    for _ in range(2000):
        planned = asked(plan)
        count += planned.plan.course.ever != plan.course.ever
        held += planned.plan.course.held
        plan = answered(planned.plan, due_at(plan) + MINUTE)
    ever = plan.course.ever
    assert 0.07 < ever.held / (ever.held + ever.sent) < 0.13
    assert ever.held_answered == ever.held


def test_without_that_consent_none_is_left_out():
    plan = daily()
    for _ in range(300):
        plan = answered(asked(plan).plan, due_at(plan) + MINUTE)
    assert plan.course.ever.held == 0


def test_what_is_left_out_is_no_silence():
    plan = structs.replace(daily(), rules=structs.replace(daily().rules, holdout=True))
    while not (planned := asked(plan)).plan.course.held:
        plan = answered(planned.plan, due_at(plan) + MINUTE)
    assert planned.nudge is None
    assert planned.plan.course.unanswered == 0
    assert due_at(planned.plan) - due_at(plan) == DAY


# --- changes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "at", "expected"),
    [
        ("hour", "09:05", "2026-03-02T10:05"),
        ("evening", "09:05", "2026-03-02T18:30"),
        ("evening", "18:00", "2026-03-02T19:00"),
        ("tomorrow", "09:05", "2026-03-03T09:00"),
        # Into quiet hours nothing is put off.
        ("hour", "20:15", "2026-03-03T09:00"),
        ("evening", "20:15", "2026-03-03T09:00"),
    ],
)
def test_a_check_in_can_be_put_off(wanted: str, at: str, expected: str):
    now = datetime.combine(MONDAY.date(), time.fromisoformat(at), UTC)
    plan = changes.snoozed(asked(daily()).plan, wanted, now)
    assert due_at(plan).isoformat()[:16] == expected


def test_what_was_put_off_comes_again_and_is_not_counted_twice():
    plan = changes.snoozed(asked(daily()).plan, "hour", NINE + MINUTE)
    planned = asked(plan, talked_at=NINE + MINUTE)
    assert planned.nudge is CHECK_IN
    assert planned.plan.course.ever.sent == 1
    assert planned.plan.next_due_at == NINE + DAY


def test_fewer_halves_the_week_down_to_one_in_two_weeks():
    plan = daily()
    counts = []
    for _ in range(5):
        plan = changes.fewer(plan)
        counts.append((plan.rules.per_week, plan.every))
    assert counts == [(3, 0), (2, 0), (1, 0), (1, 14), (1, 14)]


def test_an_absence_leaves_out_its_days():
    plan = replan(changes.absent(daily(), 3, NINE + HOUR), NINE + HOUR, next_check_in)
    assert due_at(plan) == NINE + 3 * DAY


def test_a_pause_lasts_until_it_is_taken_up():
    plan = changes.paused(daily())
    assert replan(plan, NINE, next_check_in).next_due_at is None
    assert due_at(replan(changes.taken_up(plan), NINE, next_check_in)) == NINE + DAY


def test_quiet_hours_of_ones_own_that_leave_no_room_are_refused():
    assert changes.quiet(daily("09:00"), time(8), time(10)) is None
    assert changes.quiet(daily("09:00"), time(8), time(8)) is None
    assert changes.quiet(daily("09:00"), time(22), time(7)) is not None


def test_the_night_worker_may_be_asked_at_night():
    plan = changes.quiet(daily("23:00", rules={"closes": time(23, 30)}), time(6), time(14))
    assert plan is not None
    assert verdict(plan) is Verdict.ASK
    assert verdict(structs.replace(plan, next_due_at=NINE)) is Verdict.QUIET


def test_public_holidays_are_left_out_where_that_was_wished():
    wanted = daily(rules={"days_off": "DE"})

    def days_off(country: str, day: date) -> bool:
        return country == "DE" and day == date(2026, 3, 3)

    assert next_check_in(wanted, NINE, days_off) == NINE + 2 * DAY


# --- spreading --------------------------------------------------------------------------------------------------------


def test_a_typed_time_is_kept_to_the_minute_and_a_part_of_the_day_is_spread():
    about = {(due_at(daily("18:30", pace=Pace.ABOUT)) + n * DAY).minute for n in range(1)}
    assert due_at(daily("18:30")).minute == 30
    assert about != set()
    spread = {jitter(f"person {n}", MONDAY.date()) for n in range(400)}
    assert min(spread) == -JITTER_MINUTES * MINUTE
    assert max(spread) == JITTER_MINUTES * MINUTE
    assert len(spread) == 2 * JITTER_MINUTES + 1


def test_the_spread_of_a_person_and_day_is_always_the_same():
    assert len({jitter("ana", date(2026, 3, 2)) for _ in range(9)}) == 1
    assert len({jitter("ana", date(2026, 3, day)) for day in range(1, 29)}) > 5
