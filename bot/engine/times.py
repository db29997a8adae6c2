"""Reads times of day and dates the way people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from flows.normal import plain
from flows.phrases import Understood

_CLOCK = re.compile(r"(?<![\d:.])([0-9]{1,2})(?:[:.h ]([0-9]{2}))?(?![\d:.])")
_FOUR_DIGITS = re.compile(r"(?<!\d)([0-9]{2})([0-9]{2})(?!\d)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$")
_DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})$")
_NAMED = re.compile(r"([0-9]{1,2})\.?(?:st|nd|rd|th)? (?:of |de )?([^\W\d]+),?(?: (?:de )?([0-9]{4}))?$")
_NAMED_FIRST = re.compile(r"([^\W\d]+) ([0-9]{1,2})(?:st|nd|rd|th)?,?(?: ([0-9]{4}))?$")


def read_time(text: str, words: Understood) -> str | None:
    """Return HH:MM for "9", "9:30", "9.30 pm" or "half past 8 in the evening"; None for what is no time."""
    said = _FOUR_DIGITS.sub(r"\1:\2", f" {plain(text)} ")
    if _has(said, words.midnight):
        return "00:00"
    if _has(said, words.noon) and not any(letter.isdecimal() for letter in said):
        return "12:00"
    found = _CLOCK.findall(said)
    if len(found) != 1:
        return None
    minutes = int(found[0][0]) * 60 + int(found[0][1] or 0) + _shift(said, words)
    if int(found[0][0]) > 24 or int(found[0][1] or 0) > 59:
        return None
    minutes = _half_of_day(minutes, said, words)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _shift(said: str, words: Understood) -> int:
    """Return the minutes that "half past" and its like add."""
    shifts = ((words.half_past, 30), (words.half_to, -30), (words.quarter_past, 15), (words.quarter_to, -15))
    return next((minutes for phrases, minutes in shifts if _has(said, phrases)), 0)


def _half_of_day(minutes: int, said: str, words: Understood) -> int:
    """Return the minutes moved to the half of the day that was said, if one was."""
    if _has(said, words.evening):
        return minutes + 720 if minutes < 720 else minutes
    if _has(said, words.morning) and minutes >= 720:
        return minutes - 720
    return minutes


def _has(said: str, phrases: Iterable[str]) -> bool:
    """Return whether one of the phrases stands in a text; short ones like "pm" may follow a digit at once."""
    return any(re.search(rf"(?<![^\W\d]){re.escape(plain(phrase))}(?![^\W\d])", said) for phrase in phrases)


def read_date(text: str, words: Understood, today: date, language: str) -> str | None:
    """Return YYYY-MM-DD for an ISO date, "1.12.2026", "5 October" or "tomorrow"; None for what is no date.

    A day without a year is the next such day.
    """
    said = plain(text)
    for days, names in ((0, words.today), (1, words.tomorrow), (-1, words.yesterday)):
        if said in map(plain, names):
            return (today + timedelta(days=days)).isoformat()
    if match := _ISO.match(said):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.match(said):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    return _named(said, today, language)


def _named(said: str, today: date, language: str) -> str | None:
    """Read a day beside the name of a month."""
    if match := _NAMED.match(said):
        day, name, year = match.groups()
    elif match := _NAMED_FIRST.match(said):
        name, day, year = match.groups()
    else:
        return None
    month = _months(language).get(name)
    if month is None:
        return None
    if year:
        return _day(int(year), month, int(day))
    this_year = _day(today.year, month, int(day))
    return this_year if this_year and this_year >= today.isoformat() else _day(today.year + 1, month, int(day))


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=16)
def _months(language: str) -> dict[str, int]:
    """Return month numbers by plain name, in a language and in English."""
    from babel import Locale, UnknownLocaleError  # 25 ms that a start need not spend

    months: dict[str, int] = {}
    for code in ("en", language):
        try:
            names = Locale.parse(code).months["format"]
        except (UnknownLocaleError, ValueError):
            continue
        for width in ("abbreviated", "wide"):
            months |= {plain(name): number for number, name in names[width].items()}
    return months
