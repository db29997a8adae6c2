"""Conditions: what they mean, what they refuse, and that they are total."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conditions import MAX_DEPTH, ConditionError, parse

SAVED = {"after": 80, "before": 70, "mood": "sad", "words": ["calm", "sad"], "ready": True, "nothing": None, "a.b": 3}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("after >= 80 and after >= before", True),
        ("after < before", False),
        ('mood == "sad"', True),
        ("mood == 'sad' and not ready", False),
        ("mood != 'sad' or ready", True),
        ("not (mood == 'sad' and ready)", False),
        ("'sad' in words", True),
        ("mood in words", True),
        ("'glad' in words", False),
        ("ready", True),
        ("ready == true", True),
        ("ready == 1", False),
        ("nothing == none", True),
        ("nothing", False),
        ("missing", False),
        ("missing == none", True),
        ("a.b == 3", True),
        ("answer > 0.5", True),
        ("answer == 1", True),
        ("after == 80.0", True),
        ("mood < 'tad'", True),
        ("true or false and false", True),
    ],
)
def test_a_condition_means_what_it_says(source, expected):
    assert parse(source).test(SAVED, 1) is expected


@pytest.mark.parametrize("source", ["nothing < 5", "mood > 5", "words >= 1", "missing <= 0", "5 in mood", "ready in 3"])
def test_values_that_have_no_order_compare_as_false(source):
    assert parse(source).test(SAVED, None) is False


@pytest.mark.parametrize(
    ("source", "offset", "what"),
    [
        ("", 0, "ends too early"),
        ("a ==", 4, "ends too early"),
        ("a = 1", 2, "a sign that conditions do not know"),
        ("a b", 2, "words after the end"),
        ("(a", 2, "a bracket that is not closed"),
        ("a and or b", 6, "'or' where a name"),
        ("f(1)", 1, "words after the end"),
        ("__import__('os')", 10, "words after the end"),
        ("1 < 2 < 3", 6, "words after the end"),
    ],
)
def test_anything_else_is_refused_with_its_place(source, offset, what):
    with pytest.raises(ConditionError) as refused:
        parse(source)
    assert what in str(refused.value)
    assert refused.value.offset == offset


@pytest.mark.parametrize("source", ["not " * (MAX_DEPTH + 1) + "a", "(" * 30 + "a" + ")" * 30, "a and " * 90 + "a"])
def test_a_condition_is_bounded(source):
    with pytest.raises(ConditionError):
        parse(source)


def test_a_condition_knows_the_names_it_reads():
    assert parse("a.b == 1 and not (c or answer == 'd')").names == {"a.b", "c"}


@given(st.text(alphabet="ab.()<>=!'\"01 andornti", max_size=60))
def test_every_text_is_read_or_refused_and_never_anything_else(source):
    try:
        condition = parse(source)
    except ConditionError:
        return
    assert condition.test(SAVED, None) in (True, False)
