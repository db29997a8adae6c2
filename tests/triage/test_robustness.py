"""Whatever arrives is assessed: no exception, no lost text, and work that grows with the length only."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.worry import Level
from bot.triage import matching, sentences, triage
from bot.triage.banks import Banks
from bot.triage.lexicon import Lexicon
from bot.triage.policy import Policy
from bot.triage.triage import Triage
from tests.triage.conftest import NOW

CRISIS = "I want to kill myself tonight"
HARD = {
    "emoji": "😀" * 2048,
    "zalgo": "h̷̢̛̗e̸l̵l̶o̷" * 500,
    "right to left": "\u202eI am fine\u202c " * 200,
    "NUL": "a\x00b\x00" * 500,
    "lone surrogates": "\ud800\udc00\ud800 ok \udfff",
    "newlines": "\n" * 10_000,
    "nested quotes": "\"'" * 5000 + "x" + "'\"" * 5000,
    "one endless word": "a" * 100_000,
    "one endless number": "1" * 100_000,
    "dots": "." * 50_000,
    "spaced letters": "k i l l " * 5_000,
    "stars": "*" * 20_000,
    "leet": "k1ll m3 " * 4_000,
    "glued words": "wanttodie" * 3_000,
    "open brackets": "((((" * 5_000,
    "digits of other scripts": "٣٤٥ ४५६ " * 1000,
    "nothing": "",
    "spaces": " \t\r\n ",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_a_hard_text_is_assessed_and_hides_no_crisis_behind_it(ask, text):
    assert isinstance(ask(text).level, Level)
    assert ask(f"{text}\n{CRISIS}").level >= Level.HIGH


@pytest.mark.parametrize("place", [0, 20_000, 39_900])
def test_a_crisis_anywhere_in_a_very_long_message_is_heard(ask, place):
    filler = "today was a long day at work and we had soup. " * 900
    said = ask(f"{filler[:place]}. {CRISIS}. {filler[place:]}")
    assert said.level == Level.IMMINENT


def test_a_crisis_in_a_very_long_sentence_without_a_stop_is_heard(ask):
    filler = "and then we went on and on " * 500
    assert ask(f"{filler} i want to kill myself {filler}").level >= Level.HIGH


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300), place=st.integers(0, 10))
def test_assess_never_raises_and_spans_stay_inside_the_text(text, place, shipped):
    said, heard = shipped.assess(
        text[:place] + " kms " + text[place:], heard=None, question=None, language="en", now=NOW
    )
    assert all(0 <= start <= end <= len(text) + 5 for start, end in (reason.span for reason in said.reasons))
    assert heard.recent


class Counted:
    """Counts the characters that expressions are searched in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.characters = 0
        self.windows = 0
        find, window = matching._Search.find, sentences.Sentence.__init__

        def counting_find(search: matching._Search, text: str) -> list[re.Match[str]]:
            self.characters += len(text)
            return find(search, text)

        def counting_window(sentence: sentences.Sentence, *parts: object) -> None:
            self.windows += 1
            window(sentence, *parts)  # type: ignore[arg-type]

        monkeypatch.setattr(matching._Search, "find", counting_find)
        monkeypatch.setattr(sentences.Sentence, "__init__", counting_window)


@pytest.mark.parametrize("stop", [". ", " "], ids=["sentences", "one endless sentence"])
def test_ten_times_the_text_costs_ten_times_the_work(shipped, monkeypatch, stop):
    def work(times: int) -> tuple[int, int]:
        counted = Counted(monkeypatch)
        text = f"i can not take this pain and i want it to end{stop}" * times
        shipped.assess(text, heard=None, question=None, language="en", now=NOW)
        monkeypatch.undo()
        return counted.characters, counted.windows

    once, ten = work(60), work(600)
    assert all(few and many <= 11 * few for few, many in zip(once, ten, strict=True))


def broken(text: str) -> float:
    raise RuntimeError("the scorer is down")


def test_a_scorer_that_fails_leaves_the_rules_at_work_and_sends_the_reply_to_people():
    said, _ = triage.load(broken).assess("hello", heard=None, question=None, language="en", now=NOW)
    assert (said.unscored, said.level) == (True, Level.ELEVATED)
    said, _ = triage.load(broken).assess(CRISIS, heard=None, question=None, language="en", now=NOW)
    assert (said.unscored, said.level) == (True, Level.IMMINENT)


def test_triage_without_any_rule_at_all_sends_every_reply_to_people():
    bare = Triage(Banks([]), Lexicon([]), Policy(), None)
    said, heard = bare.assess("hello", heard=None, question=None, language="en", now=NOW)
    assert (said.unscored, said.level) == (True, Level.ELEVATED)
    assert heard.recent
