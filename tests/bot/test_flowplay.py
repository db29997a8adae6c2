"""`handrail flows`: what is played becomes a test that holds, and each command says what is wrong and ends so."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bot.commandline.flows import AuthorError, app
from bot.flowplay import Played
from bot.flowtest import run
from flows.library import load_library
from tests.flows.making import source_of

STEPS = """
first: {say: You can stop., ask: How is it?, answer: {number: {min: 0, max: 10}}, save: mood, next: second}
second: {ask: "Why {mood}?", answer: text, save: why, skippable: true, next: last}
last: {say: Bye., end: done}
"""
runner = CliRunner()
CONSENT_TALK = ("go on", "1", "yes", "yes", "yes", "Ana", "Germany", "Berlin", "9:30", "every day")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small.yaml").write_bytes(source_of(STEPS))
    return tmp_path


def test_what_was_played_is_a_test_that_holds(folder):
    played = Played(load_library([folder]), "small")
    played.begin()
    for line in ("very", "7", "back", "8", "a long walk"):
        assert played.goes_on
        played.hear(line)
    (folder / "small.test.yaml").write_text(f"flow: small\ntests:\n{played.test_case()}\n")
    report = run([folder], coverage=True)
    assert (report.passed, report.failures) == (1, ())
    assert '"mood": 8' in played.test_case()


def test_a_played_flow_shows_what_it_keeps_and_lets_time_pass(folder):
    played = Played(load_library([folder]), "small")
    assert played.begin() == ["You can stop.", "How is it?"]
    assert played.hear("7") == ["  [kept: mood = 7]", "Why 7?"]
    assert "still open" in played.hear("after 4h")[0]


def test_who_is_asked_what_is_measured_and_what_is_planned_is_shown():
    played = Played(load_library(), "grounding")
    played.begin()
    assert "  [measured: distress = 9]" in played.hear("9")
    played.hear("30-second version")
    played.hear("ok")
    played.hear("9")
    assert "  [a person is asked: high_distress]" in played.hear("yes")
    consent = Played(load_library(), "consent")
    consent.begin()
    said = [line for typed in CONSENT_TALK for line in consent.hear(typed)]
    assert "  [a check-in is planned at 09:30]" in said


def test_play_ends_at_the_end_of_input_and_prints_the_test(folder):
    result = runner.invoke(app, ["play", str(folder / "small.yaml")], input="7\n")
    assert result.exit_code == 0
    assert 'person: "7", bot_asks: second' in result.output


def test_play_speaks_another_language():
    result = runner.invoke(app, ["play", "grounding", "--language", "de"], input="")
    assert "Wie aufgewühlt bist du" in result.output


def test_check_writes_text_json_and_marks_for_github(folder):
    broken = folder / "small.yaml"
    broken.write_bytes(source_of(STEPS.replace("Bye.", "Bye!")))
    text = runner.invoke(app, ["check", str(folder)])
    assert text.exit_code == 1
    assert f"{broken}:11:10: an exclamation mark; end the sentence quietly" in text.output
    found = json.loads(runner.invoke(app, ["check", str(folder), "--format", "json"]).stdout)
    assert {"line": 11, "column": 10}.items() <= next(one for one in found if "exclamation" in one["what"]).items()
    assert "::error file=" in runner.invoke(app, ["check", str(folder), "--format", "github"]).output


def test_check_of_our_own_library_ends_well():
    assert runner.invoke(app, ["check"]).exit_code == 0


def test_test_tells_what_no_transcript_walked(folder):
    (folder / "small.test.yaml").write_text("flow: small\ntests:\n  - {name: a start, talk: [{bot_asks: first}]}\n")
    result = runner.invoke(app, ["test", str(folder), "--coverage"])
    assert result.exit_code == 1
    assert "missed step 'second', step 'last', the way from 'first' to 'second'" in result.output
    assert runner.invoke(app, ["test", str(folder)]).exit_code == 0


def test_test_of_a_broken_flow_names_its_place(folder):
    (folder / "small.yaml").write_bytes(b"flow: small\n")
    result = runner.invoke(app, ["test", str(folder)])
    assert result.exit_code == 1
    assert "small.yaml:1:1: 'flow' has no 'version'" in result.output


@pytest.mark.parametrize(("form", "begins"), [("mermaid", b"flowchart"), ("svg", b"<svg"), ("png", b"\x89PNG")])
def test_graph_writes_a_file(folder, form, begins):
    out = folder / "graph"
    result = runner.invoke(app, ["graph", "grounding", "--format", form, "--out", str(out)])
    assert result.exit_code == 0
    assert out.read_bytes().startswith(begins)


def test_schema_is_json():
    assert json.loads(runner.invoke(app, ["schema"]).stdout)["title"] == "flow"


def test_translate_writes_the_side_file_beside_the_flow(folder):
    result = runner.invoke(app, ["translate", str(folder / "small.yaml"), "fr"])
    assert "5 texts to write" in result.output
    assert (folder / "i18n" / "fr" / "small.yaml").exists()


def test_a_flow_that_is_not_there_is_named_with_a_remedy(folder):
    result = runner.invoke(app, ["graph", "nothing"])
    assert isinstance(result.exception, AuthorError)
    assert "check the path" in str(result.exception)


def test_off_on_and_rollback_tell_what_they_did(folder, monkeypatch):
    monkeypatch.setenv("HANDRAIL_DATA_DIR", str(folder / "data"))
    assert "switched off" in runner.invoke(app, ["off"]).output
    assert "switched on" in runner.invoke(app, ["on"]).output
    assert "no earlier version" in runner.invoke(app, ["rollback", "check_in"]).output
