"""Draws an Outbound as Slack's blocks, within the published limits: choices are buttons, a menu, or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct, structs

from adapters.slack.splitting import split
from adapters.slack.words import escape, escaped_length
from bot.model.sent import Button, Outbound

Block = dict[str, Any]
Rows = tuple[tuple[Button, ...], ...]

# Slack: text object 3,000 characters, button label 75, title 24, action id 255, 25 elements a block, 50 blocks a
# message and 100 a view, 100 options a menu; message text should stay under 4,000.
SECTION, LABEL, TITLE, FORM_LABEL, ELEMENTS, BLOCKS, OPTIONS, MESSAGE = 3000, 75, 24, 240, 25, 50, 100, 3900
# A menu's values are shorter than a button's.
VALUE = 150
# More choices than this are a menu: a wall of buttons is no choice.
MOST_BUTTONS = 12
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u20e3\u200d]+ ?")
# The button under every message where nothing can be typed into the chat; what is written there is a plain message.
WRITE = "words"


class Part(Struct, frozen=True):
    """One message: the text that notifications and screen readers use, its blocks, and what says the same without."""

    text: str
    blocks: list[Block]
    bare: str


def message_parts(outbound: Outbound, write: Button | None = None) -> list[Part]:
    """Return the messages that carry the outbound; its buttons are under the last, `write` among them if none asks."""
    outbound = without_emoji(outbound) if outbound.plain else outbound
    rows = with_write(outbound.buttons, write) if write else outbound.buttons
    texts = split(_listed(outbound), MESSAGE) or [""]
    return [*(_part(text, outbound, ()) for text in texts[:-1]), _part(texts[-1], outbound, rows)]


def with_write(rows: Rows, write: Button) -> Rows:
    """Return rows with the button that lets a person write, unless a form is among them."""
    if any(button.form for row in rows for button in row):
        return rows
    if rows and all(button.moves for button in rows[-1]):
        return (*rows[:-1], (*rows[-1], write))
    return (*rows, (write,))


def without_emoji(outbound: Outbound) -> Outbound:
    """Return the outbound in words alone."""
    rows = tuple(tuple(_worded(button) for button in row) for row in outbound.buttons)
    return structs.replace(outbound, text=EMOJI.sub("", outbound.text), buttons=rows)


def form_label(action_id: str) -> str:
    """Return the label of the form that a button with this action id opens, or nothing."""
    return action_id.partition(":")[2]


def rows_of(buttons: Rows, number: int = 0) -> Iterator[Block]:
    """Return the blocks for rows of buttons, counted from `number`; more choices than a wall of buttons are a menu."""
    choices = _choices(buttons)
    if len(choices) > MOST_BUTTONS and all(len(choice.button) <= VALUE for choice in choices):
        yield {"type": "actions", "elements": [_menu(number, choices[:OPTIONS])]}
        buttons = tuple(row for row in (tuple(b for b in row if b not in choices) for row in buttons) if row)
    for row in buttons:
        for start in range(0, len(row), ELEMENTS):
            group = row[start : start + ELEMENTS]
            yield {"type": "actions", "elements": [button_of(number + i, button) for i, button in enumerate(group)]}
            number += len(group)


def button_of(number: int, button: Button) -> Block:
    """Return a button; `number` makes its action id unique in the message."""
    # The action id also says whether a press opens a form, so that no state is needed for it.
    action = f"{number}:{cut(button.form, FORM_LABEL)}" if button.form else str(number)
    return {"type": "button", "action_id": action, "value": button.button, "text": label(button.label, LABEL)}


def section(text: str, *, plain: bool) -> Block:
    """Return a paragraph; `plain` text shows stars and ticks as they are."""
    kind: Block = {"type": "plain_text", "emoji": False} if plain else {"type": "mrkdwn"}
    return {"type": "section", "text": {**kind, "text": escape(text)}}


def label(text: str, limit: int) -> Block:
    """Return a short plain text object, cut where it is too long."""
    return {"type": "plain_text", "text": escape(cut(text, limit)) or "…"}


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most `limit` escaped characters."""
    return text if escaped_length(text) <= limit else split(text, limit - 1)[0].rstrip() + "…"


def _worded(button: Button) -> Button:
    return structs.replace(button, label=EMOJI.sub("", button.label) or button.label)


def _part(text: str, outbound: Outbound, buttons: Rows) -> Part:
    # A human's words are plain text, so that *stars* and `ticks` stay what they are; ours may hold a link to press.
    sections = [section(piece, plain=outbound.relays) for piece in split(text, SECTION) if piece.strip()]
    bare, blocks = escape(_numbered(text, buttons)) or "…", [*sections, *rows_of(buttons)]
    if len(blocks) > BLOCKS:
        return Part(bare, [], bare)
    return Part(escape(text).strip() or "…", blocks, bare)


def _choices(rows: Sequence[Sequence[Button]]) -> list[Button]:
    return [button for row in rows for button in row if not button.moves and not button.form]


def _listed(outbound: Outbound) -> str:
    """The text, with the choices as a numbered list where a menu would cut their words or their number."""
    choices = _choices(outbound.buttons)
    if len(choices) <= OPTIONS and all(escaped_length(choice.label) <= LABEL for choice in choices):
        return outbound.text
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]
    return "\n".join([outbound.text, "", *lines])


def _numbered(text: str, buttons: Rows) -> str:
    """The text with its choices as a numbered list, to be answered by typing; ways through the talk have no number."""
    flat = [button for row in buttons for button in row]
    choices = [f"{number}. {button.label}" for number, button in enumerate((b for b in flat if not b.moves), 1)]
    moves = " · ".join(button.label for button in flat if button.moves)
    lines = [*choices, *([moves] if moves else [])]
    return "\n".join([text, "", *lines]) if lines else text


def _menu(number: int, choices: Sequence[Button]) -> Block:
    options = [{"text": label(choice.label, LABEL), "value": choice.button} for choice in choices]
    return {"type": "static_select", "action_id": f"menu{number}", "options": options}
