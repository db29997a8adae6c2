"""Splitting and escaping: pure, so tried with any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.splitting import split
from adapters.slack.words import escape, escaped_length, to_plain

LONG = st.builds(lambda text, times: text * times, st.text(max_size=60), st.integers(min_value=1, max_value=60))


@given(LONG, st.integers(min_value=8, max_value=300))
def test_pieces_joined_are_the_text_and_each_fits(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join(pieces) == text
    assert all(0 < len(escape(piece)) <= limit for piece in pieces)


@given(st.text())
def test_the_escaped_length_is_the_length_once_escaped(text: str) -> None:
    assert escaped_length(text) == len(escape(text))


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")))
def test_escaping_and_reading_give_the_words_back(text: str) -> None:
    assert to_plain(escape(text)) == text


@given(st.text(alphabet="ab .\n", max_size=200), st.integers(min_value=60, max_value=120))
def test_a_number_to_call_is_never_cut(padding: str, limit: int) -> None:
    number = "+" + " (0) ".join(["00", "00-00", "00/00"])
    text = f"{padding} {number} {padding}"
    assert any(number in piece for piece in split(text, limit))


def test_a_family_of_joined_emoji_is_never_cut() -> None:
    family = "👨‍👩‍👧‍👦"
    pieces = split(family * 40, 50)
    assert all(len(piece) % len(family) == 0 for piece in pieces)


def test_an_accent_stays_on_its_letter() -> None:
    assert all(len(piece) % 2 == 0 for piece in split("e\u0301" * 40, 31))


def test_a_letter_under_endless_accents_is_cut_all_the_same() -> None:
    assert len(split("e" + "\u0301" * 1000, 100)) == 11


def test_a_text_is_cut_where_a_reader_pauses() -> None:
    assert split("One two three. Four five six. Seven", 20) == ["One two three. ", "Four five six. Seven"]


def test_slacks_markup_reads_as_its_label() -> None:
    said = "<@U0BOB|bob> <#C0X|general> <!here> <https://a.example|site> <https://b.example> 1 &lt; 2"
    assert to_plain(said) == "@bob #general @here site https://b.example 1 < 2"


def test_angle_brackets_that_are_no_markup_stay() -> None:
    assert to_plain("I <3 you > me") == "I <3 you > me"


def test_what_no_database_takes_is_replaced() -> None:
    assert to_plain("a\x00b\ud800c") == "a\ufffdb\ufffdc"
