"""Layer 5: the thresholds a deployment may set, read from YAML and refused when they make no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.model import Level
from bot.triage.loading import RuleError

POLICY = Path(__file__).parent / "rules" / "policy.yaml"


class Together(Struct, frozen=True, forbid_unknown_fields=True):
    """Categories that weigh more together, in one reply or several: any of `one` with any of `other`."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    level: Level


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """Every number of triage that a deployment may tune."""

    low_mood: Annotated[float, Meta(ge=-1, le=0)] = -0.5
    lexicon_elevated: Annotated[float, Meta(gt=0)] = 5.0
    lexicon_high: Annotated[float, Meta(gt=0)] = 8.0
    latch_hours_per_step: Annotated[float, Meta(gt=0)] = 12.0
    alert_budget_per_1000: Annotated[float, Meta(gt=0)] = 5.0
    together: tuple[Together, ...] = ()


def load_policy(path: Path = POLICY) -> Policy:
    """Return the policy of a YAML file, or raise RuleError with file, line and remedy."""
    try:
        content = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path.name} line 1: the file cannot be read; check that it is there and is UTF-8") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RuleError(f"{path.name} line {mark.line + 1 if mark else 1}: not YAML; correct it there") from error
    return _checked(path, content)


def _checked(path: Path, content: object) -> Policy:
    try:
        policy = msgspec.convert(_plain(content), Policy)
    except msgspec.ValidationError as error:
        raise RuleError(f"{path.name} line {_line(content, str(error))}: {error}; correct the value") from error
    if policy.lexicon_high < policy.lexicon_elevated:
        line = _line(content, "lexicon_high")
        raise RuleError(f"{path.name} line {line}: lexicon_high is below lexicon_elevated; raise it")
    return policy


def _plain(content: object) -> object:
    """Return ruamel's marked values as plain ones."""
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    return float(content) if isinstance(content, float) else content


def _line(content: object, problem: str) -> int:
    """Return the line of the setting that a problem names, or the first."""
    if isinstance(content, dict):
        for key in content:
            if str(key) in problem:
                return int(content.lc.key(key)[0]) + 1  # type: ignore[attr-defined]
    return 1
