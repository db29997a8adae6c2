"""One text on its way through the layers: folded once, cut into sentences once per language."""

from __future__ import annotations

import re
from functools import cached_property

from bot.triage.normalise import WORDS, fold
from bot.triage.sentences import Sentence, sentences
from bot.triage.spelling import ODD, Speller

_SUBTAG = re.compile("[-_]")
_LETTER = re.compile(r"[^\W\d_]")


class Reading:
    """A text as typed, its plain form, its words, the language of the person's setting, and whether it is disguised."""

    def __init__(self, text: str, language: str = "en") -> None:
        self.text = text
        self.language = _SUBTAG.split(language, maxsplit=1)[0].lower()
        self.folded, self.places = fold(text)
        self.words = frozenset(WORDS.findall(self.folded))
        self._windows: dict[str, list[Sentence]] = {}

    @property
    def has_letters(self) -> bool:
        """Whether there is anything to read; a bare number is an answer to a question and nothing else."""
        return _LETTER.search(self.folded) is not None

    @cached_property
    def odd(self) -> bool:
        """Whether some letters may be disguised."""
        return ODD.search(self.folded) is not None

    def windows(self, language: str, speller: Speller) -> list[Sentence]:
        """Return the sentence windows as one language's speller reads them."""
        if language not in self._windows:
            plain = speller.undisguised(self.folded) if self.odd else self.folded
            self._windows[language] = list(sentences(plain, self.places, speller))
        return self._windows[language]
