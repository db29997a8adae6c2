"""Layer 4, over days: says when a person's own ratings have reliably fallen, or when they fall silent after a worry.

It reads self-reported numbers only, never words, so that it may run in the workplace profile too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import sqrt
from statistics import fmean, stdev

from bot.model.values import Value
from bot.model.worry import Level, Reason

HALF_LIFE_DAYS = 5.0
WEEK = timedelta(days=7)
# Whole weeks are compared, so that somebody's bad Mondays cancel out.
_RECENT, _BEFORE = timedelta(days=14), timedelta(days=42)
_LEAST_RECENT, _LEAST_BEFORE, _LEAST_A_WEEK = 5, 6, 3
# Jacobson and Truax' reliable change: beyond what two measurements of the same state differ by in 95 of 100 cases.
_RELIABLE = 1.96
_RELIABILITY = 0.8
# Nobody rates more finely than this share of the scale, however steady a series looks.
_LEAST_SPREAD = 0.1
_LEAST_FALL = 0.15
_VERY_LOW = 0.2
_MISSED = 3


class Rating(Value, frozen=True):
    """One self-rating: `good` runs from 0, the bad end of its scale, to 1, the good end."""

    day: date
    good: float


class Trend(Value, frozen=True):
    """What the ratings say: a level of at most ELEVATED, why, and the smoothed rating of today (None without any)."""

    level: Level = Level.NONE
    reasons: tuple[Reason, ...] = ()
    smooth: float | None = None


def good(value: float, minimum: float, maximum: float, *, low_is_bad: bool = True) -> float:
    """Return a rating as a share of its scale, 0 bad to 1 good."""
    share = (value - minimum) / (maximum - minimum)
    return min(max(share if low_is_bad else 1 - share, 0.0), 1.0)


def trend(
    ratings: Iterable[Rating],
    today: date,
    *,
    missed: int = 0,
    worry: Level = Level.NONE,
    told_on: date | None = None,
) -> Trend:
    """Return what a person's ratings up to today say.

    `missed` counts check-ins without an answer in a row, `worry` is the highest level of the last two weeks, `told_on`
    the day the trend last spoke: it is quiet for two weeks after that, but never about silence.
    """
    series = sorted((one for one in ratings if one.day <= today), key=lambda one: one.day)
    rules = [] if told_on and today - told_on < _RECENT else _falls(series, today)
    if missed >= _MISSED and worry >= Level.ELEVATED:
        rules.append("trend.silence")
    return Trend(
        level=Level.ELEVATED if rules else Level.NONE,
        reasons=tuple(Reason(rule, "trend", Level.ELEVATED) for rule in rules),
        smooth=smoothed(series, today),
    )


def smoothed(series: Sequence[Rating], today: date) -> float | None:
    """Return the exponentially weighted rating of a day: a rating counts half as much every five days."""
    weights = [0.5 ** ((today - one.day).days / HALF_LIFE_DAYS) for one in series]
    total = sum(weights)
    return sum(weight * one.good for weight, one in zip(weights, series, strict=True)) / total if total else None


def _falls(series: Sequence[Rating], today: date) -> list[str]:
    recent = _between(series, today - _RECENT, today)
    before = _between(series, today - _BEFORE, today - _RECENT)
    falls = {
        "trend.reliable-fall": _reliable_fall(before, recent),
        "trend.two-week-decline": _weekly_decline(series, today),
        "trend.very-low": _very_low(before, recent),
    }
    return [rule for rule, fallen in falls.items() if fallen]


def _between(series: Sequence[Rating], after: date, until: date) -> list[float]:
    return [one.good for one in series if after < one.day <= until]


def _reliable_fall(before: Sequence[float], recent: Sequence[float]) -> bool:
    """Whether the last two weeks lie below the four before by more than the person's own ups and downs explain."""
    if len(recent) < _LEAST_RECENT or len(before) < _LEAST_BEFORE:
        return False
    spread = max(stdev(before), _LEAST_SPREAD)
    fall = fmean(before) - fmean(recent)
    return fall >= max(_LEAST_FALL, _RELIABLE * spread * sqrt(2 * (1 - _RELIABILITY)))


def _weekly_decline(series: Sequence[Rating], today: date) -> bool:
    """Whether each of the last two weeks was clearly worse than the week before it."""
    weeks = [_between(series, today - (back + 1) * WEEK, today - back * WEEK) for back in (2, 1, 0)]
    if any(len(week) < _LEAST_A_WEEK for week in weeks):
        return False
    first, second, third = map(fmean, weeks)
    return first - second >= _LEAST_FALL / 2 and second - third >= _LEAST_FALL / 2 and first - third >= 2 * _LEAST_FALL


def _very_low(before: Sequence[float], recent: Sequence[float]) -> bool:
    """Whether two weeks were at the bad end of the scale, and that is new."""
    if len(recent) < _LEAST_RECENT or fmean(recent) > _VERY_LOW:
        return False
    return not before or fmean(before) > _VERY_LOW
