"""Layer 1: finds what the rules of one language notice in a text, each match weighed by the way it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from bot.model.worry import Level, Reason
from bot.triage.bank import Bank, Rule, Scope
from bot.triage.patterns import Pattern
from bot.triage.sentences import Sentence
from bot.triage.spelling import Speller

# Plan, means and attempt stay worth a question however they are said (shared/triage.md, layer 1).
_NEVER_BELOW = {"plan": Level.ELEVATED, "means": Level.ELEVATED, "attempt": Level.ELEVATED}
_MOST_MATCHES = 3
_WORD = re.compile(r"[^\W\d_]+")


class Matcher:
    """Searches texts with the rules of one bank."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self._scopes = [_Heard(scope) for scope in bank.scopes]
        self.speller = Speller(bank.slang, bank.misspelt, _vocabulary(bank))
        self._index: dict[str, list[_Search]] = {}
        for rule in bank.rules:
            unless = tuple(_Lazy(source) for source in rule.unless)
            for pattern in rule.patterns:
                search = _Search(rule, pattern, unless)
                for word in pattern.needs[0]:
                    self._index.setdefault(word, []).append(search)

    @property
    def telling(self) -> frozenset[str]:
        """The typed words without one of which no pattern can match."""
        return self.speller.typed_for(self._index)

    def may_speak(self, words: frozenset[str]) -> bool:
        """Whether any pattern has all the words it needs; most everyday replies end here."""
        meant = self.speller.meant(words)
        return next(self._searches(meant, meant), None) is not None

    def reasons(self, windows: Sequence[Sentence]) -> list[Reason]:
        """Return what is noticed in the sentences of a text: each rule once, at its highest level."""
        found: dict[str, Reason] = {}
        for index, sentence in enumerate(windows):
            beside = windows[max(0, index - 1) : index + 2]
            for search in self._searches(sentence.words, frozenset(sentence.words)):
                known = found.get(search.rule.id)
                if known is not None and known.level == search.rule.level:
                    continue
                reason = self._found(search, sentence, beside)
                if reason is not None and (known is None or known.level < reason.level):
                    found[search.rule.id] = reason
        return list(found.values())

    def _found(self, search: _Search, sentence: Sentence, beside: Sequence[Sentence]) -> Reason | None:
        """Return what one pattern finds in a sentence."""
        best: tuple[Level, re.Match[str]] | None = None
        for match in search.find(sentence.text):
            level = self._weighed(search.rule, match, sentence, beside)
            if best is None or level > best[0]:
                best = level, match
            if level == search.rule.level:
                break
        if best is None:
            return None
        span = sentence.span(best[1].start() + 1, best[1].end())
        return Reason(search.rule.id, search.rule.category, best[0], span)

    def _searches(self, words: Iterable[str], all_words: frozenset[str]) -> Iterator[_Search]:
        """Yield each pattern that has the words it needs, once, in the order of the words."""
        seen: set[_Search] = set()
        for word in words:
            for search in self._index.get(word, ()):
                if search not in seen and search.has_its_words(all_words):
                    seen.add(search)
                    yield search

    def _weighed(self, rule: Rule, match: re.Match[str], sentence: Sentence, beside: Sequence[Sentence]) -> Level:
        """Return the rule's level, lowered by the strongest scope around the match."""
        if rule.firm or rule.level <= Level.LOW:
            return rule.level
        lowers = max((heard.lowers(rule, match, sentence, beside) for heard in self._scopes), default=0)
        floor = min(_NEVER_BELOW.get(rule.category, Level.NONE), rule.level)
        return Level(max(rule.level - lowers, floor))


class _Lazy:
    """An expression that is compiled when it is first searched."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def search(self) -> re.Pattern[str]:
        return re.compile(self._source)


class _Search:
    """One pattern of a rule."""

    def __init__(self, rule: Rule, pattern: Pattern, unless: Sequence[_Lazy]) -> None:
        self.rule = rule
        self._pattern = _Lazy(pattern.regex)
        self._needs = pattern.needs[1:]
        self._unless = unless

    def has_its_words(self, words: frozenset[str]) -> bool:
        """Whether every set of words that the pattern needs has one among these."""
        return not any(need.isdisjoint(words) for need in self._needs)

    def find(self, text: str) -> list[re.Match[str]]:
        """Return the matches, unless the sentence says that they mean something else."""
        # A first match may be denied and a second one meant; nobody needs to say it more often to be heard.
        matches = list(islice(self._pattern.search.finditer(text), _MOST_MATCHES))
        if matches and any(other.search.search(text) for other in self._unless):
            return []
        return matches


class _Heard:
    """One scope, ready to be looked for around a match."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._before = [_Lazy(source + "$") for source in scope.before]
        self._after = [_Lazy(source) for source in scope.after]
        self._near = [_Lazy(source) for source in scope.near]
        self._beside = [_Lazy(source) for source in scope.beside]
        self._unless = [_Lazy(source) for source in scope.unless]

    def lowers(self, rule: Rule, match: re.Match[str], sentence: Sentence, beside: Sequence[Sentence]) -> int:
        """Return by how many steps this scope lowers the match; 0 when it is not there."""
        if rule.category in self._scope.spares:
            return 0
        around = self._around(match, sentence) or any(
            lazy.search.search(other.text) for lazy in self._beside for other in beside
        )
        if not around or any(lazy.search.search(sentence.text) for lazy in self._unless):
            return 0
        return self._scope.lowers

    def _around(self, match: re.Match[str], sentence: Sentence) -> bool:
        text = sentence.text
        start = match.start() + 1
        # The clause opens with the space before its first word, so that a pattern can stand at its very beginning.
        clause = text[max(0, sentence.clause(start)) : start]
        return (
            any(lazy.search.search(clause) for lazy in self._before)
            or any(lazy.search.match(text, match.end()) for lazy in self._after)
            or any(lazy.search.search(text) for lazy in self._near)
        )


def _vocabulary(bank: Bank) -> set[str]:
    """Return every word that a pattern of the bank names."""
    sources = (pattern.regex for rule in bank.rules for pattern in rule.patterns)
    return {word for source in sources for word in _WORD.findall(source.replace(r"\S", ""))}
