"""Public holidays by country, from the package `holidays` where it is installed; without it no day is one."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache


def is_day_off(country: str, day: date) -> bool:
    """Say whether a day is a public holiday in a country (two letters)."""
    return day in _holidays(country, day.year)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> Container[date]:
    try:
        # An extra, and slow to import: only who has asked for days off pays for it.
        import holidays
    except ImportError:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
