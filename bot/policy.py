"""How fast and whom a case pages: the escalation policy, its defaults, and its YAML file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import SettingError
from bot.model import Level, Value
from flows.errors import FlowError
from flows.yaml_tree import read_tree


class Audience(StrEnum):
    """Whom one step of the policy pages."""

    PRIMARY = "primary"
    BACKUP = "backup"
    EVERYONE = "everyone"


class PolicyStep(Value, frozen=True, forbid_unknown_fields=True):
    """Page `to`, then wait that long for a claim before the next step."""

    to: Audience
    wait: timedelta


class LevelPolicy(Value, frozen=True, forbid_unknown_fields=True):
    """The timing of one level. The last step repeats for ever: there is no upper limit on purpose.

    `first_contact`: a claim lapses without contact by then. `engaged_idle`: the person wrote last and nobody answered.
    `engaged_watch`: the owner wrote last; they are reminded that the case is still open.
    """

    steps: tuple[PolicyStep, ...]
    repeat_last_every: timedelta
    tell_person_nobody_after: timedelta
    first_contact: timedelta = timedelta(seconds=300)
    engaged_idle: timedelta = timedelta(seconds=300)
    engaged_watch: timedelta = timedelta(seconds=1200)


def _steps(*waits: int) -> tuple[PolicyStep, ...]:
    audiences = (Audience.PRIMARY, Audience.BACKUP, Audience.EVERYONE)
    return tuple(PolicyStep(to, timedelta(seconds=wait)) for to, wait in zip(audiences, waits, strict=False))


# The default values of shared/safety.md.
URGENT = LevelPolicy(
    steps=_steps(60, 120, 180),
    repeat_last_every=timedelta(seconds=180),
    tell_person_nobody_after=timedelta(seconds=180),
)
ELEVATED = LevelPolicy(
    steps=_steps(600, 900),
    repeat_last_every=timedelta(seconds=1800),
    tell_person_nobody_after=timedelta(seconds=1500),
    first_contact=timedelta(seconds=1800),
    engaged_idle=timedelta(seconds=1800),
)


class Policy(Value, frozen=True, forbid_unknown_fields=True):
    """The policy of every level that pages."""

    imminent: LevelPolicy = URGENT
    high: LevelPolicy = URGENT
    elevated: LevelPolicy = ELEVATED

    def of(self, level: Level) -> LevelPolicy:
        """Return the timing of a level; what pages at all is never slower than `elevated`."""
        if level >= Level.IMMINENT:
            return self.imminent
        return self.high if level >= Level.HIGH else self.elevated


SHORTEST_WAIT = timedelta(seconds=1)
_DURATION = re.compile(r"([0-9]{1,6})([smh])")


def _iso_durations(node: Any) -> Any:
    """Return a tree with 60s, 10m and 24h written as msgspec reads them (ISO 8601)."""
    if isinstance(node, dict):
        return {key: _iso_durations(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_iso_durations(child) for child in node]
    match = _DURATION.fullmatch(node) if isinstance(node, str) else None
    return f"PT{match[1]}{match[2].upper()}" if match else node


class _PolicyFile(Value, frozen=True, forbid_unknown_fields=True):
    levels: Policy


def load_policy(path: Path | None) -> Policy:
    """Return the policy of a YAML file, or the defaults. Raises SettingError naming file and remedy."""
    if path is None:
        return Policy()
    try:
        raw = read_tree(path.read_bytes(), str(path)).bare()
        policy = msgspec.convert(_iso_durations(raw), _PolicyFile).levels
    except (OSError, FlowError, ValueError) as error:
        raise SettingError(f"HANDRAIL_POLICY {path}: {error}; correct the file, see docs/safety.md") from error
    for name, level in (("imminent", policy.imminent), ("high", policy.high), ("elevated", policy.elevated)):
        if not level.steps:
            raise SettingError(f"HANDRAIL_POLICY {path}: level {name} has no steps; give at least one with to and wait")
        if min(_waits(level)) < SHORTEST_WAIT:
            raise SettingError(f"HANDRAIL_POLICY {path}: level {name} waits 0 s; a wait is at least 1s")
    return policy


def _waits(level: LevelPolicy) -> Iterator[timedelta]:
    """Yield every time that a level waits for something."""
    yield from (step.wait for step in level.steps)
    yield from (level.repeat_last_every, level.tell_person_nobody_after)
    yield from (level.first_contact, level.engaged_idle, level.engaged_watch)
