"""The trend, on simulated series: when it speaks, and when it holds its tongue."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.model.worry import Level
from bot.triage.trend import Rating, good, smoothed, trend

TODAY = date(2026, 3, 29)


def series(days: int, rating: Callable[[int, date], float], answered: Callable[[int], bool] = lambda _: True):
    """Ratings of the last `days` days; `rating` gets the days ago and the day."""
    return [
        Rating(day, min(max(rating(ago, day), 0.0), 1.0))
        for ago in range(days - 1, -1, -1)
        if answered(ago) and (day := TODAY - timedelta(days=ago))
    ]


def rules(ratings, **more):
    return {reason.rule for reason in trend(ratings, TODAY, **more).reasons}


def noise(seed: int, width: float = 0.08) -> Callable[[], float]:
    dice = random.Random(seed)
    return lambda: dice.gauss(0, width)


@pytest.mark.parametrize("seed", range(20))
def test_a_slow_decline_over_weeks_is_noticed(seed):
    wobble = noise(seed, 0.05)
    falling = series(42, lambda ago, _: 0.75 - (0.025 * (20 - ago) if ago < 20 else 0) + wobble())
    assert rules(falling) & {"trend.reliable-fall", "trend.two-week-decline"}


@pytest.mark.parametrize("seed", range(40))
def test_a_steady_person_is_left_alone(seed):
    wobble = noise(seed)
    assert rules(series(60, lambda *_: 0.6 + wobble())) == set()


@pytest.mark.parametrize("worst", [0.0, 0.1])
def test_one_bad_day_says_nothing(worst):
    assert rules(series(60, lambda ago, _: worst if ago == 0 else 0.7)) == set()


@pytest.mark.parametrize("start", range(7))
def test_a_weekly_rhythm_says_nothing_on_any_weekday(start):
    rhythm = series(60, lambda _, day: 0.3 if (day.weekday() + start) % 7 == 0 else 0.75)
    assert rules(rhythm) == set()


@pytest.mark.parametrize("seed", range(10))
def test_missing_answers_neither_hide_a_fall_nor_invent_one(seed):
    dice = random.Random(seed)
    some = [dice.random() < 0.6 for _ in range(60)]
    wobble = noise(seed, 0.04)
    falling = series(60, lambda ago, _: (0.8 if ago >= 14 else 0.4) + wobble(), lambda ago: some[ago])
    steady = series(60, lambda *_: 0.7 + wobble(), lambda ago: some[ago])
    assert "trend.reliable-fall" in rules(falling)
    assert rules(steady) == set()


def test_too_few_answers_say_nothing():
    assert rules(series(60, lambda ago, _: 0.9 if ago > 14 else 0.1, lambda ago: ago % 9 == 0)) == set()


def test_two_weeks_at_the_bottom_are_noticed_once_they_are_new():
    assert rules(series(14, lambda *_: 0.1)) == {"trend.very-low"}
    assert rules(series(60, lambda *_: 0.1)) == set()


def test_the_trend_is_quiet_for_two_weeks_after_it_spoke():
    fallen = series(60, lambda ago, _: 0.8 if ago >= 14 else 0.3)
    assert rules(fallen, told_on=TODAY - timedelta(days=13)) == set()
    assert rules(fallen, told_on=TODAY - timedelta(days=14))


@pytest.mark.parametrize(
    ("missed", "worry", "speaks"),
    [
        (3, Level.ELEVATED, True),
        (3, Level.HIGH, True),
        (2, Level.HIGH, False),
        (9, Level.LOW, False),
    ],
)
def test_silence_counts_only_after_a_worry(missed, worry, speaks):
    said = trend([], TODAY, missed=missed, worry=worry, told_on=TODAY)
    assert (said.level == Level.ELEVATED) is speaks


def test_the_trend_never_pages_by_itself():
    worst = trend(series(60, lambda ago, _: 1.0 if ago >= 14 else 0.0), TODAY, missed=9, worry=Level.IMMINENT)
    assert worst.level == Level.ELEVATED


def test_ratings_of_the_future_are_not_read():
    assert trend([Rating(TODAY + timedelta(days=1), 0.0)], TODAY).smooth is None


def test_the_smoothed_rating_follows_the_last_days_most():
    turned = series(30, lambda ago, _: 0.2 if ago < 5 else 0.8)
    smooth = smoothed(turned, TODAY)
    assert smooth is not None
    assert 0.4 < smooth < 0.6


def test_a_rating_is_read_in_the_direction_of_its_scale():
    assert good(1, 1, 10) == 0.0
    assert good(10, 0, 10, low_is_bad=False) == 0.0
    assert good(99, 0, 10) == 1.0
