"""The small language in which rules are written, turned into a regular expression that cannot run away.

`i (want|wish) to <die>`: words, choices in brackets, named lists, `?` after what may be missing, `~3` for up to three
words of any kind, `<number>` for one of two digits or more, `^` and `$` for the ends of a sentence. Repeats are always
bounded, so a match costs bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from msgspec import Struct

from bot.triage.normalise import WORDS, fold

_TOKEN = re.compile(r"~\d|<[a-z_0-9]+>|[()|?^$]|[^\s()|?<>~^$]+")
# Words that stand in nearly every sentence: searched by only when a pattern has nothing else.
_SMALL = frozenset(("i", "a", "an", "the", "and", "to", "of", "in", "it", "is", "am", "my", "me", "not", "you", "we"))
_EVERYWHERE = 5000
_MOST_NEEDS = 3


class PatternError(ValueError):
    """A pattern does not follow the language; the text says which part and what to do."""


class Pattern(Struct, frozen=True):
    """A compiled pattern: it can only match where each of `needs` has a word, the first being the rarest."""

    regex: str
    needs: tuple[frozenset[str], ...]


class _Part(Struct, frozen=True):
    """A piece of a pattern: its expression, and the sets of words of which it needs one each, rarest first."""

    regex: str
    needs: tuple[frozenset[str], ...] = ()


class Compiler:
    """Compiles patterns of one language. `common` words make poor anchors and are used only for want of better."""

    def __init__(self, lists: Mapping[str, str], common: Iterable[str] = (), negations: Iterable[str] = ()) -> None:
        self._lists = lists
        self._common = frozenset(common)
        # A gap never swallows a 'not': it would turn a denial into its opposite.
        words = "|".join(re.escape(fold(word)[0]) for word in negations)
        self._gap = rf"(?:(?!(?:{words}) )\S++ )" if words else r"(?:\S++ )"
        self._parts: dict[str, _Part] = {}

    def compile(self, source: str) -> Pattern:
        """Return the compiled pattern, or raise PatternError."""
        part = self._read(source)
        if not part.needs:
            raise PatternError(f"'{source}' needs at least one word that must be there")
        # The space before the first word is part of the match: a fixed beginning makes the search several times faster.
        return Pattern(regex=f" (?:{part.regex})", needs=part.needs)

    def context(self, source: str) -> str:
        """Return the expression of a pattern that is only ever searched beside a match, so it needs no anchor."""
        return f"(?<= )(?:{self._read(source).regex})"

    def _read(self, source: str) -> _Part:
        tokens = _TOKEN.findall(source)
        if "".join(tokens) != "".join(source.split()):
            raise PatternError(f"'{source}' holds a sign that means nothing here; use words, ( | ), ?, ~3 or <list>")
        part = self._choice(tokens, source)
        if tokens:
            raise PatternError(f"'{source}' closes a bracket that was never opened")
        return part

    def _choice(self, tokens: list[str], source: str) -> _Part:
        options = [self._sequence(tokens, source)]
        while tokens and tokens[0] == "|":
            tokens.pop(0)
            options.append(self._sequence(tokens, source))
        return options[0] if len(options) == 1 else _either(options)

    def _sequence(self, tokens: list[str], source: str) -> _Part:
        parts: list[_Part] = []
        while tokens and tokens[0] not in ("|", ")"):
            part = self._item(tokens, source)
            if tokens and tokens[0] == "?":
                tokens.pop(0)
                part = _Part(f"(?:{part.regex})?")
            parts.append(part)
        if not parts:
            raise PatternError(f"'{source}' has an empty choice; leave it out or write a word")
        needs = sorted({need for part in parts for need in part.needs}, key=self._cost)
        return _Part("".join(part.regex for part in parts), tuple(needs[:_MOST_NEEDS]))

    def _item(self, tokens: list[str], source: str) -> _Part:
        sign = tokens.pop(0)
        if sign == "(":
            part = self._choice(tokens, source)
            if not tokens:
                raise PatternError(f"'{source}' opens a bracket and never closes it")
            tokens.pop(0)
            return part
        if sign == "?":
            raise PatternError(f"'{source}' has a ? with nothing before it")
        return self._plain(sign, source)

    def _plain(self, sign: str, source: str) -> _Part:
        if sign in ("^", "$"):
            return _Part("(?:(?<=^ ))" if sign == "^" else "$")
        if sign.startswith("~"):
            return _Part(f"{self._gap}{{0,{int(sign[1:])}}}?")
        if sign.startswith("<"):
            return self._named(sign[1:-1], source)
        plain = fold(sign)[0]
        words = WORDS.findall(plain)
        if not words or WORDS.sub("", plain).strip("-"):
            raise PatternError(f"'{source}' holds '{sign}', which is not a word; write words, ( | ), ?, ~3 or <list>")
        return _Part("".join(re.escape(word) + " " for word in words), tuple(frozenset([word]) for word in words))

    def _named(self, name: str, source: str) -> _Part:
        if name == "number":
            return _Part(r"\d{2,9} ")
        if name not in self._lists:
            raise PatternError(f"'{source}' names the list <{name}>, which words.yaml does not have")
        if name not in self._parts:
            self._parts[name] = self._read(self._lists[name])
        return self._parts[name]

    def _cost(self, need: frozenset[str]) -> tuple[int, list[str]]:
        cost = sum(_EVERYWHERE if word in _SMALL else 100 if word in self._common else 1 for word in need)
        return cost, sorted(need)


def _either(options: list[_Part]) -> _Part:
    """Return a choice: it needs one of the rarest words of its options, when each option needs any."""
    regex = "(?:" + "|".join(option.regex for option in options) + ")"
    if not all(option.needs for option in options):
        return _Part(regex)
    return _Part(regex, (frozenset(chain.from_iterable(option.needs[0] for option in options)),))
