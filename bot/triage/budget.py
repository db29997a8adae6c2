"""Layer 5, afterwards: what alerts cost and how many were right, as pure sums over counts. It never sees a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import sqrt

from bot.model.cases import Outcome
from bot.model.values import Value
from bot.model.worry import Reason

RIGHT = frozenset({Outcome.RIGHT_REACHED, Outcome.RIGHT_NOT_REACHED, Outcome.EMERGENCY_SERVICES, Outcome.TOO_LOW})
WRONG = frozenset({Outcome.MISREAD, Outcome.TOO_HIGH})
_Z = 1.96


class Share(Value, frozen=True):
    """A share of a count, with its 95 % Wilson interval."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share itself; 0 when nothing was counted."""
        return self.hits / self.of if self.of else 0.0


class Meter(Value, frozen=True):
    """How many pages 1,000 replies caused, against what the team agreed to."""

    per_1000: Share
    budget: float

    @property
    def over(self) -> bool:
        """Whether the budget is exceeded beyond chance."""
        return 1000 * self.per_1000.low > self.budget


def share(hits: int, of: int) -> Share:
    """Return a share with its interval; of nothing it is anything from 0 to 1."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    p, base = hits / of, 1 + _Z**2 / of
    centre = (p + _Z**2 / (2 * of)) / base
    half = _Z * sqrt(p * (1 - p) / of + _Z**2 / (4 * of * of)) / base
    return Share(hits, of, max(0.0, centre - half), min(1.0, centre + half))


def meter(replies: int, pages: int, budget_per_1000: float) -> Meter:
    """Return how a deployment's pages stand against its budget."""
    return Meter(share(pages, replies), budget_per_1000)


def precision(cases: Iterable[tuple[Iterable[Reason], Outcome]]) -> Mapping[str, Share]:
    """Return, for each rule and for `all`, how many of its judged pages were right. Tests and jokes are not judged."""
    right: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for reasons, outcome in cases:
        if outcome not in RIGHT | WRONG:
            continue
        rules = {"all", *(reason.rule for reason in reasons)}
        judged.update(rules)
        right.update(rules if outcome in RIGHT else ())
    return {rule: share(right[rule], judged[rule]) for rule in judged}
