"""Reads the words in which people say when they want to be asked: "weekdays at 9", "every other day in the evening"."""

from __future__ import annotations

import re
from datetime import time

from bot.checkins.state import Pace
from bot.engine.times import read_time
from bot.model.values import Value
from flows.phrases import Understood

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY, WORK_DAYS, WEEKEND = (0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4), (5, 6)
# Where no time is named: a part of the day, asked about then.
PARTS = {
    "morning": time(9, 45),
    "lunch": time(12, 30),
    "afternoon": time(15),
    "evening": time(18, 30),
}
MOST_DAYS = 28

_NAME = r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?s?"
_NUMBERS = {"other": 2, "second": 2, "two": 2, "third": 3, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_EVERY_N = re.compile(r"\bevery (other|second|third|two|three|four|five|six|seven|\d{1,2}) ?(?:days?|d)?\b(?! ?:)")
_HOLIDAYS = re.compile(r"\b(?:except|but not|not)(?: on)?(?: public| bank)? holidays\b")
_EXCEPT = re.compile(r"\b(?:except|but not|not)(?: on)?(?: the)? (.+?)(?=\b(?:at|in|around)\b|$)")
_RANGE = re.compile(rf"\b({_NAME}) ?(?:to|till|until|through|-|–) ?({_NAME})\b")
_ONE = re.compile(rf"\b{_NAME}\b")
_GROUPS = (
    (re.compile(r"\b(?:(?:every|each|on|all) )*(?:week ?days?|work ?days|working days)\b"), WORK_DAYS),
    (re.compile(r"\b(?:(?:every|each|on|at|the) )*week ?ends?\b"), WEEKEND),
    (re.compile(r"\b(?:every|each|all) ?days?\b|\bdaily\b"), EVERY_DAY),
)
_PART = re.compile(r"\b(?:(?:in|at|the|around|every) )*(morning|lunch|afternoon|evening)(?:s|time)?\b")
_TIMED = re.compile(r"\d|\b(?:noon|midday|midnight)\b")
_NO_SUCH_HOUR = re.compile(r"\b24[:.h]?(?:0[1-9]|[1-5]\d)\b")
_ANY = re.compile(r"\b(?:any ?time|whenever(?: it suits)?|you choose|at (?:the best|a good) time)\b")
_FILLERS = re.compile(r"\b(?:at|on|and|every|each|the|in|please|around|about|o'?clock|once|week|a|me|ask)\b|[,.;&+]")


class Wish(Value, frozen=True):
    """When someone wants to be asked. With `every`, each so many days; `None` leaves the time as it was."""

    at: time | None
    pace: Pace
    weekdays: tuple[int, ...]
    every: int = 0
    names_days: bool = False
    skips_holidays: bool = False


class Unclear(Value, frozen=True):
    """What could not be read: `time`, `days` or `words`; it names the sentence that says so."""

    what: str


def read_wish(text: str, words: Understood) -> Wish | Unclear:
    """Return what was wished for, or what stands in the way. Nothing is guessed: a word left over is unclear."""
    said, holidays = _HOLIDAYS.subn(" ", " ".join(text.lower().replace("’", "'").split()))
    said, every = _every(said)
    said, weekdays, names_days = _days(said)
    if not weekdays or (every and not 2 <= every <= MOST_DAYS):
        return Unclear("days")
    found = _time(said, words)
    if isinstance(found, Unclear):
        return found if names_days or every else Unclear("time")
    if found == (None, Pace.PINNED) and not names_days and not every:
        return Unclear("time")
    return Wish(found[0], found[1], weekdays, every, names_days or bool(every) or bool(holidays), bool(holidays))


def _every(said: str) -> tuple[str, int]:
    found = _EVERY_N.search(said)
    if found is None:
        return said, 0
    number = _NUMBERS.get(found[1]) or int(found[1])
    return said[: found.start()] + " " + said[found.end() :], number


def _days(said: str) -> tuple[str, tuple[int, ...], bool]:
    """Return the rest of the words, the days they name (all when they name none), and whether they name any."""
    excepted: set[int] = set()
    if (found := _EXCEPT.search(said)) is not None:
        excepted = _named(found[1])[1]
        said = said[: found.start()] + " " + said[found.end() :]
    said, days = _named(said)
    kept = sorted((days or set(EVERY_DAY)) - excepted)
    return said, tuple(kept), bool(days or excepted)


def _named(said: str) -> tuple[str, set[int]]:
    days: set[int] = set()
    for pattern, group in _GROUPS:
        said, count = pattern.subn(" ", said)
        days |= set(group) if count else set()
    for found in _RANGE.finditer(said):
        first, last = _number(found[1]), _number(found[2])
        days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    said = _RANGE.sub(" ", said)
    days |= {_number(found[0]) for found in _ONE.finditer(said)}
    return _ONE.sub(" ", said), days


def _number(name: str) -> int:
    return next(number for number, day in enumerate(DAY_NAMES) if name[:3] == day[:3])


def _time(said: str, words: Understood) -> tuple[time | None, Pace] | Unclear:
    if _TIMED.search(said):
        wall = None if _NO_SUCH_HOUR.search(said) else read_time(said, words)
        return (time.fromisoformat(wall), Pace.PINNED) if wall and not _left_over(said) else Unclear("time")
    rest, anyhow = _ANY.subn(" ", said)
    part = _PART.search(rest)
    rest = _PART.sub(" ", rest)
    if _FILLERS.sub(" ", rest).strip():
        return Unclear("words")
    if anyhow:
        return None, Pace.BEST
    return (PARTS[part[1]], Pace.ABOUT) if part else (None, Pace.PINNED)


_CLOCK_WORDS = re.compile(
    r"\d{1,4}(?:[:.h ]\d{2})?(?: ?[ap]\.?m\b\.?)?|"
    r"(?<!\w)(?:[ap]\.?m\.?|half past|quarter (?:past|to)|noon|midnight|midday|tonight|night)(?!\w)"
)


def _left_over(said: str) -> str:
    """Return the words beside a time that say nothing about it."""
    return _FILLERS.sub(" ", _PART.sub(" ", _CLOCK_WORDS.sub(" ", said))).strip()
