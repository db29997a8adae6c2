"""Reads the escalation policy of an operator; what is wrong is refused with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from bot.marked import MarkedFile
from bot.model.values import Value
from bot.policy import LevelPolicy, Policy

SHORTEST_WAIT = timedelta(seconds=1)
_DURATION = re.compile(r"([0-9]{1,6})([smh])")
_REMEDIES = {
    "max_repeats": "remove it: a case is paged until somebody takes it, without an upper limit",
    "snooze": "write snooze: never; a case cannot be put off",
    "quiet_hours": "write quiet_hours: ignore; a case knows no quiet hours",
    "on_lapse": "write on_lapse: repage; a forgotten claim is always paged again",
    "to": "write to: primary, backup or everyone",
    "wait": "write a wait such as 60s, 10m or 1h",
    "digest": "write digest: daily or none",
    "page": "write page: none; level 1 pages nobody",
    "hours": "write hours: always or staffed",
    "routes": "write routes: [slack, telegram], or leave it out for all",
    "empty_step": "write empty_step: skip_now_and_alarm; a step with nobody is never waited out",
}
_OTHERWISE = "correct it; docs/safety.md shows every key"


class _PolicyFile(Value, frozen=True, forbid_unknown_fields=True):
    levels: Policy = Policy()
    empty_step: Literal["skip_now_and_alarm"] = "skip_now_and_alarm"


def load_policy(path: Path | None) -> Policy:
    """Return the policy of a YAML file, or the defaults. Raises SettingError naming file, line and remedy."""
    if path is None:
        return Policy()
    file = MarkedFile("HANDRAIL_POLICY", path, _REMEDIES, _OTHERWISE)
    raw = _iso_durations(file.tree.bare())
    policy = file.convert(_likened(raw, file), _PolicyFile).levels
    for name, level in (("imminent", policy.imminent), ("high", policy.high), ("elevated", policy.elevated)):
        if not level.steps:
            raise file.fault(
                f"level {name} has no steps", "give at least one with to and wait", "levels", name, "steps"
            )
        for key, wait in _waits(level):
            if wait < SHORTEST_WAIT:
                raise file.fault(f"level {name} waits 0 s for {key}", "a wait is at least 1s", "levels", name, key)
        if name != "elevated" and level.waits_for_staff:
            raise file.fault(f"level {name} waits for staffed hours", "write hours: always", "levels", name, "hours")
    return policy


def _likened(raw: Any, file: MarkedFile) -> Any:
    """Return the file with each `like` replaced by the keys of the level that it names."""
    levels = raw.get("levels") if isinstance(raw, dict) else None
    if not isinstance(levels, dict):
        return raw
    full = {name: _as_like(levels, name, file) if _is_like(level) else level for name, level in levels.items()}
    return raw | {"levels": full}


def _is_like(level: Any) -> bool:
    return isinstance(level, dict) and "like" in level


def _as_like(levels: dict[str, Any], name: str, file: MarkedFile) -> Any:
    level = levels[name]
    pattern = levels.get(level["like"])
    if not isinstance(pattern, dict) or _is_like(pattern):
        remedy = "name a level that is written out, such as imminent"
        raise file.fault(f"level {name} is like {level['like']!r}", remedy, "levels", name, "like")
    return pattern | {key: value for key, value in level.items() if key != "like"}


def _iso_durations(node: Any) -> Any:
    """Return a tree with 60s, 10m and 24h written as msgspec reads them (ISO 8601)."""
    if isinstance(node, dict):
        return {key: _iso_durations(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_iso_durations(child) for child in node]
    match = _DURATION.fullmatch(node) if isinstance(node, str) else None
    return f"PT{match[1]}{match[2].upper()}" if match else node


def _waits(level: LevelPolicy) -> Iterator[tuple[str, timedelta]]:
    """Yield every time that a level waits for something."""
    yield from (("steps", step.wait) for step in level.steps)
    yield from (("repeat_last_every", level.repeat_last_every), ("claim", level.first_contact))
    yield from (("engaged_idle", level.engaged_idle), ("engaged_watch", level.engaged_watch))
    yield ("tell_person_nobody_after", level.tell_person_nobody_after)
