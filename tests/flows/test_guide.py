"""The guide for authors is true: its example has no finding, its tests hold and cover it, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commandline.flows import app
from bot.flowtest import lines_of, run
from flows.checks import check
from flows.loader import FLOW_KEYS, STEP_KEYS
from flows.model import AnswerKind

GUIDE = (Path(__file__).parents[2] / "docs" / "writing-flows.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(flow: evening\n.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def folder(tmp_path):
    flow, tests = BLOCKS
    (tmp_path / "evening.yaml").write_text(flow, encoding="utf-8")
    (tmp_path / "evening.test.yaml").write_text(tests, encoding="utf-8")
    return tmp_path


def test_the_example_of_the_guide_has_no_finding(folder):
    assert [str(finding) for finding in check([folder])] == []


def test_the_tests_of_the_guide_hold_and_walk_every_way(folder):
    report = run([folder], coverage=True)
    assert report.holds
    assert all(line in GUIDE for line in lines_of(report))


def test_the_finding_that_the_guide_shows_is_the_one_you_get(folder):
    (folder / "evening.test.yaml").unlink()
    (finding,) = check([folder])
    assert str(finding).replace(str(folder), "my-flows") in GUIDE


def test_the_guide_names_every_command():
    assert {command.name for command in app.registered_commands} <= set(re.findall(r"[a-z]+", GUIDE))


def test_the_guide_names_every_key_and_kind_of_answer():
    words = set(re.findall(r"[a-z_]+", GUIDE))
    unnamed = {"author", "licence", "contraindications", "changelog"}
    assert FLOW_KEYS - unnamed <= words
    assert words >= STEP_KEYS
    assert {kind.value for kind in AnswerKind} <= words
