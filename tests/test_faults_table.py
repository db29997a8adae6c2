"""docs/faults.md maps every fault to tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "faults.md"
FAULTS = range(1, 57)
ROW = re.compile(r"^\| (\d+) \|(.*)\|$", re.MULTILINE)
TEST_ID = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows() -> list[tuple[int, list[tuple[str, str]]]]:
    """Every row's number and its test ids."""
    text = TABLE.read_text(encoding="utf-8")
    return [(int(number), TEST_ID.findall(rest)) for number, rest in ROW.findall(text)]


@cache
def names(file: str) -> frozenset[str]:
    """Return the names of all functions of a test file, those under a condition included."""
    path = TESTS / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_fault_has_one_row() -> None:
    assert [number for number, _ in rows()] == list(FAULTS)


@pytest.mark.parametrize(("number", "tests"), rows())
def test_a_row_names_tests_that_exist(number: int, tests: list[tuple[str, str]]) -> None:
    assert tests
    assert [f"{file}::{name}" for file, name in tests if name not in names(file)] == []


def test_a_name_that_does_not_exist_would_be_found() -> None:
    assert "test_nothing_at_all" not in names("test_faults_table.py")
    assert names("no_such_file.py") == frozenset()
