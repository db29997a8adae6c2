"""Layer 0: the many ways to type the same words are read as one."""

from __future__ import annotations

import pytest

from bot.model.worry import Level
from bot.triage.normalise import fold
from bot.triage.spelling import Speller

WANT_TO_DIE = "i want to kill myself"
TYPED = {
    "capitals": "I WANT TO KILL MYSELF",
    "leet": "i w4nt to k1ll mys3lf",
    "stars": "i want to k*ll myself",
    "spaced letters": "i want to k i l l m y s e l f",
    "dotted letters": "i want to k.i.l.l myself",
    "stretched": "i waaaant to killll myself",
    "a lost letter": "i want to kill mysef",
    "swapped letters": "i want to kill myslef",
    "curly apostrophe": "I’m going to kill myself",
    "no apostrophe": "im gonna kill myself",
    "slang": "i wanna unalive myself",
    "initials": "i wanna kms",
    "hashtag": "feeling low #wanttokillmyself",
    "full width": "ｉ ｗａｎｔ ｔｏ ｋｉｌｌ ｍｙｓｅｌｆ",
    "cyrillic look-alikes": "i wаnt tо kіll mysеlf",
    "zero-width marks": "i want to k\u200bill my\u200dself",
    "zalgo": "i want to k̷̢i̸l̵l̶ m̷y̸s̴e̶l̸f̵",
    "italic mathematical letters": "𝘪 𝘸𝘢𝘯𝘵 𝘵𝘰 𝘬𝘪𝘭𝘭 𝘮𝘺𝘴𝘦𝘭𝘧",
    "an emoji at the end": "i want to kill myself 😀",
    "hesitation": "i want to... kill myself",
    "text before and after": "work was fine today. i want to kill myself. dinner was nice.",
}


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED)
def test_a_crisis_phrase_is_heard_however_it_is_typed(ask, text):
    assert ask(text).level >= Level.HIGH


@pytest.mark.parametrize(
    "text",
    ["c u 2nite b4 8", "the server has 4GB of RAM", "a b c d e", "gr8 news, thx!!!", "sooooo good", "h4ck th3 pl4n3t"],
)
def test_ordinary_disguise_alarms_nobody(ask, text):
    assert ask(text).level <= Level.LOW


def test_a_span_points_at_the_words_as_they_were_typed(ask):
    text = "Ü̲ber all of it… ﬁne. I’m going to kill my\u200dself, really"
    spans = [reason.span for reason in ask(text).reasons if reason.rule == "en.ideation.own-life"]
    assert [text[start:end] for start, end in spans] == ["kill my\u200dself"]


def test_folding_remembers_where_each_letter_stood():
    folded, places = fold("Straße ﬁn")
    assert folded == "strasse fin"
    assert places is not None
    assert [places[folded.index("e")], places[folded.index("n")]] == [5, 8]


def test_a_speller_leaves_unknown_words_alone():
    speller = Speller({}, [], ["kill", "myself"])
    assert speller.undisguised("meet at 8pm in r00m 4b") == "meet at 8pm in r00m 4b"
    assert speller.stands_for("administration") == ("administration",)
