"""Writes a flow's side file anew: what is still true stays, the rest is left blank beside its source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flows.model import Flow
from flows.translation import Translated, load_translation, mark_of, sources
from flows.yaml_tree import read_source

_ROLE = "translator (draft; native review pending)"


def renewed(flow: Flow, language: str, side: Path) -> tuple[str, int]:
    """Return the text of the side file, and how many of its texts are blank."""
    known, reviewed = _known(side)
    lines = [f"flow: {flow.name}", f"language: {language}", f"reviewed: {reviewed or _fresh(flow)}", "texts:"]
    blank = 0
    for source in sources(flow):
        found = known.get(source.key)
        true = found is not None and found.of == mark_of(source.text)
        blank += not true
        lines += _entry(source.key, source.text, found, true=true)
    return "\n".join(lines) + "\n", blank


def _known(side: Path) -> tuple[dict[str, Translated], str]:
    """Return the texts that stand in the side file, and its review as one line."""
    if not side.exists():
        return {}, ""
    translation = load_translation(read_source(side), str(side))
    reviewed = translation.reviewed
    return translation.texts, f"{{role: {_quoted(reviewed.role)}, on: {reviewed.on}, next: {reviewed.next}}}"


def _fresh(flow: Flow) -> str:
    """Return a review that says itself that none has been; the dates are the flow's, for whoever reviews to change."""
    return f"{{role: {_quoted(_ROLE)}, on: {date.fromisoformat(flow.reviewed.on)}, next: {flow.reviewed.next}}}"


def _entry(key: str, source: str, found: Translated | None, *, true: bool) -> Iterator[str]:
    yield f"  # {json.dumps(source, ensure_ascii=False)}"
    if found is not None and not true:
        yield f"  # stale: {json.dumps(found.text, ensure_ascii=False)}"
    text = _quoted(found.text) if found is not None and true else '""'
    also = f", also: [{', '.join(map(_quoted, found.also))}]" if found is not None and found.also else ""
    yield f"  {key}: {{of: {_quoted(mark_of(source))}, text: {text}{also}}}"


def _quoted(text: str) -> str:
    """Return a text in double quotes: what JSON writes, YAML 1.2 reads."""
    return json.dumps(text, ensure_ascii=False)
