"""Answers: what is saved and followed, asked again when wrong, skipped, and taken back."""

from __future__ import annotations

from datetime import timedelta

from bot.engine.effects import Ask, Ended, Escalate, Measure, Save, Say, Started, Withdrawn
from bot.engine.engine import step
from bot.engine.events import (
    Answered,
    Back,
    Begin,
    Skip,
)
from bot.model.talk import Session
from tests.bot.engine.talking import NINE, Talk
from tests.flows.making import flow_of


def test_a_flow_begins_with_its_first_question(talk):
    assert talk.last == (
        Started("main"),
        Say("Hello Ana."),
        Ask("How is it, from 0 to 10?", (), "number", True, (1, 3), "Main", False),
    )
    assert talk.session.wake_at == NINE + timedelta(hours=4)


def test_an_answer_is_saved_measured_and_followed(talk):
    talk.type("7")
    assert talk.last[:2] == (Save("main", "first", "mood", 7), Measure("first", "mood", 7.0))
    assert talk.words == ["Why 7?"]
    assert talk.of(Ask)[0].private


def test_the_condition_decides_the_way(talk):
    assert talk.type("2").words == ["That is low.", "Why 2?"]


def test_a_whole_talk_ends_with_what_was_saved(talk):
    talk.type("7", "rain", "yes")
    assert talk.words == ["Bye, rain."]
    assert talk.of(Ended) == [Ended("main", "done", {"mood": 7, "why": "rain", "sure": True})]
    assert talk.session == Session(parked_at=None)


def test_what_a_person_writes_is_never_parsed_again(talk):
    talk.type("7", "{mood} {person.name} {", "yes")
    assert talk.words == ["Bye, {mood} {person.name} {."]


def test_the_same_values_give_the_same_turn(talk):
    one = step(talk.library, talk.session, Answered("7"), NINE)
    assert one == step(talk.library, talk.session, Answered("7"), NINE)


# --- wrong answers ----------------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_asked_again_in_other_words(talk):
    assert talk.type("very").words == ["Just a number."]
    assert talk.type("very").words == ["Really just a number, Ana."]
    assert talk.place == "first"


def test_the_third_wrong_answer_offers_a_way_out(talk):
    talk.type("a", "b", "c")
    (ask,) = talk.of(Ask)
    assert ask.text == "I did not understand that. What would you like to do?"
    assert talk.session.prompt.values == ("~again", "~stop", "~human")


def test_in_the_way_out_a_right_answer_still_counts(talk):
    assert talk.type("a", "b", "c", "7").words == ["Why 7?"]


def test_in_the_way_out_another_wrong_answer_offers_it_again(talk):
    assert talk.type("a", "b", "c", "d").words == ["I did not understand that. What would you like to do?"]


def test_the_way_out_asks_again(talk):
    talk.type("a", "b", "c").tap("~again")
    assert talk.words == ["How is it, from 0 to 10?"]
    assert talk.type("x").words == ["Just a number."]


def test_the_way_out_stops(talk):
    talk.type("a", "b", "c", "stop for now")
    assert talk.session.parked
    assert talk.of(Ended)[0].how == "stopped"


def test_the_way_out_calls_a_person_and_leaves_the_question_open(talk):
    talk.type("a", "b", "c").tap("~human")
    assert talk.last == (Escalate("asked"),)
    assert talk.place == "first"


def test_the_way_out_skips_what_may_be_skipped():
    flow = flow_of("""
    first: {ask: Yes?, answer: yes_no, save: a, skippable: true, retry: {times: 0}, next: last}
    last: {end: done}
    """)
    talk = Talk(flow).do(Begin("small")).type("perhaps")
    assert talk.session.prompt.values[0] == "~skip"
    assert talk.tap("~skip").of(Ended) == [Ended("small", "done", {"a": None})]


def test_a_retry_can_lead_to_a_step_instead():
    flow = flow_of("""
    first: {ask: Yes?, answer: yes_no, save: a, retry: {times: 1, then: last}, next: first}
    last: {end: done}
    """)
    talk = Talk(flow).do(Begin("small")).type("perhaps", "perhaps")
    assert talk.of(Ended) == [Ended("small", "done", {"a": None})]


# --- back, skip -------------------------------------------------------------------------------------------------------


def test_back_takes_back_what_was_saved_and_measured(talk):
    before = talk.session
    talk.type("2").do(Back())
    assert talk.last[0] == Withdrawn("main", "first", "mood", "mood")
    assert talk.words == ["How is it, from 0 to 10?"]
    assert talk.session == before


def test_back_and_another_answer_take_the_other_branch(talk):
    assert talk.type("2").do(Back()).type("8").words == ["Why 8?"]


def test_back_in_a_loop_gives_back_the_earlier_value(talk):
    talk.type("7", "rain", "no", "snow")
    assert talk.session.stack[-1].saved["why"] == "snow"
    talk.do(Back(), Back())
    assert talk.place == "sure"
    assert talk.session.stack[-1].saved["why"] == "rain"


def test_back_at_the_first_question_says_so(talk):
    assert talk.do(Back()).words == ["This is the first question.", "How is it, from 0 to 10?"]


def test_a_skip_saves_nothing_and_goes_on(talk):
    talk.type("7").do(Skip())
    assert talk.of(Save) == [Save("main", "why", "why", None)]
    assert talk.words == ["Sure?"]
    assert talk.type("yes").words == ["Bye, (no answer)."]


def test_what_may_not_be_skipped_is_asked_again(talk):
    assert talk.do(Skip()).words == [
        'This one needs an answer. You can also say "stop".',
        "How is it, from 0 to 10?",
    ]


def test_a_skip_is_taken_back_too(talk):
    talk.type("7")
    before = talk.session
    assert talk.do(Skip(), Back()).session == before
