"""Ways to find out what one person answered from the figures of reports: adding, subtracting, comparing periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple


class Seen(NamedTuple):
    """What an attacker reads: whose answers a figure is made of (they know who works where), and its mean."""

    members: frozenset[str]
    mean: Fraction | None


def few(figures: Sequence[Seen], fewest: int) -> list[frozenset[str]]:
    """Return the sets of 1 to `fewest` - 1 people whose sum the attacker can work out, by elimination over all figures.

    A sum over people is found when its indicator lies in the span of the figures' indicators.
    """
    shown = [figure for figure in figures if figure.mean is not None]
    people = sorted(set().union(*(figure.members for figure in shown))) if shown else []
    rows = [[Fraction(person in figure.members) for person in people] for figure in shown]
    basis = _reduced(rows)
    found = []
    # People in exactly the same figures share a column: nothing less than such a cluster is ever found.
    clusters: dict[tuple[Fraction, ...], list[str]] = {}
    for index, person in enumerate(people):
        clusters.setdefault(tuple(row[index] for row in rows), []).append(person)
    wanted = [frozenset(cluster) for cluster in clusters.values()]
    pairs = [one | other for one, other in combinations(wanted, 2)]
    for target in [*wanted, *pairs]:
        if len(target) < fewest and _spans(basis, [Fraction(person in target) for person in people]):
            found.append(target)
    return found


def compared(before: Sequence[Seen], after: Sequence[Seen], fewest: int) -> list[frozenset[str]]:
    """Return who can be singled out between two periods by an attacker who takes the others to answer as before."""
    found = []
    for one in before:
        for other in after:
            changed = one.members ^ other.members
            if one.mean is not None and other.mean is not None and 0 < len(changed) < fewest:
                found.append(frozenset(changed))
    return found


def _reduced(rows: Iterable[Sequence[Fraction]]) -> list[list[Fraction]]:
    basis: list[list[Fraction]] = []
    for row in rows:
        rest = _rest(basis, row)
        pivot = next((index for index, value in enumerate(rest) if value), None)
        if pivot is not None:
            basis.append([value / rest[pivot] for value in rest])
    return basis


def _rest(basis: Sequence[Sequence[Fraction]], row: Sequence[Fraction]) -> list[Fraction]:
    rest = list(row)
    for one in basis:
        pivot = next(index for index, value in enumerate(one) if value)
        factor = rest[pivot]
        if factor:
            rest = [value - factor * other for value, other in zip(rest, one, strict=True)]
    return rest


def _spans(basis: Sequence[Sequence[Fraction]], target: Sequence[Fraction]) -> bool:
    return not any(_rest(basis, target))


def naive(groups: Mapping[str, Mapping[str, float]], fewest: int) -> list[Seen]:
    """Return what a report shows that only hides groups of fewer than `fewest`: the rule most products stop at."""
    whole = {person: value for answers in groups.values() for person, value in answers.items()}
    shown = []
    for answers in (whole, *groups.values()):
        mean = Fraction(sum(map(Fraction, answers.values())), len(answers)) if len(answers) >= fewest else None
        shown.append(Seen(frozenset(answers), mean))
    return shown
