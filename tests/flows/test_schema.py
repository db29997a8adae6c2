"""The schema for editors knows the same keys as the loader, and holds for our own library."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flows import instruments
from flows.library import SHIPPED, flow_files
from flows.loader import FLOW_KEYS, STEP_KEYS
from flows.schema import schema
from flows.yaml_tree import read_source, read_tree

SCHEMA = schema()
FLOWS = [file for file in flow_files([SHIPPED]) if instruments.KEY not in file.read_text().partition("version:")[0]]
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}


def faults(rule: dict[str, Any], value: Any, at: str = "") -> list[str]:
    """Check a value against the part of JSON Schema that our schema uses."""
    if "$ref" in rule:
        return faults(SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]], value, at)
    if "anyOf" in rule and all(faults(one, value, at) for one in rule["anyOf"]):
        return [f"{at}: none of the forms"]
    if "enum" in rule and value not in rule["enum"]:
        return [f"{at}: not one of {rule['enum']}"]
    if "const" in rule and value != rule["const"]:
        return [f"{at}: not {rule['const']}"]
    return _type_faults(rule, value, at) or _inner_faults(rule, value, at)


def _type_faults(rule: dict[str, Any], value: Any, at: str) -> list[str]:
    wanted = rule.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    fits = any((value is None) if one == "null" else isinstance(value, TYPES[one]) for one in wanted)
    if wanted and not fits:
        return [f"{at}: {value!r} is no {wanted}"]
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        return [f"{at}: {value!r} is not {rule['pattern']}"]
    return []


def _inner_faults(rule: dict[str, Any], value: Any, at: str) -> list[str]:
    if isinstance(value, list) and "items" in rule:
        return [fault for index, one in enumerate(value) for fault in faults(rule["items"], one, f"{at}/{index}")]
    if not isinstance(value, dict) or rule.get("type") != "object":
        return []
    found = [f"{at}: no {key}" for key in rule.get("required", []) if key not in value]
    for key, needed in rule.get("dependentRequired", {}).items():
        found += [f"{at}: {key} without {one}" for one in needed if key in value and one not in value]
    for key, one in value.items():
        inner = rule.get("properties", {}).get(key, rule.get("additionalProperties", {}))
        found += [f"{at}: unknown {key}"] if inner is False else faults(inner, one, f"{at}/{key}")
    return found


def read(text: bytes) -> Any:
    return read_tree(text, "x").bare()


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_our_flows_fit_the_schema(file):
    assert faults(SCHEMA, read(read_source(file))) == []


def test_the_schema_knows_the_loaders_keys():
    assert set(SCHEMA["properties"]) == FLOW_KEYS
    assert set(SCHEMA["$defs"]["step"]["properties"]) == STEP_KEYS
    assert all(SCHEMA["$defs"]["step"]["properties"].values())
    assert all(SCHEMA["properties"].values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"save: mood", b"saves: mood"),
        (b"answer: {scale", b"answers: {scale"),
        (b"version: 2", b"version: two"),
        (b"end: done", b"end: finished"),
        (b"skippable: true", b"skippable: Yes Please"),
        (b"on: 2026-11-23", b"at: 2026-11-23"),
    ],
)
def test_what_the_loader_refuses_the_schema_marks(old, new):
    source = read_source(SHIPPED / "check_in.yaml")
    assert old in source
    assert faults(SCHEMA, read(source.replace(old, new, 1)))
