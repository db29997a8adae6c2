"""Says a schedule back in words: the days, the time and the next moment."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.checkins.changes import days_a_week
from bot.checkins.reading import EVERY_DAY, WEEKEND, WORK_DAYS
from bot.checkins.state import Pace
from bot.model.schedules import CheckIn
from flows.wording import Words

GROUPS = {EVERY_DAY: "every_day", WORK_DAYS: "work_days", WEEKEND: "weekend"}


def spoken_plan(words: Words, language: str, plan: CheckIn) -> str:
    """Return a schedule as `Monday to Friday at 09:00`, with its limit a week where that holds some back."""
    text = words.say("plans.joined", language, days=_days(words, language, plan), time=_time(words, language, plan))
    if days_a_week(plan) <= plan.rules.per_week:
        return text
    return words.say("plans.limited", language, plan=text, count=plan.rules.per_week)


def spoken_moment(words: Words, language: str, moment: datetime, now: datetime, zone_name: str) -> str:
    """Return a moment as `today at 21:00`, `tomorrow at 09:00` or `on Friday 2026-12-04 at 09:00`, in a zone."""
    zone = ZoneInfo(zone_name)
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    clock = f"{local:%H:%M}"
    if days in {0, 1}:
        return words.say(("plans.today", "plans.tomorrow")[days], language, time=clock)
    weekday = words.say(f"plans.weekdays.{local.weekday()}", language)
    return words.say("plans.on_day", language, weekday=weekday, day=local.date().isoformat(), time=clock)


def _days(words: Words, language: str, plan: CheckIn) -> str:
    if plan.every:
        key = "plans.every_other_day" if plan.every == 2 else "plans.every_n_days"
        return words.say(key, language, count=plan.every)
    if plan.weekdays in GROUPS:
        return words.say(f"plans.{GROUPS[plan.weekdays]}", language)
    names = [words.say(f"plans.weekdays.{day}", language) for day in plan.weekdays]
    if len(names) == 1:
        return words.say("plans.one_day", language, day=names[0])
    return words.say("plans.some_days", language, days=", ".join(names[:-1]), last=names[-1])


def _time(words: Words, language: str, plan: CheckIn) -> str:
    key = {Pace.PINNED: "plans.at", Pace.ABOUT: "plans.about", Pace.BEST: "plans.best"}[plan.pace]
    return words.say(key, language, time=f"{plan.at:%H:%M}")
