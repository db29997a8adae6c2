"""Layer 2: weighs our own words for the constructs of risk; may raise a level, never lowers one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from bot.triage.normalise import WORDS, fold

_FIRST_PERSON = frozenset(("i", "me", "myself"))


class Construct(Struct, frozen=True, forbid_unknown_fields=True):
    """One construct of risk: its weight and the words that speak of it. A `core` one is about one's own life."""

    name: str
    weight: float
    words: tuple[str, ...]
    core: bool = False


class Weight(Struct, frozen=True):
    """What the lexicon found: the weight of the heaviest window, whether said of oneself, and the constructs in it."""

    total: float = 0.0
    own: bool = False
    core: bool = False
    constructs: tuple[str, ...] = ()


class Lexicon:
    """Finds the words of the constructs in sentences."""

    def __init__(self, constructs: Iterable[Construct]) -> None:
        # A phrase is looked up by its longest word, which is mostly its rarest.
        self._phrases: dict[str, list[tuple[int, tuple[str, ...], Construct]]] = {}
        for construct in constructs:
            for phrase in construct.words:
                words = tuple(WORDS.findall(fold(phrase)[0]))
                rarest = max(range(len(words)), key=lambda place: len(words[place]))
                self._phrases.setdefault(words[rarest], []).append((rarest, words, construct))

    def may_weigh(self, words: frozenset[str]) -> bool:
        """Whether any phrase has all its words here."""
        return any(
            words.issuperset(phrase) for word in words & self._phrases.keys() for _, phrase, _ in self._phrases[word]
        )

    def weigh(self, sentences: Sequence[Sequence[str]]) -> Weight:
        """Return the heaviest sentence together with its neighbours; each construct counts once."""
        found = [self._constructs(words) for words in sentences]
        own = [not _FIRST_PERSON.isdisjoint(words) for words in sentences]
        best = Weight()
        for index, here in enumerate(found):
            if not here:
                continue
            around = slice(max(0, index - 1), index + 2)
            together = {construct.name: construct for some in found[around] for construct in some}
            total = sum(construct.weight for construct in together.values())
            if total > best.total:
                core = any(construct.core for construct in together.values())
                best = Weight(total, any(own[around]), core, tuple(sorted(together)))
        return best

    def _constructs(self, words: Sequence[str]) -> list[Construct]:
        return [
            construct
            for place, word in enumerate(words)
            for before, phrase, construct in self._phrases.get(word, ())
            if len(phrase) == 1 or tuple(words[max(0, place - before) : place - before + len(phrase)]) == phrase
        ]
