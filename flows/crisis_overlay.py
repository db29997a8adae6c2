"""An operator's own word on crisis lines: verified, replaced or switched off; it wins over ours."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from flows.crisis_lines import CrisisLine, CrisisLines
from flows.errors import FlowError
from flows.yaml_tree import read_source, read_tree

NAME = "crisis_lines.yaml"


class OwnWord(Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator says of one country; only what is set replaces ours. `verified_by` is a role, never a name."""

    verified_on: str = ""
    verified_by: str = ""
    emergency: str = ""
    name: str = ""
    dial: str = ""
    hours: str = ""
    disabled: bool = False


class _Overlay(Struct, frozen=True, forbid_unknown_fields=True):
    countries: dict[str, OwnWord] = {}


def read_overlay(path: Path) -> dict[str, OwnWord]:
    """Return the operator's words by country. Raises FlowError naming file, line and remedy."""
    if not path.exists():
        return {}
    tree = read_tree(read_source(path), str(path))
    try:
        words = msgspec.convert(tree.bare(), _Overlay).countries
    except msgspec.ValidationError as error:
        raise FlowError(str(path), 1, 1, str(error), "write it with `handrail crisis-lines`") from None
    for code, word in words.items():
        if word.verified_on and not is_date(word.verified_on):
            mark = tree.at("countries", code, "verified_on")
            raise FlowError(str(path), mark.line, mark.column, "not a date", "write it as 2026-12-01")
    return words


def write_overlay(path: Path, words: Mapping[str, OwnWord]) -> None:
    """Write the operator's words, whole or not at all."""
    lines = ["# Written by `handrail crisis-lines`. It wins over the lines that come with Handrail.", "countries:"]
    for code, word in sorted(words.items()):
        told = {name: value for name, value in structs.asdict(word).items() if value}
        lines.append(f"  {code}: {json.dumps(told, ensure_ascii=False)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text("\n".join(lines if words else ["countries: {}"]) + "\n", encoding="utf-8")
    os.replace(beside, path)


def overlaid(lines: CrisisLines, words: Mapping[str, OwnWord]) -> CrisisLines:
    """Return the lines with the operator's words on top."""
    countries = dict(lines.countries)
    for code, word in words.items():
        if word.disabled:
            countries.pop(code, None)
            continue
        ours = countries.get(code)
        set_here = {
            name: value
            for name in ("emergency", "name", "dial", "hours", "verified_on")
            if (value := getattr(word, name))
        }
        if ours is not None:
            countries[code] = structs.replace(ours, **set_here)
        elif {"emergency", "name", "dial"} <= set(set_here):
            bare = CrisisLine(country=code, emergency="", name="", dial="", hours="", text_chat="", sources=[])
            countries[code] = structs.replace(bare, **set_here)
    return CrisisLines(lines.directory, countries)


def is_date(text: str) -> bool:
    """Say whether a text is a day such as 2026-12-01."""
    try:
        return len(text) == 10 and date.fromisoformat(text) is not None
    except ValueError:
        return False
