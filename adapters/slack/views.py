"""Draws what is private: modals to read and answer in, and forms to write in."""

from __future__ import annotations

from msgspec import Struct

from adapters.slack.blocks import FORM_LABEL, SECTION, TITLE, Block, Rows, label, rows_of, section, without_emoji
from adapters.slack.splitting import split
from bot.model.sent import Button, Outbound

# Slack: 100 blocks a view, 3,000 characters in a field.
VIEW_BLOCKS, FIELD = 100, 3000
# A modal in which a talk goes on: what is answered there is answered there.
TALK = "talk"


class ModalWords(Struct, frozen=True):
    """The few words on what the adapter draws by itself."""

    title: str = "Private"
    form_title: str = "Your words"
    send: str = "Send"
    cancel: str = "Cancel"
    close: str = "Close"
    write: str = "Write privately"
    answered: str = "I have answered in our private chat."


def reading(outbound: Outbound, words: ModalWords) -> Block:
    """Return a modal that shows the text privately, with the outbound's buttons under it, and its form as a field."""
    outbound = without_emoji(outbound) if outbound.plain else outbound
    forms = [button for row in outbound.buttons for button in row if button.form]
    rows: Rows = tuple(row for row in (tuple(b for b in row if not b.form) for row in outbound.buttons) if row)
    below = [*([_field(forms[0].form)] if forms else []), *rows_of(rows)]
    pieces = split(outbound.text or "…", SECTION)[: max(1, VIEW_BLOCKS - len(below))]
    blocks = [*(section(piece, plain=True) for piece in pieces), *below][:VIEW_BLOCKS]
    view = {"type": "modal", "callback_id": TALK, "title": label(words.title, TITLE), "blocks": blocks}
    view |= {"close": label(words.close, TITLE)}
    return view | _sending(forms[0], words) if forms else view


def form(button: str, asked: str, words: ModalWords) -> Block:
    """Return a modal with one field; what is written there comes back under `button`."""
    frame = {"title": label(words.form_title, TITLE), "close": label(words.cancel, TITLE)}
    return {"type": "modal", "blocks": [_field(asked)], **frame, **_sending(Button(button, ""), words)}


def _field(asked: str) -> Block:
    element = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": FIELD}
    return {"type": "input", "block_id": "words", "label": label(asked, FORM_LABEL), "element": element}


def _sending(button: Button, words: ModalWords) -> Block:
    return {"private_metadata": button.button, "submit": label(words.send, TITLE)}
