"""Reads a flow's plan for a check-in: literal times and days, or those a person chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from bot.engine.effects import Schedule
from flows.model import CheckInPlan
from flows.values import Saved

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GROUPS = {"every_day": (0, 1, 2, 3, 4, 5, 6), "workdays": (0, 1, 2, 3, 4), "weekends": (5, 6)}


def plan(wanted: CheckInPlan, saved: Mapping[str, Saved]) -> Schedule | None:
    """Return the check-in to schedule; None when the person skipped its time or days."""
    at = _time(saved.get(wanted.at, wanted.at))
    weekdays = _weekdays(saved.get(wanted.days, wanted.days))
    return Schedule(wanted.check_in_id, at, weekdays) if at is not None and weekdays else None


def _time(value: Saved) -> time | None:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _weekdays(value: Saved) -> tuple[int, ...]:
    if isinstance(value, list):
        return tuple(number for number, day in enumerate(DAYS) if day in value)
    if isinstance(value, str) and value in DAYS:
        return (DAYS.index(value),)
    return GROUPS.get(value, ()) if isinstance(value, str) else ()
