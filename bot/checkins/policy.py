"""Decides on a due check-in: ask, leave out or drop, and when the next one comes. Every rule about asking stands here.

The bulk of due check-ins, the turn that words one, the preview and the simulated year all ask this module.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec import structs

from bot.checkins import learning, tally
from bot.checkins.due import DueCheckIn, NudgeKind, Planned
from bot.checkins.state import Course, Pace
from bot.checkins.wall import local_time
from bot.checkins.window import is_open, middle_of, part_of
from bot.model.schedules import CheckIn
from bot.ports import NextCheckIn

LATE = timedelta(minutes=90)
AFTER_A_TALK = timedelta(hours=3)
AFTER_A_CASE = timedelta(hours=24)
# shared/nudges.md, silence back-off: days from an unanswered check-in to the next, then one last question.
GAPS = (1, 2, 4, 8, 15, 30)
HELD_OF = 10
TICK = timedelta(microseconds=1)


class Verdict(StrEnum):
    """What becomes of a check-in that is due, and why."""

    ASK = "asked"
    LAST_QUESTION = "asked whether to go on, after long silence"
    LATE = "dropped: more than 90 minutes late"
    QUIET = "dropped: it would have come in quiet hours"
    CASE = "dropped: a person on the team was in touch within 24 hours"
    TALKED = "dropped: you had talked within 3 hours"
    FULL_DAY = "dropped: the day's limit was reached"
    FULL_WEEK = "dropped: the week's limit was reached"
    HELD = "left out: the 1 in 10 that you agreed to"


ASKING = frozenset({Verdict.ASK, Verdict.LAST_QUESTION})


def judge(due: DueCheckIn, due_at: datetime, now: datetime) -> Verdict:
    """Return what becomes of a check-in that was due at `due_at`."""
    plan, course = due.plan, due.plan.course
    against = unwelcome(due, due_at, now)
    if against is not None or course.snoozed:
        return against or Verdict.ASK
    if due.talked_at is not None and now - due.talked_at < AFTER_A_TALK and not course.promised:
        return Verdict.TALKED
    if (full := full_on(plan, now)) is not None:
        return full
    if _unanswered(due) >= len(GAPS):
        return Verdict.LAST_QUESTION
    return Verdict.HELD if _is_held(plan, due_at) else Verdict.ASK


def unwelcome(due: DueCheckIn, due_at: datetime, now: datetime) -> Verdict | None:
    """Return what forbids to ask now, whoever promised it: lateness, quiet hours, or a case."""
    if now - due_at > LATE:
        return Verdict.LATE
    if not is_open(due.plan.rules, local_time(now, due.plan.zone).time()):
        return Verdict.QUIET
    if due.troubled_at is not None and now - due.troubled_at < AFTER_A_CASE:
        return Verdict.CASE
    return None


def decide(due: DueCheckIn, now: datetime, next_check_in: NextCheckIn) -> Planned:
    """Return the schedule after its due moment, and what to ask. A schedule that is not due stays as it is."""
    due_at = due.plan.next_due_at
    if due_at is None or due_at > now:
        return Planned(due.plan)
    verdict = judge(due, due_at, now)
    plan = structs.replace(due.plan, course=_after(due, verdict, due_at, now))
    nudge = NudgeKind.LAST_QUESTION if verdict is Verdict.LAST_QUESTION else NudgeKind.CHECK_IN
    return Planned(replan(plan, now, next_check_in), nudge if verdict in ASKING else None)


def replan(plan: CheckIn, now: datetime, next_check_in: NextCheckIn) -> CheckIn:
    """Return the schedule with its next due moment: after silence later, after an absence not before its end."""
    if plan.rules.paused or plan.course.unanswered > len(GAPS):
        return structs.replace(plan, next_due_at=None)
    if plan.pace is Pace.BEST:
        part, chance = learning.choose(plan.person_id, plan.course)
        course = structs.replace(plan.course, chance=chance)
        plan = structs.replace(plan, at=middle_of(plan.rules, part), course=course)
    return structs.replace(plan, next_due_at=next_check_in(plan, max(now, _earliest(plan, now))))


def withdrawn(plan: CheckIn) -> CheckIn:
    """Return the schedule as if its last check-in had not been asked: something forbade it on the way out."""
    course = plan.course
    return structs.replace(
        plan,
        course=structs.replace(
            course,
            unanswered=max(0, course.unanswered - 1),
            recent=course.recent[:-1],
            this_month=tally.moved(course.this_month, sent=-1, dropped=1),
        ),
    )


def _unanswered(due: DueCheckIn) -> int:
    """Return how many in a row were met with silence; any word since the last one ends it."""
    course = due.plan.course
    spoke = due.talked_at is not None and course.asked_at is not None and due.talked_at > course.asked_at
    return 0 if spoke else course.unanswered


def full_on(plan: CheckIn, at: datetime) -> Verdict | None:
    """Return which limit a check-in at a moment would break, if any."""
    recent = plan.course.recent
    if not recent:
        return None
    today = local_time(at, plan.zone).toordinal()
    if recent.count(today) >= plan.rules.per_day:
        return Verdict.FULL_DAY
    return Verdict.FULL_WEEK if sum(day > today - 7 for day in recent) >= plan.rules.per_week else None


def _is_held(plan: CheckIn, due_at: datetime) -> bool:
    """Draw the one in ten: by a hash, so that the draw is the same however often it is made."""
    if not plan.rules.holdout or plan.course.promised:
        return False
    return crc32(f"{plan.person_id} {due_at.date()} left out".encode()) % HELD_OF == 0


def _after(due: DueCheckIn, verdict: Verdict, due_at: datetime, now: datetime) -> Course:
    plan, course = due.plan, tally.rolled(due.plan, now)
    if verdict not in ASKING and verdict is not Verdict.HELD:
        return structs.replace(
            course,
            promised=False,
            snoozed=False,
            unanswered=_unanswered(due),
            this_month=tally.moved(course.this_month, dropped=1),
        )
    local = local_time(now, plan.zone)
    if plan.pace is Pace.BEST:
        course = learning.tried(course, part_of(plan.rules, plan.at), local.date())
    held = verdict is Verdict.HELD
    added = {"held": 1} if held else {"sent": int(not course.snoozed)}
    today = local.toordinal()
    recent = tuple(day for day in course.recent if day > today - 7)
    return structs.replace(
        course,
        asked_at=now,
        held=held,
        unanswered=_unanswered(due) + (not held),
        recent=recent if held or course.snoozed else (*recent, today),
        promised=False,
        snoozed=False,
        this_month=tally.moved(course.this_month, **added),
        seen=course.seen + 1,
    )


@lru_cache(maxsize=4096)
def _day_after(day: date, days: int, zone_name: str) -> datetime:
    """Return when the day begins that is so many days after another."""
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(zone_name)).astimezone(UTC)


def _earliest(plan: CheckIn, now: datetime) -> datetime:
    """Return the moment before which the next check-in may not fall."""
    course, earliest = plan.course, now
    if course.unanswered > 0 and course.asked_at is not None and not course.held:
        asked = local_time(course.asked_at, plan.zone)
        earliest = _day_after(asked.date(), GAPS[course.unanswered - 1], plan.zone) - TICK
    if plan.rules.not_before is not None:
        earliest = max(earliest, plan.rules.not_before - TICK)
    return earliest
