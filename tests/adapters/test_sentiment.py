"""The sentiment adapter against VADER itself."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from adapters.sentiment import Sentiment

ORIGINAL = SentimentIntensityAnalyzer()
OURS = Sentiment()
TELLING = [
    *sorted(ORIGINAL.lexicon)[::40],
    *BOOSTER_DICT,
    *NEGATE,
    *(word for idiom in SPECIAL_CASES for word in idiom.split()),
    *("so", "this", "never", "without", "doubt", "least", "at", "very", "but", "BUT", "kind", "of", "no", "or", "nor"),
    *("GOOD", "bad!", "(sad)", ":)", ":(", "😀", "💔", "don't", "isn't"),
]
texts = st.lists(st.sampled_from(TELLING) | st.text(max_size=6), max_size=24).map(" ".join)


@settings(max_examples=600, deadline=None)
@given(texts)
def test_scores_are_the_original_s_to_the_last_bit(text):
    assert OURS.polarity_scores(text) == ORIGINAL.polarity_scores(text)
    assert OURS(text) == ORIGINAL.polarity_scores(text)["compound"]


@pytest.mark.parametrize("seed", range(300))
def test_scores_of_words_that_act_on_each_other_are_the_original_s(seed):
    dice = random.Random(seed)
    text = " ".join(dice.choice(TELLING) for _ in range(dice.randrange(1, 40)))
    assert OURS.polarity_scores(text) == ORIGINAL.polarity_scores(text)


class Counting(str):
    """A word that counts how often it is lower-cased."""

    __slots__ = ()
    times = 0

    def lower(self) -> str:
        Counting.times += 1
        return str(self).lower()


@pytest.mark.parametrize("word", ["sad", "but", "never"])
def test_the_checks_do_work_that_grows_with_the_length_and_not_its_square(word):
    def work(length: int) -> int:
        Counting.times = 0
        words = [Counting(word) for _ in range(length)]
        for i in range(3, length):
            for start in range(3):
                OURS._negation_check(1.0, words, start, i)
            OURS._special_idioms_check(1.0, words, i)
        OURS._but_check(words, [1.0] * length)
        return Counting.times

    assert work(4000) <= 11 * work(400)


def test_a_text_without_any_word_of_the_lexicon_has_no_mood():
    assert OURS("7") == 0.0
    assert OURS("") == 0.0
