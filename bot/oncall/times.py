"""How fast people were answered: median and p90 by level and shift, never from fewer than twenty cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from statistics import median

from bot.model.cases import Escalation
from bot.model.values import Value
from bot.policy import Audience
from bot.rota import Rota

ENOUGH = 20


class Times(Value, frozen=True):
    """Response times of a group of cases, in seconds; None where there are too few."""

    group: str
    cases: int
    claimed_median: float | None = None
    claimed_p90: float | None = None
    answered_median: float | None = None
    answered_p90: float | None = None


def response_times(cases: Iterable[Escalation], rota: Rota) -> list[Times]:
    """Return the times of all cases, of each level, and of each shift (by its primary)."""
    groups: dict[str, list[Escalation]] = defaultdict(list)
    for case in cases:
        if case.drill:
            continue
        primary = ", ".join(sorted(rota.named(Audience.PRIMARY, case.opened_at))) or "nobody on shift"
        for group in ("all", f"level {int(case.level)}", f"shift of {primary}"):
            groups[group].append(case)
    return [_times(group, found) for group, found in sorted(groups.items())]


def _times(group: str, cases: list[Escalation]) -> Times:
    claimed = [_seconds(case.first_claimed_at - case.opened_at) for case in cases if case.first_claimed_at]
    answered = [_seconds(case.contacted_at - case.opened_at) for case in cases if case.contacted_at]
    return Times(group, len(cases), *_figures(claimed), *_figures(answered))


def _figures(seconds: list[float]) -> tuple[float | None, float | None]:
    if len(seconds) < ENOUGH:
        return None, None
    ordered = sorted(seconds)
    return median(ordered), ordered[min(len(ordered) - 1, -(-len(ordered) * 9 // 10) - 1)]


def _seconds(span: timedelta) -> float:
    return span.total_seconds()
