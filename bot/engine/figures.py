"""The engine's few calculations: a person's arm of an experiment, the sum of answers, and when a wait ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from hashlib import sha256
from itertools import accumulate
from zoneinfo import ZoneInfo

from flows.model import Hint, Score, Wait
from flows.values import Saved


def arm_of(hint: Hint, person_id: str) -> str:
    """Return the arm of a person: the same for ever, and in proportion to the weights over many persons."""
    digest = sha256(f"{person_id}\0{hint.experiment}".encode()).digest()
    drawn = int.from_bytes(digest[:8]) % sum(hint.arms.values())
    bounds = accumulate(hint.arms.values())
    return next(arm for arm, bound in zip(hint.arms, bounds, strict=True) if drawn < bound)


def total_of(score: Score, saved: Mapping[str, Saved]) -> int | float | None:
    """Return the sum of the saved numbers, or None when one of them is no number."""
    total: int | float = 0
    for sign, names in ((1, score.add), (-1, score.less)):
        for name in names:
            value = saved.get(name)
            if not isinstance(value, int | float):
                return None
            total += sign * value
    return total


def moment_of(wait: Wait, saved: Mapping[str, Saved], now: datetime) -> datetime:
    """Return when a wait reminds or ends."""
    if not wait.until:
        return now + (wait.remind_after or wait.expire_after)
    wall = _wall(saved.get(wait.until, wait.until))
    if wall is None:
        return now + wait.expire_after
    zone = ZoneInfo(str(saved.get("person.zone") or "UTC"))
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), wall, zone)
    return (due if due > local else datetime.combine(local.date() + timedelta(days=1), wall, zone)).astimezone(
        now.tzinfo
    )


def _wall(value: Saved) -> time | None:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
