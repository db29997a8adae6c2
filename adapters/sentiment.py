"""Scores the mood of a text with VADER, in time linear in its length and to the last bit as the original does."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from vaderSentiment import vaderSentiment

_NEGATE = frozenset(vaderSentiment.NEGATE)
_THIS_OR_SO = ("so", "this")


class Sentiment(vaderSentiment.SentimentIntensityAnalyzer):  # type: ignore[misc]
    """VADER without its three loops over the whole text for each word.

    VADER 3.3.2 lower-cases every word of the text each time it meets one of its words, and looks each value up from the
    beginning of the text after a 'but': one legal message of emoji takes six seconds. The rules stay the original's;
    tests/adapters/test_sentiment.py compares the two.
    """

    def __init__(self) -> None:
        super().__init__()
        # VADER keeps the whole text of its word lists after reading them: 0.8 MB that nothing looks at again.
        self.lexicon_full_filepath = self.emoji_full_filepath = ""

    def __call__(self, text: str) -> float:
        """Return the compound score, -1 (bad) to 1 (good)."""
        if text.isascii() and not self._speaks(text):
            return 0.0
        return float(self.polarity_scores(text)["compound"])

    def _speaks(self, text: str) -> bool:
        """Whether any word of a plain text is in the lexicon; without one every sum in VADER is zero."""
        strip, lexicon = vaderSentiment.SentiText._strip_punc_if_word, self.lexicon
        return any(strip(word).lower() in lexicon for word in text.split())

    @staticmethod
    def _negation_check(valence: float, words_and_emoticons: Sequence[str], start_i: int, i: int) -> float:
        """Return the valence after a negation `start_i` + 1 words before the word at `i`."""
        words = [word.lower() for word in words_and_emoticons[i - start_i - 1 : i]]
        first, last = words[0], words[-1]
        if start_i == 1 and first == "never" and last in _THIS_OR_SO:
            return valence * 1.25
        # Reads like the original: 'never' binds only to the word after it, 'so' or 'this' right before binds alone.
        if start_i == 2 and ((first == "never" and words[1] in _THIS_OR_SO) or last in _THIS_OR_SO):
            return valence * 1.25
        if start_i and first == "without" and "doubt" in words[1:]:
            return valence
        return valence * vaderSentiment.N_SCALAR if first in _NEGATE or "n't" in first else valence

    @staticmethod
    def _special_idioms_check(valence: float, words_and_emoticons: Sequence[str], i: int) -> float:
        """Return the valence that an idiom around the word at `i` gives it."""
        three, two, one, here, *then = (word.lower() for word in words_and_emoticons[i - 3 : i + 3])
        before = (f"{one} {here}", f"{two} {one} {here}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}")
        valence = next(
            (vaderSentiment.SPECIAL_CASES[words] for words in before if words in vaderSentiment.SPECIAL_CASES), valence
        )
        for end in range(1, len(then) + 1):
            valence = vaderSentiment.SPECIAL_CASES.get(" ".join((here, *then[:end])), valence)
        for words in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
            valence += vaderSentiment.BOOSTER_DICT.get(words, 0.0)
        return valence

    @staticmethod
    def _but_check(words_and_emoticons: Sequence[str], sentiments: list[float]) -> list[float]:
        """Halve what stands before the first 'but' and raise what follows it.

        The original changes the first place that holds an equal value, not the place it is at; the heaps keep that.
        """
        but = next((place for place, word in enumerate(words_and_emoticons) if word.lower() == "but"), None)
        if but is None:
            return sentiments
        places: dict[float, list[int]] = {}
        for place, value in enumerate(sentiments):
            places.setdefault(value, []).append(place)
        for heap in places.values():
            heapify(heap)
        for place in range(len(sentiments)):
            value = sentiments[place]
            first = _first(places[value], sentiments, value)
            if value and first != but:
                sentiments[first] = value * (0.5 if first < but else 1.5)
                heappush(places.setdefault(sentiments[first], []), first)
        return sentiments


def _first(heap: list[int], sentiments: Sequence[float], value: float) -> int:
    """Return the first place that still holds the value, forgetting places that no longer do."""
    while sentiments[heap[0]] != value:
        heappop(heap)
    return heap[0]
