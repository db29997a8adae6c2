"""How worrying a reply is, and why."""

from __future__ import annotations

from enum import IntEnum

from bot.model.values import Value


class Level(IntEnum):
    """How worrying a reply is (one scale for the whole project, shared/triage.md)."""

    NONE = 0
    LOW = 1
    ELEVATED = 2
    HIGH = 3
    IMMINENT = 4


class Reason(Value, frozen=True):
    """Why a level was given: the rule, its category, and the span of characters it read. Never the words."""

    rule: str
    category: str
    level: Level
    span: tuple[int, int] = (0, 0)


class Assessment(Value, frozen=True):
    """What triage says of one reply. `score` ranks within and across levels; `mood` is VADER's -1 to 1 or None."""

    level: Level = Level.NONE
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    language: str = "en"
    unscored: bool = False
    mood: float | None = None
