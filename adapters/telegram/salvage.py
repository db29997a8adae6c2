"""Digs what still matters out of an update, or a whole answer, that is broken: a person's words must be triaged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from adapters.telegram.identity import Identity
from adapters.telegram.updates import Arrival, clean, key_of
from bot.model.people import Address
from bot.model.received import Inbound, Pressed, Text

# A quotation mark inside a person's words is escaped in JSON, so words cannot forge these.
_BORDER = re.compile(rb'\{\s*"update_id"\s*:')
_END = re.compile(rb"\]\s*\}\s*\Z")
_UPDATE_ID = re.compile(r'"update_id"\s*:\s*"?(\d{1,19})')
_WORDS = re.compile(r'"(?:text|caption)"\s*:\s*("(?:[^"\\]|\\.)*(?:"|\Z))')
_CHAT = re.compile(r'"chat"\s*:\s*\{[^{}]*?"id"\s*:\s*"?(-?\d{1,19})')
_FROM = re.compile(r'"from"\s*:\s*\{[^{}]*?"id"\s*:\s*"?(\d{1,19})')


def salvage(raw: bytes, me: Identity, now: datetime) -> Arrival | None:
    """Return what can be had of an update of unknown shape; None when not even its id can be read."""
    text = raw.decode("utf-8", "replace")
    update_id = _first(_UPDATE_ID, text)
    if not update_id:
        return None
    found = _from_tree(_tree(text)) or _from_text(text)
    sender = found.get("sender") or found.get("chat")
    if not sender:
        return Arrival(int(update_id), query=found.get("query", ""))
    chat = found.get("chat") or sender
    content = Pressed(found["data"]) if found.get("data") else Text(found["words"]) if found.get("words") else None
    address = Address(me.platform, chat)
    inbound = Inbound(key_of(me, update_id), address, sender, now, content) if content else None
    group = chat if chat.startswith("-") else ""
    return Arrival(int(update_id), inbound, found.get("query", ""), group)


def split_answer(payload: bytes) -> list[bytes]:
    """Return the updates of an answer to getUpdates that is not valid JSON as a whole."""
    end = found.start() if (found := _END.search(payload)) else len(payload)
    borders = [*(found.start() for found in _BORDER.finditer(payload)), end]
    return [payload[start:end].rstrip(b" \r\n\t,") for start, end in pairwise(borders)]


def _tree(text: str) -> object:
    try:
        # Python's reader takes what msgspec's refuses: half an emoji (a lone surrogate), NaN, huge numbers.
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _from_tree(update: object) -> dict[str, str]:
    if not isinstance(update, dict):
        return {}
    found: dict[str, str] = {}
    for name, part in update.items():
        if isinstance(part, dict):
            _note(found, name, part)
    return found if "chat" in found or "sender" in found else {}


def _note(found: dict[str, str], name: str, part: Mapping[str, Any]) -> None:
    message = part.get("message") if name == "callback_query" else part
    holders = {"chat": message, "sender": part}
    for word, holder in holders.items():
        inner = holder.get("chat" if word == "chat" else "from") if isinstance(holder, dict) else None
        if isinstance(inner, dict) and re.fullmatch(r"-?\d{1,19}", str(inner.get("id"))):
            found[word] = str(inner["id"])
    for word, value in _words(name, part):
        if isinstance(value, str) and value:
            found[word] = clean(whole(value))


def _words(name: str, part: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    if name == "callback_query":
        yield "query", part.get("id")
        yield "data", part.get("data")
    elif not name.startswith("my_"):
        yield "words", part.get("text") or part.get("caption")


def _from_text(text: str) -> dict[str, str]:
    """Read a broken update by its marks alone."""
    found = {"chat": _first(_CHAT, text), "sender": _first(_FROM, text)}
    if '"callback_query"' in text:
        # The words in it are the bot's own, under which the button stood.
        return found
    # What a message answers stands before its own words.
    words = _WORDS.findall(text)
    return found | ({"words": clean(_unquoted(words[-1]))} if words else {})


def _unquoted(words: str) -> str:
    try:
        return whole(str(json.loads(words, strict=False)))
    except ValueError:
        return words.strip('"')


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""


def whole(text: str) -> str:
    """Return a text with each half of a split character replaced, so that it can be encoded."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
