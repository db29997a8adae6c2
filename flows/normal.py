"""Brings what a person typed to a plain form, so that words can be compared."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_SPACES = re.compile(r"[\s,;!?]+")
LONGEST = 200


def plain(text: str) -> str:
    """Return the text in lower case, without accents, edge punctuation, commas, apostrophes or doubled spaces.

    Only the first 200 characters are read: nothing that is compared is longer.
    """
    text = text[:LONGEST]
    if text.isascii():
        if text.isalnum():
            return text.lower()
    else:
        text = unicodedata.normalize("NFKD", text.translate(_QUOTES))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = _EDGES.sub("", text.casefold())
    return _SPACES.sub(" ", text.replace("'", ""))


def nearly(typed: str, word: str) -> bool:
    """Return whether two plain texts differ by at most one slip in each longer word.

    Short words and first letters must be equal: a slip turns "now" into "not" and "never" into "ever", and "safe"
    must not be read from "unsafe".
    """
    if len(typed) > 60 or typed == word:
        return typed == word
    ones, others = typed.split(), word.split()
    return len(ones) == len(others) and all(map(_slip, ones, others))


def _slip(one: str, other: str) -> bool:
    """Return whether one edit (a letter more, less, other, or two swapped) makes one word the other."""
    if one == other:
        return True
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    start = _common(one, other)
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    shorter, longer = sorted((one, other), key=len)
    return longer[1:] == shorter


def _common(one: str, other: str) -> int:
    """Return how many first letters two words share."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
