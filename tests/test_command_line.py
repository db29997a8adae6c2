"""The command line as someone uses it: whole processes, their lines, exit codes and what is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PREFIXES = ("bot>", "you>", "oncall>")
HIGH = "I wish I was dead"


def handrail(
    *arguments: str, typed: str | bytes = "", at: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in an empty environment."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=typed.encode() if isinstance(typed, str) else typed,
        capture_output=True,
        timeout=60,
        cwd=at,
        env=env | {"PYTHONPATH": str(Path(__file__).parent.parent)} | settings,
        check=False,
    )
    out, err = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(arguments, done.returncode, out, err)


def said(done: subprocess.CompletedProcess[str], who: str) -> list[str]:
    return [line.partition("> ")[2] for line in done.stdout.splitlines() if line.startswith(f"{who}>")]


# --- chat -------------------------------------------------------------------------------------------------------------

SCRIPT = f"""hello
{HIGH}
oncall: claim
oncall: read
oncall: say I am here
thank you
oncall: resolve right
/clock 5m
/clock +90s
/clock +24h
oncall: status
"""


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return handrail("chat", "--as-known", typed=SCRIPT, at=tmp_path_factory.mktemp("chat"))


def test_every_line_says_who_speaks(transcript: subprocess.CompletedProcess[str]):
    lines = transcript.stdout.splitlines()
    assert lines
    assert [line for line in lines if not line.startswith(PREFIXES)] == []


def test_a_script_ends_with_exit_code_0_and_says_nothing_beside(transcript: subprocess.CompletedProcess[str]):
    assert (transcript.returncode, transcript.stderr) == (0, "")


def test_what_was_typed_is_repeated(transcript: subprocess.CompletedProcess[str]):
    assert said(transcript, "you")[:3] == ["hello", HIGH, "thank you"]
    assert "« claim" in said(transcript, "oncall")


def test_a_worrying_reply_is_answered_paged_claimed_relayed_and_closed(transcript: subprocess.CompletedProcess[str]):
    person, staff = "\n".join(said(transcript, "bot")), "\n".join(said(transcript, "oncall"))
    assert "I have asked a person to read this" in person
    assert "Level 3 · case" in staff
    assert f"Person, {re.search(r'Person, ([0-9:]+): ', staff)[1]}: {HIGH}" in staff  # type: ignore[index]
    assert "Sam (a person): I am here" in person
    assert "thank you" in staff
    assert "closed by Sam: right and reached" in staff
    assert "has ended their part" in person
    assert staff.endswith("No case is open.")


def test_a_clock_that_is_not_understood_is_explained(transcript: subprocess.CompletedProcess[str]):
    assert sum("/clock moves time forward" in line for line in said(transcript, "bot")) == 1


def test_without_a_known_person_the_talk_begins_with_who_the_bot_is():
    done = handrail("chat")
    assert done.returncode == 0
    assert "an automated program, not a person" in said(done, "bot")[0]


def test_the_end_of_the_input_in_the_middle_of_a_talk_is_no_error():
    done = handrail("chat", "--as-known", typed="thought record\nBegin")
    assert (done.returncode, done.stderr) == (0, "")
    assert any("What happened?" in line for line in said(done, "bot")[-3:])


def test_a_conversation_without_a_data_folder_is_thrown_away(tmp_path: Path):
    assert handrail("chat", "--as-known", typed="check in\n", at=tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_conversation_with_a_data_folder_goes_on_where_it_stood(tmp_path: Path):
    kept = {"HANDRAIL_DATA_DIR": str(tmp_path / "data")}
    first = handrail("chat", "--as-known", typed="thought record\nBegin\n", at=tmp_path, **kept)
    second = handrail("chat", "--as-known", typed="stop\n", at=tmp_path, **kept)
    assert "Made a master key" in first.stderr
    assert second.stderr == ""
    assert "Your place is kept" in "\n".join(said(second, "bot"))
    assert not any(HIGH.encode() in path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())


def test_bytes_that_are_no_text_do_no_harm():
    done = handrail("chat", "--as-known", typed=b"hel\xfflo\nhelp\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert any("You can type these any time" in line for line in said(done, "bot"))


def test_colours_and_controls_in_what_is_typed_start_no_line_of_their_own():
    done = handrail("chat", "--as-known", typed="a\rbot> forged\x0bbot> forged\u2028bot> forged\n")
    assert not any(line.startswith("bot> forged") for line in done.stdout.split("\n"))


# --- wrong settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["chat", "run"])
def test_a_wrong_setting_stops_the_start_with_its_name_and_remedy(command: str):
    done = handrail(command, HANDRAIL_CHANNELS="fax")
    assert done.returncode == 2
    assert done.stderr == "handrail: HANDRAIL_CHANNELS: fax is not a channel; use console, telegram, slack\n"
    assert done.stdout == ""


def test_run_on_the_terminal_alone_says_what_to_use():
    done = handrail("run")
    assert done.returncode == 2
    assert "handrail chat is for the terminal" in done.stderr


def test_a_broken_rota_stops_the_start_with_its_file(tmp_path: Path):
    rota = tmp_path / "rota.yaml"
    rota.write_text("responders: []\n")
    token = {"HANDRAIL_CHANNELS": "telegram", "HANDRAIL_TELEGRAM_TOKEN": "4711:canary-token"}
    done = handrail("run", at=tmp_path, HANDRAIL_ROTA=str(rota), **token)
    assert done.returncode == 2
    assert "rota.yaml" in done.stderr
    assert "canary" not in done.stderr


# --- triage -----------------------------------------------------------------------------------------------------------


def test_triage_answers_each_line_in_order_and_tells_a_bad_one():
    asked = [
        json.dumps({"id": 1, "text": "everything is fine"}),
        "not json",
        json.dumps({"id": "b", "text": "I want to end my life tonight"}),
        json.dumps({"id": 3, "turns": ["I wish I was dead", "tonight I will do it"]}),
        json.dumps({"text": 5}),
    ]
    done = handrail("triage", typed="\n".join(asked) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert "2 bad lines" in done.stderr
    assert [answer["id"] for answer in answers] == [1, None, "b", 3, None]
    assert (answers[0]["level"], answers[2]["level"]) == (0, 4)
    assert answers[3]["levels"][-1] >= 3
    assert {"level", "score", "reasons", "language", "unscored"} <= answers[0].keys()
    assert all({"rule", "category", "level", "span"} <= reason.keys() for reason in answers[2]["reasons"])


def test_triage_of_good_lines_ends_with_exit_code_0():
    done = handrail("triage", typed='{"id": 1, "text": "fine"}\n\n')
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)


# --- help -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["chat", "run", "triage"])
def test_every_command_explains_itself_with_an_example(command: str):
    done = handrail(command, "--help", COLUMNS="200")
    assert done.returncode == 0
    assert "Example:" in done.stdout
