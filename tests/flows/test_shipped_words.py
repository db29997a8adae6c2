"""What every shipped flow owes a person and a reviewer: metadata, a short way, ratings, and a way to be found."""

from __future__ import annotations

import pytest

from flows.library import load_library
from flows.model import AnswerKind, Flow

LIBRARY = load_library()
FLOWS = sorted(LIBRARY.names())
# Entered by what happens, or a part of another.
NO_EXERCISE = {"consent", "check_in", "sos", "safety_check", "my_safety_plan", "plan_steps", "phq9", "gad7"}
EXERCISES = sorted(set(FLOWS) - NO_EXERCISE)
# A rating before and after would be most of what they are; the look back leads on to others that rate.
NOT_RATED = {"small_win", "shutdown", "name_feeling", "activity_mood", "safety_plan", "hard_stretch"}
# Open to everyone in need: without consent nothing of it is kept (bot/effects.py).
OPEN_TO_ALL = {"panic"}
FIRST_SET = {
    *("consent", "check_in", "sos", "safety_plan", "my_safety_plan", "grounding", "breathing", "thought_record"),
    *("thinking_traps", "worry_tree", "problem_solving", "one_small_thing", "activity_mood", "sleep"),
    *("three_good_things", "good_day_note", "self_compassion", "leaves", "name_feeling", "small_win", "panic"),
    *("work_stress", "shutdown", "hard_stretch", "goodbye"),
}


def words_of(flow: Flow) -> str:
    said = [
        sentence.source for step in flow.steps.values() for sentence in (*step.say, *([step.ask] if step.ask else []))
    ]
    labels = [choice.label for step in flow.steps.values() if step.answer for choice in step.answer.choices]
    return "\n".join([*said, *labels])


def test_the_first_set_of_the_catalogue_is_there():
    assert set(FLOWS) >= FIRST_SET
    assert len(FLOWS) >= 30


@pytest.mark.parametrize("name", FLOWS)
def test_every_flow_carries_its_metadata(name):
    flow = LIBRARY.latest(name)
    assert flow.author
    assert flow.licence
    assert flow.contraindications
    assert flow.changelog
    assert flow.reviewed.evidence
    assert "review pending" in flow.reviewed.role


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_a_30_second_version_and_one_next_thing(name):
    words = words_of(LIBRARY.latest(name))
    assert "30-second version" in words or "30 seconds" in words
    assert "One next thing" in words


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_found_by_a_need(name):
    assert LIBRARY.latest(name).helps_with


@pytest.mark.parametrize("name", sorted(set(EXERCISES) - NOT_RATED))
def test_an_exercise_is_rated_before_and_after_on_one_scale(name):
    steps = LIBRARY.latest(name).steps.values()
    measured = [step.measure for step in steps if step.measure]
    assert len(measured) >= 2
    assert len(measured) > len(set(measured))


@pytest.mark.parametrize("name", sorted(set(FLOWS) - OPEN_TO_ALL))
def test_free_text_is_asked_only_where_it_may_be_kept(name):
    flow = LIBRARY.latest(name)
    asks = any(
        step.answer and step.answer.kind is AnswerKind.TEXT and not step.save.startswith("person.")
        for step in flow.steps.values()
    )
    assert not asks or any(need.startswith("consent.") for need in flow.needs)
