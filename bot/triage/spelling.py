"""Layer 0, words: what one typed word stands for, through slang, contractions, leet, stretching, spacing and typos."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l"}
)
_STRETCHED = re.compile(r"(.)\1+")
# Nobody types a longer word by hand, nor more letters apart; longer runs are taken in pieces of that size.
_SHORTEST_GLUED, _LONGEST_GLUED = 14, 160
# One search tells whether a text holds any disguise at all, so that ordinary text pays for nothing more.
ODD = re.compile(
    r"([a-z])\1\1|[a-z][0-9@$!|*]+[a-z]|\b[0-9@$][a-z]{2}|\b[a-z]([ ._*-]+)[a-z]\2[a-z]\2[a-z]\b|#[a-z]{6}|[a-z]{14}",
)
_DISGUISED = re.compile(r"[a-z0-9@$!|*]*[a-z][a-z0-9@$!|*]*")
_SPACED = re.compile(r"\b[a-z0-9](?:[ ._*-]{1,3}[a-z0-9]){3,80}\b")


class Speller:
    """Knows the words of the rules and finds them behind disguises. `slang` maps a typed word to what it stands for."""

    def __init__(self, slang: Mapping[str, str], misspelt: Iterable[str], words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._slang = dict(slang)
        for word in misspelt:
            for typo in _typos(word):
                if typo not in self.words:
                    self._slang.setdefault(typo, word)
        self._beginnings = frozenset(word[:end] for word in self.words for end in range(1, len(word) + 1))
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self.words):
            self._by_length.setdefault(len(word), []).append(word)

    def typed_for(self, words: Collection[str]) -> frozenset[str]:
        """Return every typed word that stands for one of these words, themselves among them."""
        known = frozenset(words)
        return known.union(typed for typed, meant in self._slang.items() if not known.isdisjoint(meant.split()))

    def meant(self, words: frozenset[str]) -> frozenset[str]:
        """Return typed words together with what they stand for."""
        typed = words & self._slang.keys()
        return words.union(*(self._slang[word].split() for word in typed)) if typed else words

    def undisguised(self, folded: str) -> str:
        """Return the text, equally long, with disguised letters of our words made plain."""
        if not ODD.search(folded):
            return folded
        opened = _SPACED.sub(lambda match: self._spaced(match[0]), folded)
        return _DISGUISED.sub(lambda match: self._bared(match[0]), opened)

    def stands_for(self, word: str) -> Sequence[str]:
        """Return the plain words that one typed word stands for."""
        meant = self._slang.get(word)
        if meant is not None:
            return meant.split()
        if not _SHORTEST_GLUED <= len(word) <= _LONGEST_GLUED or word in self.words:
            return (word,)
        return self._split(word) or (word,)

    def _knows(self, word: str) -> bool:
        return word in self.words or word in self._slang

    def _bared(self, token: str) -> str:
        if self._knows(token):
            return token
        for guess in _guesses(token):
            if self._knows(guess):
                return guess.ljust(len(token))
        return self._starred(token) if "*" in token else token

    def _starred(self, token: str) -> str:
        """Return the known word that fits a token with hidden letters, such as k*ll."""
        if not token[0].isalpha() or len(token) < 3:
            return token
        shape = re.compile(re.escape(token).replace(r"\*", "."))
        return next((word for word in self._by_length.get(len(token), ()) if shape.fullmatch(word)), token)

    def _spaced(self, run: str) -> str:
        """Return letters that were typed apart as the words they make, or unchanged when they make none."""
        letters = re.sub(r"[^a-z0-9]", "", run).translate(_LEET)
        words = self._split(letters)
        return " ".join(words).ljust(len(run)) if words else run

    def _split(self, letters: str) -> list[str]:
        """Return the fewest known words that make up all letters, or nothing."""
        # For each place that words reach: how many words lead there, and where the last of them begins.
        reached: dict[int, tuple[int, int]] = {0: (0, 0)}
        for start in range(len(letters)):
            if start not in reached:
                continue
            count = reached[start][0] + 1
            for end in self._ends(letters, start):
                if count < reached.get(end, (count + 1, 0))[0]:
                    reached[end] = (count, start)
        words: list[str] = []
        end = len(letters)
        while end and end in reached:
            start = reached[end][1]
            words.insert(0, letters[start:end])
            end = start
        return words

    def _ends(self, letters: str, start: int) -> Iterable[int]:
        """Yield where each known word ends that begins at `start`."""
        for end in range(start + 1, len(letters) + 1):
            piece = letters[start:end]
            if piece not in self._beginnings:
                return
            if piece in self.words:
                yield end


def _guesses(token: str) -> Iterable[str]:
    """Yield what a token may be: leet undone, stretched letters shortened to two and to one."""
    leet = token.translate(_LEET)
    yield leet
    yield _STRETCHED.sub(r"\1\1", leet)
    yield _STRETCHED.sub(r"\1", leet)
    yield token.replace("1", "l").translate(_LEET)


def _typos(word: str) -> set[str]:
    """Return likely slips of one word: a letter lost, doubled, swapped with its neighbour, or another vowel."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    lost = {a + b[1:] for a, b in cuts if a and b}
    doubled = {a + b[0] + b for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    vowels = {a + v + b[1:] for a, b in cuts if a and b and b[0] in "aeiou" for v in "aeiou"}
    return (lost | doubled | swapped | vowels) - {word}
