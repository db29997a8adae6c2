"""The pattern language, and the promise that no pattern can run away."""

from __future__ import annotations

import re
import re._parser as parser
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage import loading
from bot.triage.patterns import Compiler, PatternError
from bot.triage.sentences import WINDOW

BANKS = [loading.read(language).bank for language in loading.languages()]
REGEXES = sorted(
    {pattern.regex for bank in BANKS for rule in bank.rules for pattern in rule.patterns}
    | {source for bank in BANKS for rule in bank.rules for source in rule.unless}
    | {
        source
        for bank in BANKS
        for scope in bank.scopes
        for source in (*scope.before, *scope.after, *scope.near, *scope.beside, *scope.unless)
    }
)
# Steps of a backtracking matcher for each character of a window; measured at most a third of this.
STEPS_PER_CHARACTER = 200


class Walk:
    """A plain backtracking matcher that counts its steps, as Python's own would take them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0

    def search(self, tree: Sequence[Any]) -> bool:
        return any(next(self.match(tree, 0, start), None) is not None for start in range(len(self.text) + 1))

    def match(self, tree: Sequence[Any], index: int, place: int) -> Iterator[int]:
        if index == len(tree):
            yield place
            return
        for end in self.one(tree[index], place):
            yield from self.match(tree, index + 1, end)

    def one(self, node: Any, place: int) -> Iterator[int]:
        self.steps += 1
        kind, value = str(node[0]), node[1]
        if kind == "BRANCH":
            return (end for option in value[1] for end in self.match(option, 0, place))
        if kind == "SUBPATTERN":
            return self.match(value[3], 0, place)
        if kind.endswith("_REPEAT"):
            return self.repeat(kind, *value, place)
        if kind.startswith("ASSERT"):
            return self.look(kind, *value, place)
        return iter([place + (kind != "AT")] if self.stands(kind, value, place) else [])

    def stands(self, kind: str, value: Any, place: int) -> bool:
        if kind == "AT":
            return place == (len(self.text) if "END" in str(value) else 0)
        return place < len(self.text) and self.fits(kind, value, self.text[place])

    def fits(self, kind: str, value: Any, sign: str) -> bool:
        if kind == "IN":
            classes = {str(name) for _, name in value}
            return (sign.isdigit() and "CATEGORY_DIGIT" in classes) or (sign != " " and "CATEGORY_NOT_SPACE" in classes)
        return (ord(sign) == value) is (kind == "LITERAL")

    def repeat(self, kind: str, least: int, most: Any, body: Any, place: int) -> Iterator[int]:
        if kind == "POSSESSIVE_REPEAT":
            yield from self.all_or_nothing(least, body, place)
            return
        if least == 0 and kind == "MIN_REPEAT":
            yield place
        if int(most) > 0:
            for end in self.match(body, 0, place):
                yield from self.repeat(kind, max(least - 1, 0), min(int(most) - 1, 400), body, end)
        if least == 0 and kind == "MAX_REPEAT":
            yield place

    def all_or_nothing(self, least: int, body: Any, place: int) -> Iterator[int]:
        times = 0
        while (end := next(self.match(body, 0, place), None)) is not None:
            times, place = times + 1, end
        if times >= least:
            yield place

    def look(self, kind: str, direction: int, body: Any, place: int) -> Iterator[int]:
        start = place if direction > 0 else place - body.getwidth()[0]
        found = start >= 0 and next(self.match(body, 0, start), None) is not None
        if found is (kind == "ASSERT"):
            yield place


def steps(regex: str, text: str) -> int:
    walk = Walk(text)
    walk.search(parser.parse(regex))
    return walk.steps


def words_of(regex: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", regex.replace(r"\S", "").replace(r"\d", "")) or ["a"]


def test_a_pattern_matches_words_choices_lists_gaps_numbers_and_ends():
    regex = re.compile(Compiler({"pet": "cat | small dog"}).compile("^ my <pet> ~2 (ate|took) <number>? pills $").regex)
    assert regex.search(" my small dog just now ate 20 pills ")
    assert regex.search(" my cat took pills ")
    assert not regex.search(" then my cat took pills ")
    assert not regex.search(" my cat once upon a time took pills ")


def test_a_gap_never_swallows_a_negation():
    regex = re.compile(Compiler({}, negations=["not"]).compile("i ~3 die").regex)
    assert regex.search(" i want to die ")
    assert not regex.search(" i do not die ")


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ("kill (me|", "empty choice"),
        ("kill (me", "never closes"),
        ("kill me)", "never opened"),
        ("? kill", "nothing before it"),
        ("<nowhere> me", "words.yaml does not have"),
        ("kill+ me", "not a word"),
        ("~3", "at least one word"),
        ("kill ~x me", "means nothing here"),
        ("kill - me", "not a word"),
    ],
)
def test_a_pattern_that_breaks_the_language_is_refused_with_a_remedy(source, remedy):
    with pytest.raises(PatternError, match=re.escape(remedy)):
        Compiler({}).compile(source)


def test_no_expression_of_the_bank_repeats_without_bound():
    # The one exception is the letters of a word, which are taken whole and never given back.
    assert [regex for regex in REGEXES if re.search(r"[*+]|\{\d+,\}", regex.replace(r"\S++ ", ""))] == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_expression_of_the_bank_runs_away_on_a_window_of_its_own_words(data):
    regex = data.draw(st.sampled_from(REGEXES))
    own = st.sampled_from(words_of(regex))
    chosen = data.draw(st.lists(own, min_size=1, max_size=6))
    window = (" " + " ".join(chosen * WINDOW))[: WINDOW * 6] + " "
    assert steps(regex, window) <= STEPS_PER_CHARACTER * len(window)
