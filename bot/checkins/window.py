"""The hours in which someone may be asked, and the five parts of them."""

from __future__ import annotations

from datetime import time

from bot.checkins.state import Rules
from bot.model.people import Platform

PARTS = 5
DAY_MINUTES = 24 * 60
# The latest a typed time may still be asked after it: otherwise a time at the very end of the window never could be.
SPARE_MINUTES = 30


def rules_for(platform: Platform) -> Rules:
    """Return the limits that a new schedule begins with (shared/nudges.md)."""
    if platform is Platform.SLACK:
        return Rules(per_week=3, opens=time(9, 30), closes=time(16, 30))
    return Rules()


def is_open(rules: Rules, at: time) -> bool:
    """Say whether someone may be asked at a local time. A window may reach over midnight."""
    if rules.opens <= rules.closes:
        return rules.opens <= at < rules.closes
    return at >= rules.opens or at < rules.closes


def middle_of(rules: Rules, part: int) -> time:
    """Return the time in the middle of one of the five parts of the window."""
    length = (_minutes(rules.closes) - _minutes(rules.opens)) % DAY_MINUTES
    minutes = _minutes(rules.opens) + length * (2 * part + 1) // (2 * PARTS)
    return _time(minutes % DAY_MINUTES)


def part_of(rules: Rules, at: time) -> int:
    """Return which of the five parts of the window a time is in, or the nearest end."""
    length = (_minutes(rules.closes) - _minutes(rules.opens)) % DAY_MINUTES or DAY_MINUTES
    into = (_minutes(at) - _minutes(rules.opens)) % DAY_MINUTES
    return min(into * PARTS // length, PARTS - 1)


def spare_after(at: time) -> time:
    """Return the end of a window that still has room for a time."""
    minutes = _minutes(at) + SPARE_MINUTES
    return time(23, 59, 59) if minutes >= DAY_MINUTES else _time(minutes)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
