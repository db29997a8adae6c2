"""How typed answers are read: what counts for which kind of question, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.reading import Context, Wrong, read
from flows.model import Answer, AnswerKind, Choice
from flows.phrases import phrases_of

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
CONTEXT = Context(phrases_of("en"), "en", MONDAY)
TREES = (
    Choice("ash", "Ash tree"),
    Choice("birch", "Birch"),
    Choice("big", "A big old oak"),
    Choice("no_tree", "No tree"),
)
SAFETY = (Choice("safe", "I am safe"), Choice("unsafe", "I am not safe"), Choice("unsure", "I am unsure"))
CHOICE = Answer(AnswerKind.CHOICE, TREES)
PERCENT = Answer(AnswerKind.NUMBER, minimum=0, maximum=100)
SCALE = Answer(
    AnswerKind.SCALE,
    tuple(Choice(str(n), f"{n} {word}".strip()) for n, word in enumerate(["worst", "", "best"], 3)),
    3,
    5,
)


def typed(answer, text, language="en"):
    return read(answer, text, "", Context(phrases_of(language), language, MONDAY))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Birch", "birch"),
        (" BIRCH. ", "birch"),
        ("2", "birch"),
        ("ash tree", "ash"),
        ("ash", "ash"),
        ("a big", "big"),
        ("birhc", "birch"),
        ("brich", "birch"),
        ("bich", "birch"),
        ("no tree", "no_tree"),
    ],
)
def test_a_choice_is_typed_by_label_number_beginning_or_with_a_slip(text, value):
    assert typed(CHOICE, text) == value


def test_a_choice_may_be_meant_by_other_words():
    answer = Answer(AnswerKind.CHOICE, (Choice("safe", "I am safe", ("yes",)), Choice("unsafe", "In danger", ("no",))))
    assert typed(answer, "No!") == "unsafe"
    assert typed(answer, "Yes") == "safe"


@pytest.mark.parametrize("text", ["", "a", "oak tree", "5", "0", "?", "fir", "ash or birch", "x" * 10_000])
def test_anything_else_is_no_choice(text):
    assert typed(CHOICE, text) == Wrong("choice")


@pytest.mark.parametrize(
    ("text", "value"),
    [("unsafe", "unsafe"), ("I'm not safe", Wrong("choice")), ("i am not", "unsafe"), ("not safe", Wrong("choice"))],
)
def test_not_safe_is_never_read_as_safe(text, value):
    assert typed(Answer(AnswerKind.CHOICE, SAFETY), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("70", 70),
        (" 70% ", 70),
        ("about 70", 70),
        ("70/100", 70),
        ("70 out of 100", 70),
        ("72.5", 72.5),
        ("72,5", 72.5),
        ("seven", 7),
        ("0", 0),
        ("100.0", 100),
        ("I'd say 55, more or less", 55),
    ],
)
def test_a_number_is_found_in_a_sentence(text, value):
    assert typed(PERCENT, text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("very", "number"),
        ("", "number"),
        ("5-10", "number"),
        ("5 or 10", "number"),
        ("101", "range"),
        ("-1", "range"),
        ("9" * 5000, "number"),
        ("1e3", "number"),
        ("v2", "number"),
    ],
)
def test_what_is_no_number_or_out_of_range_is_told_apart(text, why):
    assert typed(PERCENT, text) == Wrong(why)


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("worst", 3), ("5 best", 5), ("five", 5), ("4", 4), ("bset", 5)])
def test_a_scale_is_answered_by_number_or_label(text, value):
    assert typed(SCALE, text) == value


@pytest.mark.parametrize("text", ["1", "2", "3.5", "6", "middling"])
def test_a_scale_takes_only_what_is_on_it(text):
    assert isinstance(typed(SCALE, text), Wrong)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [("Yes!", "en", True), ("nope", "en", False), ("ja", "de", True), ("nö", "de", False), ("Sí", "es", True)],
)
def test_yes_and_no_are_words_of_the_language(text, language, value):
    assert typed(Answer(AnswerKind.YES_NO), text, language) is value


def test_perhaps_is_neither():
    assert typed(Answer(AnswerKind.YES_NO), "perhaps") == Wrong("yes_no")


def test_several_answers_are_typed_with_commas():
    answer = Answer(AnswerKind.MANY, TREES, 1, 2)
    assert typed(answer, "birch, ash and birch") == ["birch", "ash"]
    assert typed(answer, "1; 2") == ["ash", "birch"]
    assert typed(answer, "ash, fir") == Wrong("many")
    assert typed(answer, "ash, birch, big") == Wrong("many")
    assert typed(answer, " , ") == Wrong("many")


def test_a_text_is_kept_as_it_is_within_its_limit():
    answer = Answer(AnswerKind.TEXT, limit=5)
    assert typed(answer, "  Ab c ") == "Ab c"
    assert typed(answer, "   ") == Wrong("empty")
    assert typed(answer, "abcdef") == Wrong("too_long")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("9", "en", "09:00"),
        ("9:30", "en", "09:30"),
        ("9.30 pm", "en", "21:30"),
        ("9am", "en", "09:00"),
        ("9 a.m.", "en", "09:00"),
        ("21:15", "en", "21:15"),
        ("2115", "en", "21:15"),
        ("at 7 in the evening", "en", "19:00"),
        ("half past 8 in the evening", "en", "20:30"),
        ("quarter to 9", "en", "08:45"),
        ("quarter past 9 pm", "en", "21:15"),
        ("12 am", "en", "00:00"),
        ("12 pm", "en", "12:00"),
        ("noon", "en", "12:00"),
        ("midnight", "en", "00:00"),
        ("24:00", "en", "00:00"),
        ("9 Uhr", "de", "09:00"),
        ("halb 9 abends", "de", "20:30"),
        ("19h30", "es", "19:30"),
        ("a las 9 de la noche", "es", "21:00"),
    ],
)
def test_a_time_is_read_the_way_people_write_it(text, language, value):
    assert typed(Answer(AnswerKind.TIME), text, language) == value


@pytest.mark.parametrize("text", ["", "soon", "25", "9:75", "9 or 10", "9:30:15", "1.5.2026", "tomorrow", "123"])
def test_what_is_no_time_is_asked_again(text):
    assert typed(Answer(AnswerKind.TIME), text) == Wrong("time")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("2026-12-01", "en", "2026-12-01"),
        ("1.12.2026", "en", "2026-12-01"),
        ("today", "en", "2026-11-23"),
        ("Tomorrow", "en", "2026-11-24"),
        ("gestern", "de", "2026-11-22"),
        ("5 October", "en", "2027-10-05"),
        ("December 5th", "en", "2026-12-05"),
        ("5. Dezember", "de", "2026-12-05"),
        ("5 de diciembre de 2026", "es", "2026-12-05"),
        ("Dec 5, 2027", "en", "2027-12-05"),
    ],
)
def test_a_date_is_read_the_way_people_write_it(text, language, value):
    assert typed(Answer(AnswerKind.DATE), text, language) == value


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "31.2.2026", "5 Brumaire", "12/05/2026", "29 February"])
def test_what_is_no_date_is_asked_again(text):
    assert typed(Answer(AnswerKind.DATE), text) == Wrong("date")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("Germany", "en", "DE"),
        ("DE", "en", "DE"),
        ("Deutschland", "de", "DE"),
        ("Alemania", "es", "DE"),
        ("germny", "en", "DE"),
        ("the United States", "en", "US"),
        ("USA", "en", "US"),
        ("UK", "en", "GB"),
        ("England", "en", "GB"),
        ("Österreich", "de", "AT"),
        ("cote d'ivoire", "en", "CI"),
        ("Germany", "xx", "DE"),
    ],
)
def test_a_country_is_named_or_coded(text, language, value):
    assert typed(Answer(AnswerKind.COUNTRY), text, language) == value


@pytest.mark.parametrize("text", ["no", "in", "me", "", "Europe", "Atlantis", "EU", "XX", "asdf"])
def test_a_word_that_is_also_a_code_is_no_country(text):
    assert typed(Answer(AnswerKind.COUNTRY), text) == Wrong("country")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("Europe/Berlin", "en", "Europe/Berlin"),
        ("europe/berlin", "en", "Europe/Berlin"),
        ("Berlin", "en", "Europe/Berlin"),
        ("berln", "en", "Europe/Berlin"),
        ("New York", "en", "America/New_York"),
        ("new_york", "en", "America/New_York"),
        ("São Paulo", "en", "America/Sao_Paulo"),
        ("San Francisco", "en", "America/Los_Angeles"),
        ("München", "de", "Europe/Berlin"),
        ("Germany", "en", "Europe/Berlin"),
        ("Japan", "en", "Asia/Tokyo"),
        ("utc", "en", "UTC"),
    ],
)
def test_a_zone_is_named_by_itself_a_city_or_a_country_of_one_time(text, language, value):
    assert typed(Answer(AnswerKind.ZONE), text, language) == value


@pytest.mark.parametrize("text", ["", "USA", "Canada", "here", "no", "Etc/GMT+3", "../../etc/passwd"])
def test_a_place_of_many_times_or_none_is_asked_again(text):
    assert typed(Answer(AnswerKind.ZONE), text) == Wrong("zone")


def test_any_word_goes_on_where_no_answer_is_asked_for():
    assert typed(Answer(AnswerKind.NONE), "ok") is True


@pytest.mark.parametrize(
    ("answer", "value", "expected"),
    [
        (CHOICE, "ash", "ash"),
        (CHOICE, "stale", Wrong("choice")),
        (SCALE, "4", 4),
        (SCALE, "9", Wrong("number")),
        (Answer(AnswerKind.YES_NO), "yes", True),
        (Answer(AnswerKind.YES_NO), "maybe", Wrong("yes_no")),
        (Answer(AnswerKind.NONE), "~next", True),
        (Answer(AnswerKind.NONE), "stale", Wrong("choice")),
        (Answer(AnswerKind.TIME), "09:00", "09:00"),
        (Answer(AnswerKind.TEXT), "stale", Wrong("empty")),
    ],
)
def test_a_button_counts_only_where_it_belongs(answer, value, expected):
    assert read(answer, "", value, CONTEXT) == expected


@given(
    st.sampled_from([CHOICE, SCALE, PERCENT, *(Answer(kind) for kind in AnswerKind)]),
    st.text(max_size=300),
    st.sampled_from(["en", "de", "es", "xx", "../x"]),
)
def test_no_text_breaks_the_reading(answer, text, language):
    read(answer, text, "", Context(phrases_of(language), language, MONDAY))
