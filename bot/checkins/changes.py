"""What a person can change about their schedule; each change is a new schedule, not yet planned."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import structs

from bot.checkins.policy import full_on, replan
from bot.checkins.reading import Wish
from bot.checkins.state import Course, Pace, Rules
from bot.checkins.window import is_open, rules_for, spare_after
from bot.model.people import Person, Platform
from bot.model.schedules import CheckIn
from bot.ports import NextCheckIn

# A person has one schedule: what is promised about a day and a week is promised of all that asks unasked.
DAILY = "daily"
EVENING = time(18, 30)
MORNING = time(10)
FEWEST_EVERY = 14


def schedule_of(check_ins: tuple[CheckIn, ...]) -> CheckIn | None:
    """Return a person's schedule."""
    return next((plan for plan in check_ins if plan.check_in_id == DAILY), None)


def wished(person: Person, before: CheckIn | None, wish: Wish, now: datetime) -> CheckIn:
    """Return the schedule of a wish; what it does not name stays as it was, or is usual for the platform."""
    plan = before or _usual(person)
    at = wish.at or plan.at
    pace = wish.pace if wish.at is not None or wish.pace is Pace.BEST else plan.pace
    today = now.astimezone(ZoneInfo(person.zone)).date()
    # The steps begin on a day of the plan: every second week from a Thursday would never reach a Monday.
    first = next(day for day in (today + timedelta(days=n) for n in range(7)) if day.weekday() in wish.weekdays)
    rules = structs.replace(
        plan.rules,
        paused=False,
        not_before=None,
        holdout="holdout" in person.consents,
        days_off=_days_off(person, wish),
    )
    return structs.replace(
        plan,
        at=at,
        pace=pace,
        zone=person.zone,
        weekdays=wish.weekdays,
        every=wish.every,
        since=first if wish.every else None,
        rules=_roomy(rules, at) if pace is Pace.PINNED else rules,
    )


def promised(plan: CheckIn, now: datetime, next_check_in: NextCheckIn) -> CheckIn:
    """Plan a schedule that was just set, beginning on the first day that its limits allow; that day is a promise."""
    course = structs.replace(plan.course, unanswered=0, promised=True, snoozed=False)
    plan = replan(structs.replace(plan, course=course), now, next_check_in)
    for _ in range(7):
        if plan.next_due_at is None or full_on(plan, plan.next_due_at) is None:
            return plan
        plan = replan(plan, plan.next_due_at, next_check_in)
    return plan


def paused(plan: CheckIn) -> CheckIn:
    """Return the schedule at rest until the person takes it up again."""
    return structs.replace(plan, rules=structs.replace(plan.rules, paused=True), next_due_at=None)


def taken_up(plan: CheckIn) -> CheckIn:
    """Return the schedule without a pause or an absence."""
    return structs.replace(plan, rules=structs.replace(plan.rules, paused=False, not_before=None))


def absent(plan: CheckIn, days: int, now: datetime) -> CheckIn:
    """Return the schedule with today and the days after it left out, `days` in all."""
    zone = ZoneInfo(plan.zone)
    back = datetime.combine(now.astimezone(zone).date() + timedelta(days=days), time(), zone)
    return structs.replace(plan, rules=structs.replace(plan.rules, not_before=back))


def snoozed(plan: CheckIn, wanted: str, now: datetime) -> CheckIn:
    """Return the schedule with its last question put off: `hour`, `evening` or `tomorrow`; never into quiet hours."""
    zone = ZoneInfo(plan.zone)
    local = now.astimezone(zone)
    moment = local + timedelta(hours=1)
    if wanted == "evening":
        moment = max(datetime.combine(local.date(), EVENING, zone), local + timedelta(hours=1))
    if wanted == "tomorrow" or not is_open(plan.rules, moment.time()):
        at = plan.at if is_open(plan.rules, plan.at) else MORNING
        moment = datetime.combine(local.date() + timedelta(days=1), at, zone)
    course = structs.replace(plan.course, snoozed=True, outbound=0, unanswered=0)
    return structs.replace(plan, course=course, next_due_at=moment.astimezone(now.tzinfo))


def fewer(plan: CheckIn) -> CheckIn:
    """Return the schedule with about half as many check-ins, at the least one in two weeks."""
    now_a_week = min(plan.rules.per_week, days_a_week(plan))
    if now_a_week > 1:
        return at_most(plan, {2: 1, 3: 2}.get(now_a_week, 3))
    today = plan.since or (plan.next_due_at.date() if plan.next_due_at else None)
    return structs.replace(plan, every=FEWEST_EVERY, since=today, weekdays=(0, 1, 2, 3, 4, 5, 6))


def at_most(plan: CheckIn, count: int) -> CheckIn:
    """Return the schedule with another limit a week."""
    return structs.replace(plan, rules=structs.replace(plan.rules, per_week=count))


def quiet(plan: CheckIn, begins: time, ends: time) -> CheckIn | None:
    """Return the schedule with quiet hours of the person's own, or None when they leave no room for its time."""
    rules = structs.replace(plan.rules, opens=ends, closes=begins, own_hours=True)
    if begins == ends or (plan.pace is Pace.PINNED and not is_open(rules, plan.at)):
        return None
    return structs.replace(plan, rules=rules)


def fits(plan: CheckIn) -> bool:
    """Say whether the time of a schedule lies outside the person's own quiet hours."""
    return plan.pace is Pace.BEST or is_open(plan.rules, plan.at)


def days_a_week(plan: CheckIn) -> int:
    """Return how many check-ins the plan alone asks for in a week, rounded up."""
    return -(-7 // plan.every) if plan.every else len(plan.weekdays)


def agreed(plan: CheckIn, purpose: str, *, yes: bool) -> CheckIn:
    """Return the schedule after a consent was given or withdrawn: without the one to be asked, it rests."""
    if purpose == "holdout":
        return structs.replace(plan, rules=structs.replace(plan.rules, holdout=yes))
    return plan if yes or purpose != "check_ins" else paused(plan)


def _days_off(person: Person, wish: Wish) -> str:
    """Return whose public holidays are left out: at work always, elsewhere when it was wished."""
    return person.country if wish.skips_holidays or person.address.platform is Platform.SLACK else ""


def _usual(person: Person) -> CheckIn:
    rules = rules_for(person.address.platform)
    return CheckIn(DAILY, person.person_id, time(10), person.zone, rules=rules, course=Course())


def _roomy(rules: Rules, at: time) -> Rules:
    """Widen the usual hours to hold a time that someone typed; hours of their own are left alone."""
    if rules.own_hours or (is_open(rules, at) and is_open(rules, spare_after(at))):
        return rules
    return structs.replace(rules, opens=min(rules.opens, at), closes=max(rules.closes, spare_after(at)))
