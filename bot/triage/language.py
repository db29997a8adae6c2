"""Which language a reply is in: the person's setting first, its script and everyday words as a hint."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping

_SCRIPTS = {
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "GUJARATI": "gu",
    "GREEK": "el",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "KHMER": "km",
    "MYANMAR": "my",
    "LAO": "lo",
}
# Letters that none of our languages uses; each counts as much as two everyday words.
_FOREIGN_LETTERS = {
    "ğışİ": "tr",
    "łąęśźżć": "pl",
    "řěůčšž": "cs",
    "őű": "hu",
    "țșă": "ro",
    "åæø": "no",
    "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ": "vi",
    "ėųįū": "lt",
    "ļķņģ": "lv",
    "ðþ": "is",
}
_LETTER_LANGUAGE = {letter: language for letters, language in _FOREIGN_LETTERS.items() for letter in letters}
_SHARE = 0.3
_LEAST_LETTERS = 2
_NONE = "none"
# How many everyday words make a language certain enough.
_CLEAR = 2
# A reply of so few words, none of them ours, is told by one.
_SHORT = 4


class Languages:
    """Tells languages apart by their everyday words. `words` maps a language to them, folded."""

    def __init__(self, words: Mapping[str, str], supported: Collection[str]) -> None:
        self._supported = frozenset(supported)
        self._by_word: dict[str, list[str]] = {}
        self._everyday = {language: frozenset(words.get(language, "").split()) for language in self._supported}
        english = frozenset(words.get("en", "").split())
        telling_nothing = english.union(words.get(_NONE, "").split())
        for language, everyday in words.items():
            for word in dict.fromkeys(everyday.split()):
                if language == "en" or word not in telling_nothing:
                    self._by_word.setdefault(word, []).append(language)

    def hear(self, text: str, words: frozenset[str], setting: str) -> tuple[str, bool]:
        """Return the language of a reply, and whether its rules can be trusted to read it."""
        if not text.isascii():
            written = _script(text)
            if written:
                return written, written in self._supported
        elif setting in self._supported and 2 * len(self._everyday[setting] & words) >= len(words):
            return setting, True
        counts = self._counts(text, words)
        ours = max((counts[language] for language in self._supported), default=0)
        guess = max(counts, key=lambda language: (counts[language], language == setting, language), default=setting)
        clear = _CLEAR if ours or len(words) > _SHORT else 1
        # A language is hardly told from its nearest kin; the person's own setting weighs a word more.
        kin = counts[setting] + 2 if counts[setting] and setting in self._supported else 0
        if guess not in self._supported and counts[guess] >= max(clear, ours + 1, kin):
            return guess, False
        if setting in self._supported:
            return (guess if guess in self._supported and counts[guess] > counts[setting] + 1 else setting), True
        # The setting names a language that nobody wrote rules for: only clear words of ours make the reply readable.
        readable = ours >= max(_CLEAR, counts[setting] + 1)
        return (guess, True) if readable else (setting, not any(map(str.isalpha, text)))

    def _counts(self, text: str, words: Collection[str]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for word in words:
            counts.update(self._by_word.get(word, ()))
        if not text.isascii():
            for letter in frozenset(text.lower()) & _LETTER_LANGUAGE.keys():
                counts[_LETTER_LANGUAGE[letter]] += 2
        return counts


def _script(text: str) -> str:
    """Return the language of the script, other than Latin, that many of the letters are in, or nothing."""
    letters = Counter(_SCRIPTS.get(_script_name(sign), "") for sign in text if sign.isalpha())
    foreign = letters.total() - letters[""]
    if foreign < _LEAST_LETTERS or foreign < _SHARE * letters.total():
        return ""
    if letters["ja"]:
        return "ja"
    del letters[""]
    return letters.most_common(1)[0][0]


def _script_name(sign: str) -> str:
    return "" if sign.isascii() else unicodedata.name(sign, "").split(" ")[0]
