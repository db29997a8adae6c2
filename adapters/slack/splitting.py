"""Cuts a long text into pieces where a reader would pause, never inside a number or a character."""

from __future__ import annotations

import re
import unicodedata

from adapters.slack.words import escaped_length

NUMBER = re.compile(r"\+?\d[\d\s().\-/]*\d")
PAUSES = ("\n\n", "\n", ". ", "? ", "! ", " ")
ZERO_WIDTH_JOINER = "\u200d"
LONGEST_CLUSTER = 64


def split(text: str, limit: int) -> list[str]:
    """Return pieces of at most `limit` escaped characters each; joined they are `text` again."""
    pieces = []
    while escaped_length(text) > limit:
        cut = _border(text, _room(text, limit))
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text] if text else pieces


def _room(text: str, limit: int) -> int:
    """How many characters of `text` fit into `limit` escaped ones; the first is always counted as fitting."""
    room = min(limit, len(text))
    while room > 1 and (over := escaped_length(text[:room]) - limit) > 0:
        room = max(1, room - max(1, over // 5))
    return room


def _border(text: str, room: int) -> int:
    for pause in PAUSES:
        found = text.rfind(pause, room // 2, room)
        if found > 0:
            return _before_number(text, found + len(pause), room)
    return _before_number(text, _between_clusters(text, room), room)


def _before_number(text: str, cut: int, room: int) -> int:
    """A phone number that would be cut moves to the next piece as a whole, if it can."""
    for number in NUMBER.finditer(text, max(0, cut - room), min(len(text), cut + LONGEST_CLUSTER)):
        if number.start() < cut < number.end():
            return number.start() or cut
    return cut


def _between_clusters(text: str, room: int) -> int:
    for cut in range(room, max(0, room - LONGEST_CLUSTER), -1):
        if cut >= len(text) or not _joined(text[cut - 1], text[cut]):
            return cut
    return room


def _joined(before: str, after: str) -> bool:
    """Whether two characters belong to one visible one (a short form of Unicode's UAX 29)."""
    if ZERO_WIDTH_JOINER in (before, after) or (before, after) == ("\r", "\n"):
        return True
    if unicodedata.category(after).startswith("M") or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    return all("\U0001f1e6" <= letter <= "\U0001f1ff" for letter in (before, after))
