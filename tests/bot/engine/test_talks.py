"""Whole talks: stopped, resumed, left, interrupted, and with flows inside flows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.engine.effects import Ended, Escalate, Say
from bot.engine.engine import step
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Begin,
    Interrupt,
    Leave,
    Resume,
    Skip,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.model.talk import Session
from tests.bot.engine.talking import NINE, OTHER, Talk
from tests.flows.making import flow_of

# --- stop, resume, leave, start over ----------------------------------------------------------------------------------


def test_stop_parks_and_resume_comes_back_to_the_same_question(talk):
    talk.type("7").do(Stop())
    assert talk.session.stack == ()
    assert talk.session.prompt is None
    assert talk.session.wake_at is None
    assert talk.of(Ended) == [Ended("main", "stopped", {"mood": 7})]
    assert talk.do(Resume()).words == ['We were at step 2 of 3 of "Main".', "Why 7?"]


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, 'We were at step 1 of 3 of "Main", yesterday.'), (3, 'We were at step 1 of 3 of "Main", 3 days ago.')],
)
def test_resume_tells_how_long_ago_it_was(talk, days, words):
    talk.do(Stop())
    talk.now += timedelta(days=days)
    assert talk.do(Resume()).words[0] == words


def test_leave_drops_the_running_talk(talk):
    talk.do(Leave())
    assert talk.of(Ended)[0].how == "left"
    assert talk.session == Session()


def test_leave_drops_the_parked_talk(talk):
    assert talk.do(Stop(), Leave()).session == Session()


def test_start_over_begins_anew_with_what_was_given(talk):
    talk.type("7").do(StartOver())
    assert talk.words == ["Hello Ana.", "How is it, from 0 to 10?"]
    assert talk.session.stack[0].saved == {"person.name": "Ana"}


def test_start_over_works_on_a_parked_talk(talk):
    talk.type("7").do(Stop(), StartOver())
    assert talk.place == "first"
    assert talk.session.parked == ()


def test_another_flow_parks_the_running_one(talk):
    talk.type("7").do(Begin("other"))
    assert [frame.flow for frame in talk.session.stack] == ["other"]
    assert talk.do(Resume()).words[-1] == "Why 7?"
    assert [frame.flow for frame in talk.session.parked] == ["other"]


def test_again_asks_the_open_question_again(talk):
    assert talk.type("7").do(Again()).words == ["Why 7?"]


@pytest.mark.parametrize(
    "event", [Answered("x"), Back(), Skip(), Stop(), Resume(), StartOver(), Leave(), Again(), WaitElapsed()]
)
def test_without_a_talk_nothing_happens(talk, event):
    assert step(talk.library, Session(), event, NINE) == (Session(), ())


def test_an_unknown_flow_is_said_and_changes_nothing(talk):
    before = talk.session
    assert talk.do(Begin("nothing")).words == ["I do not have that exercise."]
    assert talk.session == before


# --- interrupts and calls ---------------------------------------------------------------------------------------------


def test_an_interrupt_comes_back_to_the_same_question_with_a_line_of_context(talk):
    talk.type("7").do(Interrupt("other"))
    assert talk.words == ["A word?"]
    talk.type("oh")
    assert talk.of(Ended) == [Ended("other", "done", {"word": "oh"})]
    assert talk.words == ["Thanks, oh.", 'Back to "Main", step 2 of 3.', "Why 7?"]


def test_an_interrupt_knows_the_facts_of_the_talk_below(talk):
    talk.do(Interrupt("other", {"crisis_lines": "numbers"}))
    assert talk.session.stack[-1].saved == {"person.name": "Ana", "crisis_lines": "numbers"}


def test_the_same_interrupt_twice_asks_its_question_again(talk):
    talk.do(Interrupt("other"), Interrupt("other"))
    assert talk.words == ["A word?"]
    assert len(talk.session.stack) == 2


def test_interrupts_in_one_another_stay_bounded_and_open(talk):
    for _ in range(60):
        talk.do(Interrupt("other"), Interrupt("main", {"person.name": "Ana"}))
    assert len(talk.session.stack) <= 20
    assert talk.place == "first"


def test_back_from_the_first_question_of_an_interrupt_returns_to_the_talk_below(talk):
    talk.type("7").do(Interrupt("other"), Back())
    assert talk.words == ["Why 7?"]
    assert talk.of(Ended)[0].how == "left"


def test_a_called_flow_brings_its_answers_back(talk):
    talk.do(Begin("calling")).type("go", "hey")
    assert talk.words == ["Thanks, hey.", "You said hey. Right?"]


def test_back_over_a_called_flow_takes_its_answers_back(talk):
    talk.do(Begin("calling"))
    before = talk.session
    talk.type("go", "hey").do(Back())
    assert talk.session == before


def test_back_inside_a_called_flow_returns_to_the_caller(talk):
    talk.do(Begin("calling")).type("go").do(Back())
    assert talk.words == ["Go?"]
    assert len(talk.session.stack) == 1


def test_back_at_the_first_question_of_a_flow_that_only_calls_stays_there():
    calling = flow_of("first: {call: other, next: last}\nlast: {end: done}", name="calling")
    talk = Talk(calling, flow_of(OTHER, name="other")).do(Begin("calling"), Back())
    assert talk.words == ["This is the first question.", "A word?"]
    assert len(talk.session.stack) == 2


def test_a_called_flow_gets_what_it_is_handed():
    inner = flow_of(
        'first: {ask: "{what} {person.name}?", answer: none, next: last}\nlast: {end: done}',
        name="inner",
        more="given: {what: nothing}\n",
    )
    outer = flow_of("""
    first: {ask: A word?, answer: text, save: word, next: inner}
    inner: {call: inner, with: {what: "{word}"}, next: last}
    last: {end: done}
    """)
    assert Talk(inner, outer).do(Begin("small", {"person.name": "Ana"})).type("hey").words == ["hey Ana?"]


def test_a_hand_off_calls_a_human_and_goes_on():
    flow = flow_of("first: {call: human_handoff, with: {reason: distress}, next: last}\nlast: {say: Bye., end: done}")
    assert Talk(flow).do(Begin("small")).last[1:3] == (Escalate("distress"), Say("Bye."))


def test_a_flow_that_needs_a_permission_does_not_start_without(talk):
    needing = flow_of(OTHER, name="needing", more="needs: [consent.exercises]\n")
    talk = Talk(needing).do(Begin("needing"))
    assert talk.words == ['This needs your permission first. You can give it under "privacy".']
    assert talk.session == Session()
    assert talk.do(Begin("needing", {"consent.exercises": True})).words == ["A word?"]


def test_a_called_flow_without_its_permission_is_passed_by():
    needing = flow_of(OTHER, name="needing", more="needs: [consent.exercises]\n")
    flow = flow_of("first: {call: needing, next: last}\nlast: {say: Bye., end: done}")
    talk = Talk(needing, flow).do(Begin("small"))
    assert talk.words == ['This needs your permission first. You can give it under "privacy".', "Bye."]
    assert Talk(needing, flow).do(Begin("small", {"consent.exercises": True})).words == ["A word?"]


def test_an_interrupt_without_its_permission_asks_the_open_question_again(talk):
    needing = flow_of(OTHER, name="needing", more="needs: [consent.exercises]\n")
    talk = Talk(needing, flow_of(OTHER, name="other")).do(Begin("other"), Interrupt("needing"))
    assert talk.words[-1] == "A word?"
    assert len(talk.session.stack) == 1


def test_the_way_a_called_flow_ended_can_decide():
    inner = flow_of("first: {end: left}", name="inner")
    outer = flow_of(
        "first: {call: inner, next: {left: no}, else: yes}\nyes: {say: Done., end: done}\nno: {say: Left., end: done}"
    )
    assert Talk(inner, outer).do(Begin("small")).words == ["Left."]
