"""Layer 0, signs: makes one plain form of the many ways to type the same letters. It never drops a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# A script that writes without spaces is read sign by sign.
_SPACELESS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORDS = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+(?:'[^\W_{_SPACELESS}]+)*")

# Letters of other scripts that look like Latin ones; read as Latin only where most of the text is Latin.
_LOOKALIKES = dict(zip("аеорсухіјѕԁһӏкмнтвг", "aeopcyxijsdhlkmhtbr", strict=True)) | dict(
    zip("αεορυνικτ", "aeopuvikt", strict=True)
)
_BARRED = dict(zip("ıłøđ", "ilod", strict=True))
_APOSTROPHES = dict.fromkeys("’‘ʼ`´′＇", "'")
_EMOJI = {
    "🔫": " gun ",
    "💊": " pills ",
    "🔪": " knife ",
    "🗡": " knife ",
    "🪢": " noose ",
    "🩸": " blood ",
    "⚰": " coffin ",
    "🪦": " grave ",
    "😂": " lol ",
    "🤣": " lol ",
    "😹": " lol ",
    "💀": " skull ",
    "☠": " skull ",
}
_ASCII_LETTER = re.compile("[A-Za-z]")


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the text in lower case and plain signs, and for each of its characters the place in `text` it came from.

    The places are None when they are the same in both.
    """
    if text.isascii():
        return text.lower(), None
    latin = 2 * len(_ASCII_LETTER.findall(text)) >= sum(map(str.isalpha, text))
    folded: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        plain = _plain(sign, latin)
        folded.append(plain)
        places.extend([place] * len(plain))
    return "".join(folded), places


@lru_cache(maxsize=8192)
def _plain(sign: str, latin: bool) -> str:
    """Return one character without its marks, width, case and disguise; nothing for an invisible one."""
    if sign in _EMOJI or sign in _APOSTROPHES:
        return _EMOJI.get(sign) or _APOSTROPHES[sign]
    if unicodedata.category(sign) in ("Cf", "Cs", "Mn", "Mc", "Me"):
        return ""
    if sign.isspace():
        return "\n" if sign in "\u2028\u2029\x85" else sign
    plain = "".join(c for c in unicodedata.normalize("NFKD", sign).casefold() if unicodedata.category(c) != "Mn")
    plain = "".join(_BARRED.get(c, c) for c in plain)
    return "".join(_LOOKALIKES.get(c, c) for c in plain) if latin else plain
