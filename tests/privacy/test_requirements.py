"""docs/requirements.csv and docs/hazards.csv name evidence that exists: tests by id, documents by path."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_faults_table import names

HOUSE = Path(__file__).parent.parent.parent
# Every id of the requirement tables; one that is dropped from the file is missed here.
IDS = {
    **{f"AI-{number}": "" for number in range(1, 8)},
    **{f"P-{number}": "" for number in range(1, 15)},
    **{f"A-{number}": "" for number in range(1, 9)},
    **{f"S-{number}": "" for number in range(1, 21)},
    **{f"X-{number}": "" for number in range(1, 8)},
    **{f"W-{number}": "" for number in range(1, 6)},
}
TEST_ID = re.compile(r"([\w/]+\.py)::(\w+)")


def rows(name: str) -> list[Mapping[str, str]]:
    with (HOUSE / "docs" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def missing(evidence: str) -> list[str]:
    """Return what of the evidence does not exist."""
    wrong = []
    for one in evidence.split():
        test = TEST_ID.fullmatch(one)
        there = test[2] in names(test[1]) if test else one.startswith("docs/") and (HOUSE / one).is_file()
        if not there:
            wrong.append(one)
    return wrong


def test_every_requirement_has_one_row():
    assert sorted(row["id"] for row in rows("requirements.csv")) == sorted(IDS)


@pytest.mark.parametrize("row", rows("requirements.csv"), ids=lambda row: row["id"])
def test_a_requirement_names_a_test_or_document_that_exists(row: Mapping[str, str]):
    assert row["requirement"].strip()
    assert row["evidence"].split()
    assert missing(row["evidence"]) == []


@pytest.mark.parametrize("row", rows("hazards.csv"), ids=lambda row: row["id"])
def test_a_control_names_a_test_that_exists(row: Mapping[str, str]):
    assert all(row[column].strip() for column in ("hazard", "effect", "severity", "control"))
    assert "::" in row["tests"]
    assert missing(row["tests"]) == []


def test_a_hazard_has_a_number_of_its_own():
    ids = [row["id"] for row in rows("hazards.csv")]
    assert len(set(ids)) == len(ids)


def test_what_is_not_there_yet_is_named_where_a_requirement_points_to_it():
    text = (HOUSE / "docs" / "not-yet.md").read_text(encoding="utf-8")
    pointing = [row["id"] for row in rows("requirements.csv") if "docs/not-yet.md" in row["evidence"]]
    assert [one for one in pointing if f"**{one}**" not in text] == []


@pytest.mark.parametrize("evidence", ["privacy/test_requirements.py::test_nothing", "docs/no-such.md", "nonsense"])
def test_evidence_that_does_not_exist_would_be_found(evidence: str):
    assert missing(evidence) == [evidence]
