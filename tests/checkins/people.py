"""Short ways to make schedules and to let time pass over them, without any store."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from msgspec import structs

from bot.checkins import changes, tally
from bot.checkins.due import DueCheckIn, NudgeKind, Planned
from bot.checkins.policy import Verdict, decide, judge, replan
from bot.checkins.state import Course, Rules
from bot.checkins.window import rules_for
from bot.model.people import Platform
from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in

# A Monday.
MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
NINE = MONDAY + timedelta(hours=9)
DAY = timedelta(days=1)


def daily(at: str = "09:00", zone: str = "UTC", platform: Platform = Platform.TELEGRAM, **fields: Any) -> CheckIn:
    """A schedule that is due on Monday at its time."""
    rules = structs.replace(rules_for(platform), **fields.pop("rules", {}))
    course = Course(**fields.pop("course", {}))
    plan = CheckIn("daily", "ana", time.fromisoformat(at), zone, rules=rules, course=course, **fields)
    return plan if plan.next_due_at else replan(plan, MONDAY, next_check_in)


def due_at(plan: CheckIn) -> datetime:
    assert plan.next_due_at is not None
    return plan.next_due_at


def verdict(plan: CheckIn, *, late: timedelta = timedelta(0), **facts: Any) -> Verdict:
    return judge(DueCheckIn(plan, **facts), due_at(plan), due_at(plan) + late)


def asked(plan: CheckIn, now: datetime | None = None, **facts: Any) -> Planned:
    return decide(DueCheckIn(plan, **facts), now or due_at(plan), next_check_in)


def answered(plan: CheckIn, now: datetime) -> CheckIn:
    """The schedule after its open question was answered."""
    opened = structs.replace(plan, course=structs.replace(plan.course, outbound=1))
    return replan(tally.answered(opened, now), now, next_check_in)


def left_alone(plan: CheckIn, days: int) -> list[tuple[int, NudgeKind]]:
    """What someone is sent who never says a word: (day, what)."""
    begun, sent = due_at(plan), []
    while plan.next_due_at is not None and plan.next_due_at < begun + days * DAY:
        moment = plan.next_due_at
        planned = asked(plan)
        if planned.nudge is not None:
            sent.append(((moment - begun) // DAY, planned.nudge))
        plan = planned.plan
    return sent


def snoozed(plan: CheckIn, wanted: str, now: datetime) -> CheckIn:
    return changes.snoozed(plan, wanted, now)


NO_LIMITS = Rules(per_day=9, per_week=99)
