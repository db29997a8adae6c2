"""Plain forms: what counts as the same words, and how far a slip may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.normal import LONGEST, nearly, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stop", "stop"),
        ("  ¡Atrás!  ", "atras"),
        ("I’m  not\nsafe…", "im not safe"),
        ("Yes, I am safe.", "yes i am safe"),
        ("ZURÜCK!!", "zuruck"),
        ("Straße", "strasse"),
        ("9.30 p.m.", "9.30 p.m"),
        ("☹", ""),
        ("ﬁne", "fine"),
        ("止めて", "止めて"),
    ],
)
def test_a_text_has_one_plain_form(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("birhc", "birch"),
        ("brch", "birch"),
        ("birrch", "birch"),
        ("burch", "birch"),
        ("start ovre", "start over"),
        ("stop", "stop"),
    ],
)
def test_one_slip_in_a_word_is_near(typed, word):
    assert nearly(typed, word)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("unsafe", "safe"),
        ("not", "now"),
        ("ever", "never"),
        ("bihcr", "birch"),
        ("birch tree", "birch"),
        ("im not safe", "im now safe"),
        ("spot", "stop it"),
        ("x" * 61, "x" * 60),
    ],
)
def test_more_than_a_slip_is_not(typed, word):
    assert not nearly(typed, word)


@given(st.text(max_size=400))
def test_a_plain_form_is_bounded_and_compares_either_way(text):
    form = plain(text)
    assert len(form) <= LONGEST * 20
    assert nearly(form, form)
    assert nearly(form, "stop") == nearly("stop", form)
