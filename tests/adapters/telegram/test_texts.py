"""How long texts are cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.texts import parts, sendable, units

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
# Made up, and written as people write numbers; the digits are few so that nobody takes it for one.
NUMBER = "(1) 2-3.4"


def test_a_short_text_is_one_part() -> None:
    assert parts("Hello.") == ["Hello."]


def test_a_text_of_exactly_the_limit_is_one_part() -> None:
    assert parts("🌱" * 2048) == ["🌱" * 2048]
    assert len(parts("🌱" * 2048 + "x")) == 2


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One two three.\n\nFour five. Six\nseven eight", ["One two three.", "Four five. Six\nseven eight"]),
        ("One two three four\nfive six. Seven", ["One two three four", "five six. Seven"]),
        ("One two three four. Five six seven", ["One two three four.", "Five six seven"]),
        ("One two three four five six seven", ["One two three four five six", "seven"]),
    ],
)
def test_a_long_text_is_cut_at_the_widest_border(text: str, cut: list[str]) -> None:
    assert parts(text, 29) == cut


def test_a_cut_never_falls_into_a_number() -> None:
    for lead in range(40):
        text = "word " * 6 + "x" * lead + " " + NUMBER + " more words after it"
        assert sum(NUMBER in part for part in parts(text, 40)) == 1, (lead, parts(text, 40))


def test_a_cut_never_falls_into_what_people_see_as_one_character() -> None:
    for lead in range(12):
        for sign in (FAMILY, "e\u0301", "🇩🇪", "👍🏽", "\u1100\u1161\u11a8"):
            cut = parts("x" * lead + sign * 8, 20)
            assert all(re.fullmatch(f"x*({sign})*", part) for part in cut), (lead, sign, cut)


def test_half_characters_and_nul_are_made_sendable() -> None:
    assert sendable("a\ud83db\x00c\ud83d\ude00") == "a\ufffdbc😀"


@given(st.text(max_size=300), st.integers(8, 40))
def test_no_part_is_too_long_or_empty_and_no_visible_character_is_lost(text: str, limit: int) -> None:
    cut = parts(text, limit)
    assert all(units(part) <= limit for part in cut)
    assert cut == [""] or all(cut)
    assert "".join("".join(cut).split()) == "".join(sendable(text).split())


@given(st.text(alphabet="a .\n0123\u0301\u200d😀🇩", max_size=200))
def test_awkward_texts_are_cut_without_loss(text: str) -> None:
    cut = parts(text, 10)
    assert all(units(part) <= 10 for part in cut)
    assert "".join("".join(cut).split()) == "".join(sendable(text).split())
