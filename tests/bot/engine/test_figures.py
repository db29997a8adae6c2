"""Arms that stick, sums that need all their answers, waits that end at a time of day, and exercises switched off."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.engine.effects import Ask, Ended, Measure, Save, Say
from bot.engine.events import Again, Answered, Back, Begin, Interrupt, Resume, Skip, Stop, WaitElapsed
from bot.engine.figures import arm_of, moment_of
from flows.model import Hint, Wait
from tests.bot.engine.talking import NINE, Talk
from tests.flows.making import flow_of

HINTED = """
first:
  ask: Ready?
  answer: none
  next: second
second:
  hint: {experiment: style, arms: {friend: 50, past: 50}, say: {friend: A friend., past: The past.}}
  ask: So?
  answer: text
  save: word
  next:
    - {when: experiment.style == "friend", go: friend}
    - go: past
friend: {say: It was the friend., end: done}
past: {say: It was the past., end: done}
"""
SCORED = """
one: {ask: One?, answer: {number: {min: 0, max: 3}}, save: one, skippable: true, next: two}
two: {ask: Two?, answer: {number: {min: 0, max: 3}}, save: two, skippable: true, next: sum}
sum:
  score: {add: [one, two], save: total, measure: scale}
  next:
    - {when: total == none, go: none_yet}
    - go: change
change: {score: {add: [total], less: [my.scale], save: change}, next: keep}
keep: {score: {add: [total], save: my.scale}, next: told}
told: {ask: "{total} and {change}", answer: none, next: last}
none_yet: {say: No score., next: last}
last: {end: done}
"""
PARKED = """
ask: {ask: When?, answer: time, save: hour, next: wait}
wait: {ask: Until then., answer: none, wait: {until: hour, then: now}, next: now}
now: {ask: Now., answer: none, next: last}
last: {end: done}
"""
SAFE = "first: {ask: Safe?, answer: yes_no, save: safe, next: last}\nlast: {end: done}"


def test_an_arm_is_the_same_for_ever_and_the_arms_keep_their_weights():
    hint = Hint("style", {"a": 25, "b": 75})
    drawn = Counter(arm_of(hint, f"p{number}") for number in range(4000))
    assert 900 < drawn["a"] < 1100
    assert all(arm_of(hint, f"p{number}") == arm_of(hint, f"p{number}") for number in range(50))
    assert {arm_of(Hint("other", hint.arms), f"p{number}") for number in range(20)} == {"a", "b"}


@pytest.mark.parametrize("person", ["p1", "p2", "p3", "p4"])
def test_a_hint_says_its_arm_keeps_it_and_decides_by_it(person):
    talk = Talk(flow_of(HINTED)).do(Begin("small", {"person.id": person})).type("ok")
    (kept,) = talk.of(Save)
    assert kept.name == "experiment.style"
    assert talk.words[0] == {"friend": "A friend.", "past": "The past."}[kept.value]
    assert talk.do(Back()).type("ok").of(Save) == []  # it is drawn once
    talk.type("words")
    assert talk.words[0] == f"It was the {kept.value}."


def test_a_score_is_summed_measured_and_compared_with_the_earlier_one():
    talk = Talk(flow_of(SCORED, start="one")).do(Begin("small", {"my.scale": 5})).type("2", "1")
    assert talk.words == ["3 and -2"]
    assert talk.of(Measure) == [Measure("sum", "scale", 3.0)]
    assert Save("small", "keep", "my.scale", 3) in talk.last


def test_a_first_score_has_no_change():
    talk = Talk(flow_of(SCORED, start="one")).do(Begin("small")).type("2", "1")
    assert talk.words == ["3 and (no answer)"]


def test_without_one_answer_there_is_no_score():
    talk = Talk(flow_of(SCORED, start="one")).do(Begin("small")).type("2").do(Skip())
    assert talk.words == ["No score."]
    assert talk.of(Measure) == []


def test_going_back_makes_the_score_anew():
    talk = Talk(flow_of(SCORED, start="one")).do(Begin("small")).type("2", "1").do(Back())
    assert "total" not in talk.session.stack[-1].saved
    assert talk.type("3").words == ["5 and (no answer)"]


def test_a_wait_until_an_hour_goes_on_by_itself_at_that_hour():
    talk = Talk(flow_of(PARKED, start="ask")).do(Begin("small", {"person.zone": "Europe/Berlin"})).type("18:00")
    assert talk.session.wake_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    talk.now = talk.session.wake_at - timedelta(minutes=1)
    assert talk.do(WaitElapsed()).last == ()
    talk.now += timedelta(minutes=1)
    assert talk.do(WaitElapsed()).place == "now"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
@pytest.mark.parametrize("wall", ["00:00", "09:00", "18:30"])
def test_the_hour_is_the_next_one_on_the_persons_clock(zone, wall):
    due = moment_of(Wait(None, until="hour", then="x"), {"hour": wall, "person.zone": zone}, NINE)
    assert f"{due.astimezone(ZoneInfo(zone)):%H:%M}" == wall
    assert timedelta(0) < due - NINE <= timedelta(days=1)


def test_a_skipped_hour_waits_a_day():
    assert moment_of(Wait(None, until="hour", then="x"), {"hour": None}, NINE) == NINE + timedelta(days=1)


def off(talk: Talk) -> Talk:
    talk.library.switched_off = True
    return talk


@pytest.fixture
def pair() -> Talk:
    return Talk(flow_of(SCORED, start="one"), flow_of(SAFE, name="safe", more="safety: true\n"))


def test_switched_off_no_exercise_begins_and_that_is_said(pair):
    off(pair).do(Begin("small"))
    assert pair.session.stack == ()
    assert "Exercises are switched off" in pair.words[0]


def test_switched_off_a_running_exercise_keeps_its_place_and_goes_on_afterwards(pair):
    off(pair.do(Begin("small")).type("2")).do(Answered("1"))
    assert pair.session.stack == ()
    assert "What you began is kept" in pair.words[-1]
    assert off(pair).do(Resume()).session.stack == ()
    pair.library.switched_off = False
    assert pair.do(Resume()).place == "two"


def test_switched_off_a_flow_of_safety_still_runs(pair):
    off(pair).do(Begin("safe"))
    assert pair.of(Ask)[0].text == "Safe?"
    assert pair.type("yes").of(Ended)[0].how == "done"
    pair.library.switched_off = False
    pair.do(Begin("small"))
    assert off(pair).do(Interrupt("safe"), Again()).of(Ask)[0].text == "Safe?"


def test_switched_off_stop_still_stops(pair):
    off(pair.do(Begin("small"))).do(Stop())
    assert pair.of(Say)[-1].text.startswith("Stopped.")
