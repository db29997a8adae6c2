"""Questions with buttons: opaque ids under a stored prompt, and what a press or typed words mean to it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Button, Prompt
from bot.turn import Draft, Rows
from flows.model import AnswerKind, Choice
from flows.normal import plain

# A prompt value that begins with this is an intent (bot/commands.py), not an answer.
INTENT = "!"
SHORT_LABEL = 20


def open_prompt(draft: Draft, values: Sequence[str], labels: Sequence[str] = ()) -> Prompt:
    """Store a new prompt, so that buttons of the earlier one are stale from now on; return it.

    `labels` are given for buttons that no flow reads: they may be typed, or their numbers.
    """
    prompt = Prompt("p" + draft.mint.token(), tuple(values), tuple(labels))
    draft.change_session(prompt=prompt)
    return prompt


def pressed(prompt: Prompt | None, button: str) -> str | None:
    """Return the value behind a button id, or None when it belongs to another prompt or to nobody."""
    token, _, index = button.rpartition(".")
    if prompt is None or token != prompt.token or not index.isdecimal() or int(index) >= len(prompt.values):
        return None
    return prompt.values[int(index)]


def typed(prompt: Prompt | None, text: str) -> str | None:
    """Return the value whose label (or its first words before a comma) or number was typed."""
    if prompt is None or not prompt.labels:
        return None
    said = plain(text)
    for index, (label, value) in enumerate(zip(prompt.labels, prompt.values, strict=False), 1):
        if said in {plain(label), plain(label.partition(",")[0]), str(index)}:
            return value
    return None


def rows_of(prompt: Prompt, labels: Sequence[str], kind: AnswerKind | None = None) -> Rows:
    """Return buttons for the first `len(labels)` values: a scale in one row, short words by three, long ones alone."""
    buttons = [Button(f"{prompt.token}.{index}", label) for index, label in enumerate(labels)]
    wide = any(len(label) > SHORT_LABEL for label in labels)
    width = 8 if kind is AnswerKind.SCALE else (1 if wide else 3)
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def last_row(prompt: Prompt, first: int, labels: Sequence[str]) -> Rows:
    """Return the row of Back, Skip and Stop; their values stand in the prompt from index `first` on."""
    row = tuple(Button(f"{prompt.token}.{first + offset}", label, moves=True) for offset, label in enumerate(labels))
    return (row,) if row else ()


def labels_of(choices: Sequence[Choice]) -> list[str]:
    """Return the words on the buttons of choices."""
    return [choice.label for choice in choices]
