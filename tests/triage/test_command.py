"""The command: JSON lines in, JSON lines out, in order, whatever a line holds."""

from __future__ import annotations

import io
import json
import subprocess
import sys

from bot.triage import command


def run(*lines: str) -> tuple[int, list[dict[str, object]], str]:
    out, err = io.StringIO(), io.StringIO()
    status = command.main(io.StringIO("\n".join(lines) + "\n"), out, err)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_each_text_gets_one_line_in_order_with_all_fields():
    status, answers, _ = run('{"id": "a", "text": "fine"}', '{"id": 2, "text": "I want to kill myself"}')
    assert status == 0
    assert [(answer["id"], answer["level"]) for answer in answers] == [("a", 0), (2, 3)]
    assert set(answers[0]) == {"id", "level", "score", "reasons", "language", "unscored"}
    reason = answers[1]["reasons"][0]
    assert reason == {"rule": "en.ideation.own-life", "category": "ideation_active", "level": 3, "span": [10, 21]}


def test_a_session_has_the_level_after_each_turn_and_the_highest_of_all():
    turns = ["I am so tired", "I want to die", {"text": "the pills are in front of me"}, "sorry"]
    status, answers, _ = run(json.dumps({"id": 1, "turns": turns}))
    assert (status, answers[0]["level"], answers[0]["levels"]) == (0, 4, [0, 3, 4, 4])


def test_a_bad_line_gets_an_error_with_its_id_and_the_rest_is_scored():
    status, answers, err = run(
        "{not json", '{"id": 1}', '{"id": 2, "text": 7}', "[]", '{"id": 3, "turns": []}', "", '{"id": 4, "text": "ok"}'
    )
    assert status == 1
    assert [answer["id"] for answer in answers] == [None, 1, 2, None, 3, 4]
    assert ["error" in answer for answer in answers] == [True] * 5 + [False]
    assert "5 bad lines" in err


def test_a_lone_surrogate_and_bytes_that_are_not_utf_8_are_scored():
    raw = io.TextIOWrapper(io.BytesIO(b'{"id": 1, "text": "\\ud800 kms"}\n{"id": 2, "text": "ok \xff"}\n'))
    out = io.StringIO()
    assert command.main(raw, out, io.StringIO()) == 0
    assert [json.loads(line)["level"] >= 3 for line in out.getvalue().splitlines()] == [True, False]


def test_the_answers_are_the_same_in_every_process():
    lines = "".join(
        json.dumps({"id": text, "text": text}) + "\n"
        for text in (
            "I want to die, I hope I die, kill me",
            "de nada och ja",
            "k1ll mys3lf tonight",
            "ich will sterben",
        )
    )
    answers = {
        subprocess.run(
            [sys.executable, "-m", "bot.triage.command"],
            input=lines,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


def test_a_language_may_be_named_with_the_line():
    _, answers, _ = run('{"id": 1, "text": "ok", "language": "de"}', '{"id": 2, "text": "ok", "language": 5}')
    assert answers[0]["language"] == "de"
    assert "error" in answers[1]
