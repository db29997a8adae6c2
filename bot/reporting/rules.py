"""Which figures may be released: none about fewer than five people, also not by taking one figure from another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from bot.reporting.values import EVERYONE, HIGHEST, LOWEST, Answer, Period, Released, Report, Topic

# A-1 in shared/privacy.md.
FEWEST = 5
STEP = 0.5
EDGE = 1.0
BANDS = ("low", "middle", "high")


def release(
    period: Period, groups: Sequence[str], answers: Iterable[Answer], earlier: Sequence[Released] = ()
) -> Report:
    """Return the figures of a period; `earlier` are those that were released for the period before."""
    figures: list[Released] = []
    withheld: list[tuple[Topic, str]] = []
    of_topic: dict[Topic, dict[str, Answer]] = defaultdict(dict)
    for answer in answers:
        of_topic[answer.topic][answer.mark] = answer
    for topic in Topic:
        before = [one for one in earlier if one.topic is topic]
        shown = list(_of_topic(topic, groups, of_topic[topic], before))
        figures += shown
        withheld += [(topic, group) for group in (EVERYONE, *groups) if group not in {one.group for one in shown}]
    return Report(period, tuple(figures), tuple(withheld))


def _of_topic(
    topic: Topic, groups: Sequence[str], answers: Mapping[str, Answer], before: Sequence[Released]
) -> Iterator[Released]:
    """Yield figures in a fixed order, the whole first; each must fit to those that are out already."""
    out = [one.marks for one in before]
    last = {one.group: one.marks for one in before}
    for group in (EVERYONE, *groups):
        marks = frozenset(mark for mark, one in answers.items() if group in (EVERYONE, one.group))
        for tried in _ways(marks, last.get(group)):
            if is_safe([*out, tried]):
                out.append(tried)
                yield Released(topic, group, band([answers[mark].value for mark in tried]), tried)
                break


def _ways(marks: frozenset[str], last: frozenset[str] | None) -> Iterator[frozenset[str]]:
    """Yield whose answers to count: all; or, when a few are new since the last report, those of then: the few wait."""
    yield marks
    if last is not None and 0 < len(marks - last) < FEWEST:
        yield marks & last


def is_safe(sets: Sequence[frozenset[str]]) -> bool:
    """Say whether sums over these sets, however they are added and subtracted, tell of nobody among fewer than five.

    People who are in exactly the same sets cannot be told apart by any such sum. Each of those clusters must be large.
    """
    clusters: dict[tuple[int, ...], int] = defaultdict(int)
    for mark in frozenset().union(*sets):
        clusters[tuple(index for index, one in enumerate(sets) if mark in one)] += 1
    return bool(sets[-1]) and min(clusters.values()) >= FEWEST


def band(values: Sequence[float]) -> str:
    """Return a mean in half steps; where all agree, or nearly all are at one end, only low, middle or high."""
    mean = fmean(values)
    if len(set(values)) == 1 or mean < LOWEST + EDGE or mean > HIGHEST - EDGE:
        third = (HIGHEST - LOWEST) / len(BANDS)
        return BANDS[min(len(BANDS) - 1, int((mean - LOWEST) / third))]
    return f"about {round(mean / STEP) * STEP:.1f}"
