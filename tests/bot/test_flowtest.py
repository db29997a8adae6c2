"""Transcripts: ours hold and cover every step and way, and a wrong expectation is named at its line."""

from __future__ import annotations

import pytest

from bot.bench.engine import SIX_QUESTIONS, TALK, engine_rate
from bot.flowtest import run
from flows.library import SHIPPED, load_library
from tests.flows.making import source_of

STEPS = """
first: {say: You can stop., ask: How is it?, answer: {number: {min: 0, max: 10}}, save: mood, next: last}
last: {say: "So {mood}.", end: done}
"""


def report(folder, talk, then="{}", steps=STEPS):
    (folder / "small.yaml").write_bytes(source_of(steps))
    lines = "\n".join(f"      - {turn}" for turn in talk)
    (folder / "small.test.yaml").write_text(
        f"flow: small\ntests:\n  - name: a test\n    talk:\n{lines}\n    then: {then}\n"
    )
    return run([folder], coverage=True)


def test_our_transcripts_hold_and_cover_every_step_and_way():
    result = run([SHIPPED], coverage=True)
    assert [str(failure) for failure in result.failures] == []
    assert {covered.flow for covered in result.coverage} == load_library().names()
    for covered in result.coverage:
        assert (covered.missed_steps, covered.missed_ways) == ((), ()), covered.flow


def test_a_transcript_that_holds_is_counted(tmp_path):
    result = report(tmp_path, ["{bot_asks: first}", '{person: "7", bot_says: so 7}'], "{ended: done, saved: {mood: 7}}")
    assert (result.passed, result.failures) == (1, ())


@pytest.mark.parametrize(
    ("talk", "then", "place", "what"),
    [
        (["{bot_says: Good day}"], "{}", (5, 9), "the bot did not say 'Good day'"),
        (["{bot_asks: last}"], "{}", (5, 9), "the bot asks 'first', not 'last'"),
        (['{person: "7", bot_asks: first}'], "{}", (5, 9), "the bot asks 'nothing', not 'first'"),
        (['{person: "7", escalated: danger}'], "{}", (5, 9), "nobody was called for 'danger'"),
        (["{person: x}"], "{ended: done}", (6, 11), "the flow is open, not done"),
        (["{person: stop}"], "{ended: done}", (6, 11), "the flow is stopped, not done"),
        (['{person: "7"}'], "{saved: {mood: 8}}", (6, 11), "'mood' is 7, not 8"),
        (['{person: "7"}'], "{saved: {name: x}}", (6, 11), "'name' is 'not saved', not 'x'"),
        (['{person: "7"}'], '{scheduled: "09:00"}', (6, 11), "no check-in was planned at 09:00"),
        (["{person: a, tap: b}"], "{}", (5, 9), "two things at once"),
        (["{persona: a}"], "{}", (5, 10), "'persona' is not a key"),
    ],
)
def test_a_wrong_expectation_is_named_at_its_line(tmp_path, talk, then, place, what):
    (failure,) = report(tmp_path, talk, then).failures
    assert what in failure.what
    assert (failure.line, failure.column) == place
    assert failure.remedy


def test_what_no_transcript_reached_is_told(tmp_path):
    (covered,) = report(tmp_path, ["{person: x}"]).coverage
    assert (covered.steps, covered.ways) == (2, 1)
    assert covered.missed_steps == ("last",)
    assert covered.missed_ways == (("first", "last"),)


def test_a_flow_file_stands_for_its_tests(tmp_path):
    report(tmp_path, ["{bot_asks: first}"])
    assert run([tmp_path / "small.yaml"]).passed == 1
    assert run([tmp_path / "small.test.yaml"]).passed == 1


def test_missing_tests_are_a_failure(tmp_path):
    (tmp_path / "small.yaml").write_bytes(source_of(STEPS))
    (failure,) = run([tmp_path / "small.yaml"]).failures
    assert "small.test.yaml:1:1: cannot be read" in str(failure)


def test_the_engine_is_measured_on_six_questions():
    flow = load_library([SIX_QUESTIONS]).latest("six_questions")
    assert sum(step.ask is not None for step in flow.steps.values()) == 6
    assert len(TALK) == 8
    assert engine_rate(2) > 0
