"""The loader: what a flow becomes, and every refusal with line, column and remedy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import FlowError
from flows.loader import MAX_STEPS, load_flow
from flows.model import Branch, Choice, Retry
from tests.flows.making import flow_of, source_of

GOOD = """
first:
  say: Hello.
  ask: How are you?
  answer: {choice: {good: Good, bad: Bad}}
  save: how
  next: {good: last}
  else: why
why:
  ask: Why?
  answer: text
  skippable: true
  next:
    - {when: how == "bad", go: last}
    - go: last
last: {say: Bye., end: done}
"""


def test_a_flow_becomes_steps_in_the_order_written():
    flow = flow_of(GOOD)
    assert list(flow.steps) == ["first", "why", "last"]
    assert flow.steps["first"].answer.choices == (Choice("good", "Good"), Choice("bad", "Bad"))
    assert flow.steps["first"].choose == {"good": "last"}
    assert flow.steps["first"].branches == (Branch("why"),)
    assert flow.steps["why"].ways == ("last",)


def test_the_hash_is_that_of_the_source():
    assert flow_of(GOOD).hash == flow_of(GOOD).hash
    assert flow_of(GOOD).hash != flow_of(GOOD.replace("Bye", "Ciao")).hash


def test_defaults_of_a_flow_hold_where_a_step_says_nothing():
    more = "defaults: {retry: {times: 1, then: last}, wait: {remind_after: never, expire_after: 2d}}\n"
    flow = flow_of(GOOD, more=more)
    assert flow.steps["first"].retry == Retry(1, "last")
    assert flow.steps["first"].wait.remind_after is None
    assert flow.steps["first"].wait.expire_after.days == 2


def test_a_question_still_to_come_is_counted_on_the_longest_way():
    assert flow_of(GOOD).remaining == {"first": 2, "why": 1, "last": 0}


def test_a_loop_counts_once():
    flow = flow_of("""
    first: {ask: More?, answer: yes_no, next: {"yes": first, "no": last}}
    last: {end: done}
    """)
    assert flow.remaining == {"first": 1, "last": 0}


# In the new text `^` stands before the place that the error must name.
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("version: 1", "version: ^one", "'version' should be a whole number"),
        ("version: 1", "version: ^true", "'version' should be a whole number"),
        ("version: 1", "version: ^0", "'version' should be a whole number"),
        ("flow: small\nversion: 1\n", "^flow: small\n", "'flow' has no 'version'"),
        ("title: Small", "^titel: Small", "'titel' is not a key of 'flow'"),
        ("title: Small", "title: ^[Small]", "'title' should be a single value"),
        ("title: Small", "title: ^3", "'title' should be text"),
        ("minutes: 1", "minutes: ^some", "'minutes' should be a number"),
        ("on: 2026-11-23", "on: ^23.11.2026", "'on' should be a date"),
        ("flow: small", "flow: ^Small Talk", "'Small Talk' is not a name"),
        ("start: first", "start: ^begin", "there is no step 'begin'"),
        ("say: Hello.", "^says: Hello.", "'says' is not a key of 'first'"),
        ("say: Hello.", "say: ^{a: b}", "'say' should be a single value"),
        ("{choice: {good: Good, bad: Bad}}", "^choice", "'choice' needs its details"),
        ("{choice: {good: Good, bad: Bad}}", "^colour", "'colour' is no kind of answer"),
        ("{choice: {good: Good, bad: Bad}}", "{choice: ^{}}", "0 choices"),
        ("good: Good, bad: Bad", "good: ^{label: Good}", "'good' has no 'also'"),
        ("good: Good, bad: Bad", "good: {label: Good, also: ^fine}", "'also' should be a list"),
        ("good: Good, bad: Bad", "^~x: Good", "'~x' cannot be a choice's value"),
        ("{choice: {good: Good, bad: Bad}}", "^{choice: {a: A}, text: {}}", "more than one kind"),
        ("{choice: {good: Good, bad: Bad}}", "{scale: {min: 1, max: ^50}}", "'max' should be a whole number"),
        ("{choice: {good: Good, bad: Bad}}", "{scale: {min: 1, max: 3, labels: {9: ^x}}}", "not on the scale"),
        ("{choice: {good: Good, bad: Bad}}", "{number: ^{min: 9, max: 1}}", "no number fits"),
        ("{choice: {good: Good, bad: Bad}}", "{yes_no: ^{x: y}}", "'yes_no' has no details"),
        ("{choice: {good: Good, bad: Bad}}", "{many: {choices: {a: A}, max: ^2}}", "'max' should be a whole"),
        ("say: Hello.\n    ask: How are you?\n", "^say: Hello.\n", "only one of 'ask' and 'answer'"),
        ("save: how", "save: ^How!", "'How!' is not a name"),
        ("next: {good: last}", "next: {good: ^lost}", "there is no step 'lost'"),
        ("else: why", "else: ^wy", "there is no step 'wy'"),
        ("answer: text", "answer: none\n    save: ^x", "cannot save"),
        ("skippable: true", "skippable: ^maybe", "there is no step 'maybe'"),
        ("skippable: true", "retry: {times: ^99}", "'times' should be a whole number"),
        ("skippable: true", "wait: {expire_after: ^soon}", "'expire_after' should be a length of time"),
        ("skippable: true", "wait: ^{expire_after: 1h}", "the reminder comes after the end"),
        ("skippable: true", "call: ^other", "a step that asks cannot call"),
        ("skippable: true", "with: ^{a: 1}", "'with' without 'call'"),
        ("skippable: true", "end: ^done", "a step that ends cannot go on"),
        ("skippable: true", "else: ^last", "'else' without a 'next' by choice"),
        ('how == "bad"', 'how ^= "bad"', "a sign that conditions do not know"),
        ("- go: last", "- ^when: how", "has no 'go'"),
        ("end: done", "end: ^badly", "'badly' is no way to end"),
        ("end: done", "save: ^x", "'save' without a question"),
        ("end: done", "call: ^human_handoff, next: last", "a hand-off without a reason"),
        ("end: done", "picture: ^{name: x}, next: last", "'picture' has no 'text'"),
        ("end: done", "schedule: ^{at: x}, next: last", "'schedule' has no 'check_in'"),
    ],
)
def test_a_fault_is_refused_at_its_place(old, new, what):
    source = source_of(GOOD).decode()
    assert old in source
    before, _, after = source.replace(old, new, 1).partition("^")
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    with pytest.raises(FlowError) as refused:
        load_flow((before + after).encode(), "small.yaml")
    error = refused.value
    assert what in error.what
    assert (error.line, error.column) == place
    assert error.remedy
    assert str(error).startswith(f"small.yaml:{place[0]}:{place[1]}: ")


def test_a_flow_of_too_many_steps_is_refused():
    steps = "\n".join(f"s{number}: {{end: done}}" for number in range(MAX_STEPS + 1))
    with pytest.raises(FlowError, match="201 steps"):
        flow_of(steps, start="s0")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_bytes_are_refused(source):
    with pytest.raises(FlowError):
        load_flow(source, "garbage.yaml")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab:{}[]-,?!&*|>'\"#%@~\n\t 019", max_size=200))
def test_garbage_that_looks_like_yaml_is_refused(source):
    with pytest.raises(FlowError):
        load_flow(source.encode(), "garbage.yaml")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flow_with_one_line_spoilt_loads_or_is_refused(data):
    lines = source_of(GOOD).decode().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(
        st.sampled_from(["", "x", "  - a", "first:", ": :", "      ask: 3", lines[at][2:], lines[at] * 2])
    )
    try:
        flow = load_flow("\n".join(lines).encode(), "spoilt.yaml")
    except FlowError:
        return
    assert flow.start in flow.steps
