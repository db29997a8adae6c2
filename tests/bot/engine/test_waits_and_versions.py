"""What happens while nobody answers, when a version is gone, and when a flow goes round."""

from __future__ import annotations

from datetime import timedelta

from bot.engine.effects import Ended, Started
from bot.engine.events import (
    Answered,
    Back,
    Begin,
    Interrupt,
    Resume,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.model.talk import Session
from tests.bot.engine.talking import MAIN, NINE, OTHER, Talk
from tests.flows.making import flow_of, library_of

# --- waiting ----------------------------------------------------------------------------------------------------------


def test_a_wait_reminds_once_and_then_is_put_away(talk):
    talk.now += timedelta(hours=4)
    assert talk.do(WaitElapsed()).words == [
        "This question is still open. There is no hurry.",
        "How is it, from 0 to 10?",
    ]
    assert talk.session.reminded
    assert talk.session.wake_at == NINE + timedelta(hours=24)
    talk.now = NINE + timedelta(hours=24)
    assert talk.do(WaitElapsed()).words == ['I have put "Main" away for later. Say "resume" when you want to go on.']
    assert talk.of(Ended)[0].how == "expired"
    assert talk.do(Resume()).place == "first"


def test_a_timer_that_comes_too_early_does_nothing(talk):
    before = talk.session
    talk.now += timedelta(hours=3)
    assert talk.do(WaitElapsed()).last == ()
    assert talk.session == before


def test_an_answer_after_the_reminder_waits_anew(talk):
    talk.now += timedelta(hours=5)
    talk.do(WaitElapsed()).type("7")
    assert not talk.session.reminded
    assert talk.session.wake_at == talk.now + timedelta(hours=4)


def test_a_wait_can_lead_to_a_step_instead():
    flow = flow_of("""
    first:
      ask: There?
      answer: yes_no
      save: there
      wait: {remind_after: never, expire_after: 30m, then: last}
      next: first
    last: {say: Later then., end: done}
    """)
    talk = Talk(flow).do(Begin("small"))
    talk.now += timedelta(minutes=30)
    assert talk.do(WaitElapsed()).words == ["Later then."]
    assert talk.of(Ended) == [Ended("small", "done", {"there": None})]


# --- versions and budgets ---------------------------------------------------------------------------------------------


def test_a_running_talk_stays_on_its_version(talk):
    old = talk.library.latest("main")
    changed = flow_of(MAIN.replace("Why {mood}", "How come {mood}"), name="main")
    talk.library = library_of(changed, earlier=(old,))
    assert talk.type("7").words == ["Why 7?"]
    assert talk.do(StartOver()).type("7").words == ["How come 7?"]


def test_a_talk_whose_version_is_gone_ends_in_words(talk):
    talk.type("7")
    talk.library = library_of(flow_of(OTHER, name="other"))
    talk.do(Answered("x"))
    assert talk.words == ["This exercise has changed since we began, so I ended it. What you saved is kept."]
    assert talk.of(Ended) == [Ended("main", "expired", {"mood": 7})]
    assert talk.session == Session()


def test_a_parked_talk_whose_version_is_gone_ends_in_words(talk):
    talk.do(Stop())
    talk.library = library_of(flow_of(OTHER, name="other"))
    assert "has changed" in talk.do(Resume()).words[0]
    assert talk.session == Session()


def test_an_interrupt_over_a_talk_whose_version_is_gone_ends_in_words(talk):
    talk.type("7").do(Interrupt("other"))
    talk.library = library_of(flow_of(OTHER, name="other"))
    talk.type("oh")
    assert talk.words == [
        "Thanks, oh.",
        "This exercise has changed since we began, so I ended it. What you saved is kept.",
    ]
    assert [ended.how for ended in talk.of(Ended)] == ["done", "expired"]
    assert talk.session == Session()


def test_back_from_an_interrupt_over_a_lost_talk_stays_where_it_is(talk):
    talk.do(Interrupt("other"))
    talk.library = library_of(flow_of(OTHER, name="other"))
    assert talk.do(Back()).words == ["This is the first question.", "A word?"]


def test_a_flow_that_goes_round_ends_in_words():
    talk = Talk(flow_of("first: {say: Hm., next: second}\nsecond: {next: first}")).do(Begin("small"))
    assert talk.of(Ended)[0].how == "budget"
    assert talk.words[-1].startswith("Something in this exercise went round in circles")
    assert talk.session == Session()


def test_flows_that_call_each_other_for_ever_end_in_words():
    one = flow_of("first: {call: two, next: last}\nlast: {end: done}", name="one")
    two = flow_of("first: {call: one, next: last}\nlast: {end: done}", name="two")
    talk = Talk(one, two).do(Begin("one"))
    assert len(talk.of(Started)) == len(talk.of(Ended)) == 20
    assert {ended.how for ended in talk.of(Ended)} == {"budget"}
    assert talk.session == Session()
