"""What else a step can hold: several answers, plans, pictures, other languages."""

from __future__ import annotations

from datetime import time

import pytest

from bot.engine.effects import Ask, Ended, Picture, Schedule
from bot.engine.events import (
    Begin,
    Skip,
    Stop,
)
from flows.model import Choice
from tests.bot.engine.talking import MAIN, Talk
from tests.flows.making import flow_of


def test_several_answers_are_tapped_one_by_one():
    flow = flow_of("""
    first: {ask: Which?, answer: {many: {choices: {a: Ash, b: Birch, c: Cedar}, max: 2}}, save: trees, next: last}
    last: {say: "{trees}.", end: done}
    """)
    talk = Talk(flow).do(Begin("small"))
    assert talk.session.prompt.values == ("a", "b", "c")
    assert talk.tap("b").words == ['So far: Birch. Tap more, or "Done".']
    assert talk.session.prompt.values == ("a", "c", "~done")
    assert talk.tap("a").words == ["Birch, Ash."]
    assert talk.of(Ended) == [Ended("small", "done", {"trees": ["b", "a"]})]


def test_a_plan_for_a_check_in_is_made_of_what_was_chosen():
    flow = flow_of("""
    first: {ask: When?, answer: time, save: at, next: days}
    days: {ask: Which days?, answer: {many: {choices: {mon: Monday, fri: Friday}}}, save: days, next: plan}
    plan: {schedule: {check_in: daily, at: at, days: days}, end: done}
    """)
    talk = Talk(flow).do(Begin("small")).type("9", "friday, monday")
    assert talk.of(Schedule) == [Schedule("daily", time(9), (0, 4))]


@pytest.mark.parametrize(
    ("at", "days", "planned"),
    [
        ("'09:30'", "workdays", [Schedule("daily", time(9, 30), (0, 1, 2, 3, 4))]),
        ("'09:30'", "sun", [Schedule("daily", time(9, 30), (6,))]),
        ("late", "every_day", []),
        ("'09:30'", "never", []),
    ],
)
def test_a_plan_may_be_written_out_and_a_wrong_one_plans_nothing(at, days, planned):
    flow = flow_of(f"first: {{schedule: {{check_in: daily, at: {at}, days: {days}}}, end: done}}")
    assert Talk(flow).do(Begin("small")).of(Schedule) == planned


def test_a_skipped_time_plans_nothing():
    flow = flow_of("""
    first: {ask: When?, answer: time, save: at, skippable: true, next: plan}
    plan: {schedule: {check_in: daily, at: at, days: every_day}, end: done}
    """)
    assert Talk(flow).do(Begin("small"), Skip()).of(Schedule) == []


def test_values_are_shown_the_way_people_read_them():
    flow = flow_of("""
    first: {ask: Yes?, answer: yes_no, save: sure, next: much}
    much: {ask: How much?, answer: {number: {min: 0, max: 9}}, save: much, next: which}
    which: {ask: Which?, answer: {choice: {a: Ash tree, b: Birch}}, save: which, next: last}
    last: {say: "{sure}, {much}, {which}.", end: done}
    """)
    assert Talk(flow).do(Begin("small")).type("yes", "2.50", "1").words == ["Yes, 2.5, Ash tree."]


def test_a_picture_has_words_beside_it():
    flow = flow_of('first: {picture: {name: hill, text: "A hill, {person.name}."}, end: done}')
    assert Talk(flow).do(Begin("small", {"person.name": "Ana"})).of(Picture) == [Picture("hill", "A hill, Ana.")]


def test_the_engine_speaks_the_language_of_the_person():
    talk = Talk(flow_of(MAIN, name="main"), language="de").do(Begin("main"), Stop())
    assert talk.words == ["Angehalten. Dein Platz ist gemerkt; sag „weitermachen“, wenn du weiter willst."]


def test_yes_and_no_are_buttons_in_the_language_of_the_person(talk):
    talk.language = "es"
    talk.type("7", "x")
    assert talk.of(Ask)[0].choices == (Choice("yes", "Sí"), Choice("no", "No"))
    assert talk.type("claro").of(Ended)[0].saved["sure"] is True


def test_missing_numbers_never_read_as_no_answer():
    talk = Talk(flow_of('first: {say: "{crisis_lines}", end: done}')).do(Begin("small"))
    assert talk.words == ["Emergency: the emergency number of your country"]
