"""Layer 5: the thresholds a deployment may set, read from YAML and refused when they make no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from bot.model.worry import Level
from bot.triage import document
from bot.triage.document import RuleError

POLICY = Path(__file__).parent / "rules" / "policy.yaml"
Positive = Annotated[float, Meta(gt=0)]


class Together(Struct, frozen=True, forbid_unknown_fields=True):
    """Categories that weigh more together, in one reply or in several: any of `one` with any of `other`."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    level: Level


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """Every number of triage that a deployment may tune; rules/policy.yaml says what each does."""

    low_mood: Annotated[float, Meta(ge=-1, le=0)] = -0.5
    lexicon_elevated: Positive = 2.5
    lexicon_high: Positive = 6.0
    latch_hours_per_step: Positive = 12.0
    alert_budget_per_1000: Positive = 5.0
    together: tuple[Together, ...] = ()


def load_policy(path: Path = POLICY) -> Policy:
    """Return the policy of a YAML file, or raise RuleError with file, line and remedy."""
    policy = document.read(path, Policy)
    if policy.lexicon_high < policy.lexicon_elevated:
        line = document.line_of(document.parse(path), "lexicon_high")
        raise RuleError(f"{document.named(path)} line {line}: lexicon_high is below lexicon_elevated; raise it")
    return policy
