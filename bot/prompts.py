"""Questions with buttons: opaque ids under a stored prompt, and what a press or typed words mean to it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.people import Platform
from bot.model.sent import Button
from bot.model.talk import Prompt
from bot.turn import Draft, Rows
from flows.model import AnswerKind, Choice
from flows.normal import plain

# A prompt value that begins with this is an intent (bot/commands.py), not an answer.
INTENT = "!"
SHORT_LABEL, LONG_LABEL = 20, 24
# Platforms that show many choices as a menu.
WITH_MENUS = frozenset({Platform.SLACK})
MOST_ROWS, IN_A_ROW, LONGEST_SCALE = 5, 3, 7


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


def laid_out(
    text: str,
    prompt: Prompt,
    labels: Sequence[str],
    kind: AnswerKind | None = None,
    *,
    below: int = 0,
    menu: bool = False,
) -> tuple[str, Rows]:
    """Return a question's text and its buttons: at most three in a row, and five rows with the `below` that follow.

    Choices that do not fit on buttons are listed in the text with their numbers, which may be typed; with `menu` the
    platform makes a menu of many.
    """
    if menu:
        return text, rows_of(prompt, labels, kind)
    rows = MOST_ROWS - below
    width = _width(labels, kind)
    needed = -(-len(labels) // rows)
    if needed <= width or (needed <= IN_A_ROW and _longest(labels) <= LONG_LABEL):
        return text, _rows(prompt, labels_shown(labels, kind), max(width, needed))
    listed = "\n".join([text, "", *(f"{number}. {label}" for number, label in enumerate(labels, 1))])
    if needed > IN_A_ROW:
        return listed, ()
    return listed, _rows(prompt, [_short(f"{number} {label}") for number, label in enumerate(labels, 1)], needed)


def has_menus(draft: Draft) -> bool:
    """Say whether the person's platform shows many choices as a menu."""
    return draft.person.address.platform in WITH_MENUS


def rows_of(prompt: Prompt, labels: Sequence[str], kind: AnswerKind | None = None) -> Rows:
    """Return buttons for a few choices: a scale in one row, short words by three, long ones alone."""
    return _rows(prompt, labels_shown(labels, kind), _width(labels, kind))


def labels_shown(labels: Sequence[str], kind: AnswerKind | None) -> list[str]:
    """Return the words on buttons: on a scale in one row, only both ends have room for more than their number."""
    if not _is_one_row(labels, kind):
        return list(labels)
    return [label if index in {0, len(labels) - 1} else label.partition(" ")[0] for index, label in enumerate(labels)]


def _rows(prompt: Prompt, labels: Sequence[str], width: int) -> Rows:
    buttons = [Button(f"{prompt.token}.{index}", label) for index, label in enumerate(labels)]
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def _width(labels: Sequence[str], kind: AnswerKind | None) -> int:
    if _is_one_row(labels, kind):
        return len(labels)
    longest = _longest(labels)
    return IN_A_ROW if longest <= SHORT_LABEL and kind is not AnswerKind.SCALE else 1


def _is_one_row(labels: Sequence[str], kind: AnswerKind | None) -> bool:
    return kind is AnswerKind.SCALE and len(labels) <= LONGEST_SCALE and _longest(labels) <= SHORT_LABEL - 8


def _longest(labels: Sequence[str]) -> int:
    return max((len(label) for label in labels), default=0)


def _short(label: str) -> str:
    return label if len(label) <= SHORT_LABEL else label[: SHORT_LABEL - 1].rstrip() + "…"


def last_row(prompt: Prompt, first: int, labels: Sequence[str]) -> Rows:
    """Return the row of Back, Skip and Stop; their values stand in the prompt from index `first` on."""
    row = tuple(Button(f"{prompt.token}.{first + offset}", label, moves=True) for offset, label in enumerate(labels))
    return (row,) if row else ()


def labels_of(choices: Sequence[Choice]) -> list[str]:
    """Return the words on the buttons of choices."""
    return [choice.label for choice in choices]
