"""Layer 4: a reply is read in its conversation."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.model.talk import Heard, Utterance
from bot.model.worry import Level
from bot.triage.triage import Question
from tests.triage.conftest import NOW

SAFE = Question(kind="yes_no", topic="safety")
MOOD = Question(kind="scale", low_is_bad=True, minimum=1, maximum=10)
STRESS = Question(kind="scale", low_is_bad=False, minimum=0, maximum=10)
THOUGHTS = Question(kind="choice", topic="thoughts", minimum=0, maximum=3)


@pytest.mark.parametrize(
    "text",
    ["no", "No.", "not really", "nope", "I don't know, maybe not", "I am not safe", "yes I guess", "nein", "non"],
)
def test_anything_but_safe_pages_when_asked_whether_they_are_safe(ask, text):
    assert ask(text, question=SAFE).level >= Level.HIGH


@pytest.mark.parametrize("text", ["yes", "yes I am", "safe", "fine, no worries", "I am safe, not alone", "sí", "ja"])
def test_safe_is_no_alarm_when_asked_whether_they_are_safe(ask, text):
    assert ask(text, question=SAFE).level <= Level.LOW


def test_the_same_words_say_nothing_without_the_question(ask):
    assert ask("no").level == Level.NONE


def test_not_safe_after_a_page_is_imminent(shipped):
    heard = Heard(level=Level.HIGH, level_at=NOW)
    said, _ = shipped.assess("no", heard=heard, question=SAFE, language="en", now=NOW)
    assert said.level == Level.IMMINENT


@pytest.mark.parametrize(
    ("text", "question", "level"),
    [
        ("1", MOOD, Level.LOW),
        ("1/10", MOOD, Level.LOW),
        ("9", MOOD, Level.NONE),
        ("10", STRESS, Level.LOW),
        ("0", STRESS, Level.NONE),
        ("99", MOOD, Level.NONE),
    ],
)
def test_a_number_is_read_in_the_direction_of_its_scale(ask, text, question, level):
    asked = msgspec.structs.replace(question)
    assert ask(text, question=asked).level == level


def test_any_thought_of_death_on_a_questionnaire_is_asked_about(ask):
    scale = msgspec.structs.replace(THOUGHTS, kind="number")
    assert [ask(text, question=scale).level for text in ("0", "1", "3")] == [0, 2, 2]


def test_a_sentence_split_over_two_messages_is_read_as_one(talk):
    said, _ = talk(["I really want to", "die"])
    assert [one.level >= Level.HIGH for one in said] == [False, True]


def test_messages_more_than_five_minutes_apart_are_not_joined(talk):
    said, _ = talk(["I really want to", "die hard was on tv"], timedelta(minutes=6))
    assert said[-1].level <= Level.LOW


def test_joined_messages_do_not_page_twice_for_the_first_one(talk):
    said, _ = talk(["I want to kill myself", "the weather is nice"])
    assert said[1].level <= Level.LOW


def test_parts_that_come_in_different_turns_reach_imminent(talk):
    said, heard = talk(["I want to die", "work was long", "there is a gun in my drawer and I keep looking at it"])
    assert said[0].level == Level.HIGH
    assert heard.level == Level.IMMINENT


def test_the_highest_level_of_a_session_stays_and_a_denial_does_not_lower_it(talk):
    _, heard = talk(["I want to die", "just kidding", "I am fine, really"])
    assert heard.level >= Level.HIGH


def test_the_level_of_a_session_falls_a_step_after_quiet_hours(talk):
    _, heard = talk(["I want to die", "fine", "ok"], timedelta(hours=13))
    assert heard.level == Level.LOW


def test_an_ordinary_reply_after_a_page_is_itself_ordinary(talk):
    said, _ = talk(["I want to die", "thank you"])
    assert said[1].level <= Level.LOW


def test_the_memory_of_a_conversation_stays_small(talk):
    _, heard = talk(["word " * 2000] * 20, timedelta(seconds=1))
    assert sum(len(said.text) for said in heard.recent) <= 1000
    assert len(heard.recent) <= 4
    assert len(msgspec.json.encode(heard)) < 2000


def test_what_was_said_long_ago_is_forgotten(shipped):
    heard = Heard(recent=(Utterance(NOW - timedelta(minutes=10), "I want to"),))
    _, after = shipped.assess("die", heard=heard, question=None, language="en", now=NOW)
    assert [said.text for said in after.recent] == ["die"]
