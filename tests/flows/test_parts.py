"""Hints, scores, timed waits and forgetting: what the loader reads, and what it refuses at its place."""

import pytest

from flows.errors import FlowError
from tests.flows.making import flow_of

ASK = "first: {{ask: How?, answer: {{number: {{min: 0, max: 9}}}}, save: one, {}, next: last}}\nlast: {{end: done}}"
LAST = "first: {{ask: How?, answer: text, save: one, next: last}}\nlast: {{{}, end: done}}"


def test_a_hint_is_an_experiment_with_weighted_arms():
    hint = flow_of(ASK.format("hint: {experiment: style, arms: {a: 1, b: 3}, say: {a: Try it.}}")).steps["first"].hint
    assert (hint.name, hint.arms) == ("experiment.style", {"a": 1, "b": 3})
    assert hint.say["a"].source == "Try it."


def test_a_score_counts_as_saved():
    flow = flow_of(LAST.format("score: {add: [one], less: [my.earlier], save: total, measure: sum}"))
    assert flow.saves == {"one", "total"}
    assert flow.recalls == {"my.earlier"}


def test_a_wait_may_end_at_a_time_of_day():
    wait = flow_of(ASK.format('wait: {until: "18:00", then: last}')).steps["first"].wait
    assert (wait.until, wait.then, wait.remind_after) == ("18:00", "last", None)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("hint: {experiment: style, arms: {a: 1}}", "an experiment with one arm"),
        ("hint: {experiment: style, arms: {a: 0, b: 1}}", "'a' should be a whole number"),
        ("hint: {experiment: style, arms: {a: 1, b: 1}, say: {c: No.}}", "words for 'c', which is no arm"),
        ("score: {add: [one], save: total}", "a step that asks cannot sum up too"),
        ("wait: {until: noon}", "'until' goes with 'then' alone"),
        ("wait: {until: noon, then: last, remind_after: 4h}", "'until' goes with 'then' alone"),
        ("forget: my.note", "'forget' should be a list"),
    ],
)
def test_what_is_wrong_in_them_is_refused_with_its_place(text, what):
    with pytest.raises(FlowError, match=r"small\.yaml:") as refused:
        flow_of(ASK.format(text))
    assert what in refused.value.what
    assert refused.value.line == 9
    assert refused.value.column > 1
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("score: {add: [one]}", "'score' has no 'save'"),
        ("score: {add: one, save: total}", "'add' should be a list"),
    ],
)
def test_a_score_without_a_part_is_refused_with_its_place(text, what):
    with pytest.raises(FlowError) as refused:
        flow_of(LAST.format(text))
    assert what in refused.value.what
    assert refused.value.line == 10
