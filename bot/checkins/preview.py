"""Tells day by day what a schedule would send, and why it sends nothing on the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from bot.checkins import tally
from bot.checkins.due import DueCheckIn
from bot.checkins.policy import ASKING, Verdict, decide, judge, replan
from bot.checkins.state import Course
from bot.checkins.wall import local_time
from bot.model.schedules import CheckIn
from bot.ports import NextCheckIn


class Foreseen(Struct, frozen=True):
    """One day: when a check-in would be sent (or was planned), and what becomes of it."""

    day: date
    at: datetime | None
    sent: bool
    why: str


def preview(
    due: DueCheckIn, now: datetime, days: int, next_check_in: NextCheckIn, *, silent: bool = False
) -> Iterator[Foreseen]:
    """Yield each of the coming days as if every check-in were answered at once, or, with `silent`, none."""
    plan, zone = due.plan, ZoneInfo(due.plan.zone)
    today = now.astimezone(zone).date()
    for offset in range(days):
        day = today + timedelta(days=offset)
        ends = datetime.combine(day + timedelta(days=1), time(), zone)
        at = plan.next_due_at
        if at is None or at >= ends:
            yield Foreseen(day, None, sent=False, why=_why_nothing(plan, day, now, next_check_in))
            continue
        at = max(at, now)
        asked = structs.replace(due, plan=plan)
        verdict = judge(asked, plan.next_due_at or at, at)
        yield Foreseen(day, at, sent=verdict in ASKING, why=verdict.value)
        plan = decide(structs.replace(asked, plan=structs.replace(plan, next_due_at=at)), at, next_check_in).plan
        if verdict is Verdict.ASK and not silent:
            plan = structs.replace(plan, course=structs.replace(plan.course, outbound=1))
            plan = replan(tally.answered(plan, at), at, next_check_in)


def _why_nothing(plan: CheckIn, day: date, now: datetime, next_check_in: NextCheckIn) -> str:
    """Return why no check-in falls on a day."""
    if plan.rules.paused:
        return "paused: until you take it up again"
    if plan.next_due_at is None:
        return "stopped: after long silence"
    bare = structs.replace(plan, rules=structs.replace(plan.rules, days_off="", not_before=None), course=Course())
    if not _falls_on(bare, day, now, next_check_in):
        return "not a day of the plan"
    if plan.rules.days_off and not _falls_on(structs.replace(plan, course=Course()), day, now, next_check_in):
        return "a public holiday"
    away = plan.rules.not_before
    if away is not None and local_time(away, plan.zone).date() > day:
        return "away"
    return "silence: the next one comes later" if plan.course.unanswered else "its time had passed"


def _falls_on(plan: CheckIn, day: date, now: datetime, next_check_in: NextCheckIn) -> bool:
    begins = datetime.combine(day, time(), ZoneInfo(plan.zone)) - timedelta(microseconds=1)
    moment = next_check_in(plan, begins)
    return local_time(moment, plan.zone).date() == day and moment > now
