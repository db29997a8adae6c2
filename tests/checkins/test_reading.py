"""The words in which people say when they want to be asked."""

from __future__ import annotations

from datetime import time

import pytest

from bot.checkins.reading import EVERY_DAY, WEEKEND, WORK_DAYS, Unclear, Wish, read_wish
from bot.checkins.state import Pace
from flows.library import load_library

WORDS = load_library().phrases("en").understood
PINNED, ABOUT, BEST = Pace.PINNED, Pace.ABOUT, Pace.BEST


@pytest.mark.parametrize(
    ("text", "at", "pace", "days"),
    [
        ("9:30", time(9, 30), PINNED, EVERY_DAY),
        ("9", time(9), PINNED, EVERY_DAY),
        ("at 9", time(9), PINNED, EVERY_DAY),
        ("every day at 9.30 pm", time(21, 30), PINNED, EVERY_DAY),
        ("weekdays at 9", time(9), PINNED, WORK_DAYS),
        ("Weekdays, 9am please", time(9), PINNED, WORK_DAYS),
        ("on work days at half past 8", time(8, 30), PINNED, WORK_DAYS),
        ("Tue and Thu 14:30", time(14, 30), PINNED, (1, 3)),
        ("tuesdays & thursdays at 2.30 pm", time(14, 30), PINNED, (1, 3)),
        ("Mon, Wed, Fri 18:00", time(18), PINNED, (0, 2, 4)),
        ("monday to friday 9:30", time(9, 30), PINNED, WORK_DAYS),
        ("Fri-Mon 10:00", time(10), PINNED, (0, 4, 5, 6)),
        ("weekends at noon", time(12), PINNED, WEEKEND),
        ("weekdays except wednesday at 9", time(9), PINNED, (0, 1, 3, 4)),
        ("every day but not sundays at 20:00", time(20), PINNED, (0, 1, 2, 3, 4, 5)),
        ("sundays in the evening", time(18, 30), ABOUT, (6,)),
        ("mornings", time(9, 45), ABOUT, EVERY_DAY),
        ("weekdays at lunchtime", time(12, 30), ABOUT, WORK_DAYS),
        ("any time", None, BEST, EVERY_DAY),
        ("weekdays whenever it suits", None, BEST, WORK_DAYS),
        ("weekdays", None, PINNED, WORK_DAYS),
    ],
)
def test_a_wish_is_read_as_it_was_meant(text: str, at: time | None, pace: Pace, days: tuple[int, ...]):
    wish = read_wish(text, WORDS)
    assert isinstance(wish, Wish)
    assert (wish.at, wish.pace, wish.weekdays, wish.every) == (at, pace, days, 0)


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("every other day in the evening", 2),
        ("every second day at 9", 2),
        ("every 3 days at 9:00", 3),
        ("every three days in the morning", 3),
        ("every 14 days at 18:15", 14),
    ],
)
def test_every_so_many_days_is_read(text: str, every: int):
    wish = read_wish(text, WORDS)
    assert isinstance(wish, Wish)
    assert wish.every == every


def test_public_holidays_can_be_left_out():
    wish = read_wish("weekdays at 9 but not on public holidays", WORDS)
    assert isinstance(wish, Wish)
    assert wish.skips_holidays
    assert wish.weekdays == WORK_DAYS


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("25:99", "time"),
        ("soon", "time"),
        ("24:30", "time"),
        ("9:3O", "time"),
        ("9 and 18", "time"),
        ("weekdays at 99", "time"),
        ("weekdays except monday to friday at 9", "days"),
        ("every day except every day at 9", "days"),
        ("every 90 days at 9", "days"),
        ("weekdays at sunset", "words"),
        ("tuesdays after work", "words"),
        ("9 unless it rains", "time"),
        ("", "time"),
    ],
)
def test_what_cannot_be_read_is_never_guessed(text: str, what: str):
    found = read_wish(text, WORDS)
    assert isinstance(found, Unclear), found
    if what != "words":
        assert found.what == what


@pytest.mark.parametrize("text", ["\ud83d", "9" * 500, "every " * 200, "mon-" * 300, "²³:¼", "\x00", "९:३०"])
def test_no_text_breaks_the_reading(text: str):
    assert isinstance(read_wish(text, WORDS), Wish | Unclear)
