"""Reads the rarer parts of a step: `hint` (a sticky experiment) and `score` (a sum of answers)."""

from __future__ import annotations

from flows.model import Hint, Score, Sentence
from flows.reading import Field


def read_hint(field: Field) -> Hint:
    """Return the experiment: `{experiment: hint_style, arms: {friend: 50, past: 50}, say: {friend: …, past: …}}`."""
    parts = field.mapping(frozenset({"experiment", "arms", "say"}), ("experiment", "arms"))
    arms = {name: weight.integer(1, 1000) for name, weight in parts["arms"].mapping().items()}
    if len(arms) < 2:
        parts["arms"].refuse("an experiment with one arm", "write two or more, each with its weight")
    said = parts["say"].mapping() if "say" in parts else {}
    for arm in said:
        if arm not in arms:
            parts["say"].refuse(f"words for '{arm}', which is no arm", "name one of the arms", said[arm].node.mark)
    return Hint(parts["experiment"].identifier(), arms, {arm: Sentence(text.text()) for arm, text in said.items()})


def read_score(field: Field) -> Score:
    """Return the sum: `{add: [one, two], save: total}`, perhaps with `less: [earlier]` and `measure: name`."""
    parts = field.mapping(frozenset({"add", "less", "save", "measure"}), ("add", "save"))
    return Score(
        save=parts["save"].identifier(dotted=True),
        add=tuple(name.identifier(dotted=True) for name in parts["add"].items()),
        less=tuple(name.identifier(dotted=True) for name in parts["less"].items()) if "less" in parts else (),
        measure=parts["measure"].identifier() if "measure" in parts else "",
    )
