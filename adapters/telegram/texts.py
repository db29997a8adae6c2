"""Cuts a text to Telegram's length without breaking a sentence, a character or a number where that can be helped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MESSAGE_UNITS = 4096
"""The longest message, in UTF-16 units: https://core.telegram.org/bots/api#sendmessage"""

_PLACES = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…。！？])[\"'”’)]*\s+"), re.compile(r"\s+"))
# A helpline may be written with spaces, dots, dashes and brackets: all of it is one number.
_NUMBER = re.compile(r"[+(]?\d(?:[ \u00a0().\-–/]{0,3}\d)+")
_LONGEST_NUMBER = 64
_HANGUL_TAILS = (range(0x1160, 0x1200), range(0xD7B0, 0xD7FC))
_REGIONS = range(0x1F1E6, 0x1F200)
_TAILS = (range(0x1F3FB, 0x1F400), range(0xE0020, 0xE0080), range(0x200C, 0x200E))
_JOINER = "\u200d"


def parts(text: str, limit: int = MESSAGE_UNITS) -> list[str]:
    """Return the text in parts of at most `limit` UTF-16 units; characters that cannot be sent are replaced."""
    return list(_cut(sendable(text), limit))


def sendable(text: str) -> str:
    """Return a text without NUL and without halves of characters, which no request can carry."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "").strip()


def _cut(text: str, limit: int) -> Iterator[str]:
    while units(text) > limit:
        end = _border(text, _prefix(text, limit))
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _prefix(text: str, limit: int) -> int:
    """Return how many characters fit."""
    return len(text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore"))


def _border(text: str, most: int) -> int:
    """Return the best place for a cut: a paragraph, a line, a sentence, a word, a character; at least half full."""
    numbers = [
        found.span() for found in _NUMBER.finditer(text, max(0, most // 2 - _LONGEST_NUMBER), most + _LONGEST_NUMBER)
    ]
    for place in _PLACES:
        ends = [found.end() for found in place.finditer(text, most // 2, most) if _outside(found.end(), numbers)]
        if ends:
            return ends[-1]
    loose = [end for end in range(most, most // 2, -1) if _between_characters(text, end)]
    return next((end for end in loose if _outside(end, numbers)), next(iter(loose), most))


def _outside(index: int, spans: list[tuple[int, int]]) -> bool:
    return not any(start < index < end for start, end in spans)


def _between_characters(text: str, index: int) -> bool:
    """Say whether what people see as one character ends here (the common rules of UAX 29)."""
    before, after = text[index - 1], text[index]
    if before == _JOINER or (before == "\r" and after == "\n"):
        return False
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or any(ord(after) in tails for tails in _TAILS):
        return False
    if any(ord(after) in tails for tails in _HANGUL_TAILS):
        return False
    return not (ord(after) in _REGIONS and _flags_before(text, index) % 2)


def _flags_before(text: str, index: int) -> int:
    """Return how many halves of flags stand in a row before the place."""
    start = index
    while start and ord(text[start - 1]) in _REGIONS:
        start -= 1
    return index - start
