"""Cuts a text into sentence windows of plain words that remember where they stood."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from bot.triage.normalise import WORDS
from bot.triage.spelling import Speller

# A long run without a stop is read in overlapping windows, so that each search stays short and nothing is skipped.
WINDOW = 60
OVERLAP = 15
_STOPS = re.compile(r"[.!?\n\r;。！？；…।؟]+")
_SPACELESS_FROM = "\u2fff"
_PAUSES = frozenset(',:()"[]-–—，、：（）“”«»')


class Sentence:
    """One window: its `words`, the `text` they make with single spaces around, and their `spans` in what was typed.

    `clause(i)` is the place in `text` where the clause of its i-th character begins.
    """

    __slots__ = ("_breaks", "_places", "asks", "spans", "text", "words")

    def __init__(
        self, words: Sequence[str], spans: Sequence[tuple[int, int]], pauses: Sequence[bool], asks: bool
    ) -> None:
        self.words = words
        self.spans = spans
        self.text = " " + " ".join(words) + " "
        self.asks = asks
        self._places: list[int] | None = None
        self._breaks = [index for index, pause in enumerate(pauses) if pause]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the words between two places of `text` stood in what was typed."""
        first, last = self._index(start), self._index(max(start, end - 2))
        return self.spans[first][0], self.spans[last][1]

    def clause(self, place: int) -> int:
        """Return the place in `text` where the clause begins that holds the word at `place`."""
        index = self._index(place)
        before = bisect_right(self._breaks, index)
        if not before:
            return 0
        start = self._breaks[before - 1]
        return sum(len(word) + 1 for word in self.words[:start])

    def _index(self, place: int) -> int:
        return min(self.text.count(" ", 0, place + 1) - 1, len(self.words) - 1)


def sentences(folded: str, places: Sequence[int] | None, speller: Speller) -> Iterator[Sentence]:
    """Yield the sentence windows of a folded text; `places` maps its characters to what was typed."""
    start = 0
    for stop in _STOPS.finditer(folded):
        if _only_dots(stop[0]):
            continue
        yield from _windows(folded, start, stop.start(), places, speller, asks="?" in stop[0] or "？" in stop[0])
        start = stop.end()
    yield from _windows(folded, start, len(folded), places, speller, asks=False)


def _only_dots(stop: str) -> bool:
    """Whether a stop is a hesitation in the middle of a sentence."""
    return (len(stop) > 1 and not stop.strip(".")) or stop == "…"


def _windows(
    folded: str, start: int, end: int, places: Sequence[int] | None, speller: Speller, *, asks: bool
) -> Iterator[Sentence]:
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    pauses: list[bool] = []
    past = start
    for match in WORDS.finditer(folded, start, end):
        span = _typed(match.start(), match.end(), places)
        between = folded[past : match.start()]
        # Where signs are written without spaces, a space is a pause.
        pause = not _PAUSES.isdisjoint(between) or (bool(between) and match[0] > _SPACELESS_FROM)
        for word in speller.stands_for(match[0]):
            words.append(word)
            spans.append(span)
            pauses.append(pause)
            pause = False
        past = match.end()
    if not words:
        return
    for first in range(0, max(1, len(words) - OVERLAP), WINDOW - OVERLAP):
        last = first + WINDOW
        yield Sentence(words[first:last], spans[first:last], pauses[first:last], asks and last >= len(words))


def _typed(start: int, end: int, places: Sequence[int] | None) -> tuple[int, int]:
    if places is None:
        return start, end
    return places[start], places[end - 1] + 1
