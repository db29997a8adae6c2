"""Draws an Outbound as Slack's blocks, within the published limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from adapters.slack.splitting import split
from adapters.slack.words import escape, escaped_length
from bot.model import Button, Outbound

Block = dict[str, Any]
Rows = tuple[tuple[Button, ...], ...]

# Slack: text object 3,000 characters, button label 75, title 24, action id 255, 25 elements a block, 50 blocks a
# message and 100 a view; message text should stay under 4,000.
SECTION, LABEL, TITLE, FORM_LABEL, ELEMENTS, BLOCKS, VIEW_BLOCKS, MESSAGE = 3000, 75, 24, 200, 25, 50, 100, 3900
FIELD = 3000


class ModalWords(Struct, frozen=True):
    """The few words on a modal's frame."""

    title: str = "Private"
    form_title: str = "Your words"
    send: str = "Send"
    cancel: str = "Cancel"
    close: str = "Close"


class Part(Struct, frozen=True):
    """One message: the text that notifications and screen readers use, its blocks, and what says the same without."""

    text: str
    blocks: list[Block]
    bare: str


def message_parts(outbound: Outbound) -> list[Part]:
    """Return the messages that carry the outbound; its buttons are under the last."""
    texts = split(outbound.text, MESSAGE) or [""]
    return [*(_part(text, outbound, ()) for text in texts[:-1]), _part(texts[-1], outbound, outbound.buttons)]


def reading(outbound: Outbound, words: ModalWords) -> Block:
    """Return a modal that shows the text privately, with the outbound's buttons under it."""
    room = VIEW_BLOCKS - sum(1 for _ in _rows(outbound.buttons))
    sections = [_section(text, plain=True) for text in split(outbound.text or "…", SECTION)][: max(1, room)]
    blocks = [*sections, *_rows(outbound.buttons)][:VIEW_BLOCKS]
    return {"type": "modal", "title": _label(words.title, TITLE), "close": _label(words.close, TITLE), "blocks": blocks}


def form(button: str, label: str, words: ModalWords) -> Block:
    """Return a modal with one field; what is written there comes back under `button`."""
    field = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": FIELD}
    block = {"type": "input", "block_id": "words", "label": _label(label, FORM_LABEL), "element": field}
    frame = {"title": words.form_title, "submit": words.send, "close": words.cancel}
    labels = {name: _label(text, TITLE) for name, text in frame.items()}
    return {"type": "modal", "private_metadata": button, "blocks": [block], **labels}


def form_label(action_id: str) -> str:
    """Return the label of the form that a button with this action id opens, or nothing."""
    return action_id.partition(":")[2]


def _part(text: str, outbound: Outbound, buttons: Rows) -> Part:
    # A human's words are plain text, so that *stars* and `ticks` stay what they are; ours may hold a link to press.
    sections = [_section(piece, plain=outbound.relays) for piece in split(text, SECTION) if piece.strip()]
    bare, blocks = escape(_numbered(text, buttons)) or "…", [*sections, *_rows(buttons)]
    if len(blocks) > BLOCKS:
        return Part(bare, [], bare)
    return Part(escape(text).strip() or "…", blocks, bare)


def _numbered(text: str, buttons: Rows) -> str:
    """The text with its choices as a numbered list, to be answered by typing; ways through the talk have no number."""
    flat = [button for row in buttons for button in row]
    choices = [f"{number}. {button.label}" for number, button in enumerate((b for b in flat if not b.moves), 1)]
    moves = " · ".join(button.label for button in flat if button.moves)
    lines = [*choices, *([moves] if moves else [])]
    return "\n".join([text, "", *lines]) if lines else text


def _section(text: str, *, plain: bool) -> Block:
    kind: Block = {"type": "plain_text", "emoji": False} if plain else {"type": "mrkdwn"}
    return {"type": "section", "text": {**kind, "text": escape(text)}}


def _rows(buttons: Rows) -> Iterator[Block]:
    number = 0
    for row in buttons:
        for start in range(0, len(row), ELEMENTS):
            group = row[start : start + ELEMENTS]
            yield {"type": "actions", "elements": [_button(number + i, button) for i, button in enumerate(group)]}
            number += len(group)


def _button(number: int, button: Button) -> Block:
    # The action id is unique in the message and says whether a press opens a form, so that no state is needed for it.
    action = f"{number}:{button.form[:FORM_LABEL]}" if button.form else str(number)
    return {"type": "button", "action_id": action, "value": button.button, "text": _label(button.label, LABEL)}


def _label(text: str, limit: int) -> Block:
    if escaped_length(text) > limit:
        text = split(text, limit - 1)[0].rstrip() + "…"
    return {"type": "plain_text", "text": escape(text) or "…"}
