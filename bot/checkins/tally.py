"""Counts what was asked and answered, by month and in all."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import structs

from bot.checkins import learning
from bot.checkins.state import Course, Pace, Tally
from bot.checkins.wall import local_time
from bot.model.schedules import CheckIn

COUNTS_FOR = timedelta(hours=24)
IN_TIME = timedelta(hours=2)


def moved(
    tally: Tally, *, sent: int = 0, answered: int = 0, held: int = 0, held_answered: int = 0, dropped: int = 0
) -> Tally:
    """Return a tally with some counts changed."""
    return Tally(
        tally.sent + sent,
        tally.answered + answered,
        tally.held + held,
        tally.held_answered + held_answered,
        tally.dropped + dropped,
    )


def rolled(plan: CheckIn, now: datetime) -> Course:
    """Return the course with its month brought forward; a month without any check-in counts nothing."""
    local = local_time(now, plan.zone)
    month, course = local.year * 12 + local.month - 1, plan.course
    if month == course.month:
        return course
    last = course.this_month if month == course.month + 1 else Tally()
    return structs.replace(course, month=month, last_month=last, this_month=Tally(), earlier=course.ever)


def answered(plan: CheckIn, now: datetime) -> CheckIn:
    """Return the schedule after the person checked in, of their own accord or because they were asked."""
    course = rolled(plan, now)
    since = now - course.asked_at if course.asked_at is not None else None
    counts = since is not None and since <= COUNTS_FOR
    if counts and (course.held or course.outbound):
        added = {"held_answered": 1} if course.held else {"answered": 1}
        course = structs.replace(course, this_month=moved(course.this_month, **added))
    if plan.pace is Pace.BEST and course.outbound and since is not None and since <= IN_TIME:
        course = learning.hit(course)
    return structs.replace(plan, course=structs.replace(course, outbound=0, held=False, snoozed=False, unanswered=0))
