"""Reads the data files that ship with the product."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

from bot.triage import loading
from bot.triage.banks import Banks
from bot.triage.lexicon import Construct, Lexicon


def banks() -> Banks:
    """Return every shipped language, or raise RuleError."""
    return Banks((loading.read(language).bank for language in loading.languages()), _yaml("languages.yaml"))


def lexicon() -> Lexicon:
    """Return the shipped lexicon."""
    return Lexicon(
        Construct(entry["name"], entry["weight"], tuple(entry["words"]), entry.get("core", False))
        for entry in _yaml("lexicon.yaml")["constructs"]
    )


def _yaml(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((loading.RULES / name).read_text(encoding="utf-8"))
