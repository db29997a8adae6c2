"""The JSON Schema of the format, so that editors complete and check a flow while it is typed."""

from __future__ import annotations

from typing import Any

from flows.answers import MAX_CHOICES
from flows.loader import FLOW_KEYS, STEP_KEYS, WAYS_TO_END
from flows.model import AnswerKind

Schema = dict[str, Any]

_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,40}$"}
_DOTTED: Schema = {"type": "string", "pattern": r"^[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40})?$"}
_DURATION: Schema = {"type": "string", "pattern": "^[1-9][0-9]{0,4}(m|h|d)$"}
_DATE: Schema = {"type": "string", "format": "date"}
_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_SAVED: Schema = {"type": ["string", "number", "boolean", "null", "array"]}


def schema() -> Schema:
    """Return the schema of a flow file."""
    known = {key: _FLOW.get(key, {}) for key in sorted(FLOW_KEYS)}
    needed = ["flow", "version", "title", "language", "minutes", "reviewed", "start", "steps"]
    described = "A Handrail flow. `handrail flows check` knows more than this schema can say."
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "flow", "description": described}
    return head | _object(known, needed) | {"$defs": {"step": _step(), "answer": _answer()}}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required or [],
        "additionalProperties": False,
    }


def _step() -> Schema:
    step = _object({key: _STEP.get(key, {}) for key in sorted(STEP_KEYS)})
    together = {"ask": ["answer"], "answer": ["ask"], "with": ["call"], "else": ["next"]}
    alone = {key: ["ask"] for key in ("save", "measure", "retry", "wait", "skippable")}
    return step | {"dependentRequired": together | alone}


def _answer() -> Schema:
    bare = [kind.value for kind in AnswerKind if kind.value not in _DETAILED]
    forms: list[Schema] = [{"enum": [*bare, None]}]
    forms += [_object({kind: details}, [kind]) for kind, details in _DETAILED.items()]
    forms.append(_object({"text": _object({"max": _COUNT}, ["max"])}, ["text"]))
    forms += [_object({kind: _object({"suggest": _CHOICES}, ["suggest"])}, [kind]) for kind in _SUGGESTING]
    return {"anyOf": forms}


_CHOICE: Schema = {
    "anyOf": [{"type": ["string", "integer"]}, _object({"label": _TEXT, "also": {"type": "array"}}, ["label", "also"])]
}
_CHOICES: Schema = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": MAX_CHOICES,
    "additionalProperties": _CHOICE,
}
_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_DETAILED: dict[str, Schema] = {
    "choice": _CHOICES,
    "many": _object({"choices": _CHOICES, "min": _COUNT, "max": _COUNT}, ["choices"]),
    "scale": _object({"min": _COUNT, "max": _COUNT, "labels": {"type": "object"}}, ["min", "max"]),
    "number": _object({"min": _NUMBER, "max": _NUMBER}, ["min", "max"]),
}
_SUGGESTING = ("time", "date", "zone", "country")
_RETRY = _object({"times": {"type": "integer", "minimum": 0, "maximum": 9}, "then": _NAME, "say": _TEXTS})
_WAIT = _object(
    {
        "remind_after": {"anyOf": [_DURATION, {"const": "never"}]},
        "expire_after": _DURATION,
        "then": _NAME,
        "until": _TEXT,
    }
)
_BRANCH = _object({"when": {"type": ["string", "boolean"]}, "go": _NAME}, ["go"])
_ARMS: Schema = {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer", "minimum": 1}}
_STEP: dict[str, Schema] = {
    "say": _TEXTS | {"description": "What is said: at most three short sentences a message."},
    "ask": _TEXT | {"description": "The question that waits for an answer."},
    "answer": {"$ref": "#/$defs/answer"},
    "retry": _RETRY,
    "wait": _WAIT,
    "save": _DOTTED | {"description": "Keeps the answer; my.… is kept for later talks."},
    "measure": _NAME | {"description": "Keeps the number in the person's history."},
    "skippable": {"anyOf": [{"type": "boolean"}, _NAME]},
    "next": {
        "anyOf": [
            _NAME,
            {"type": "object", "additionalProperties": _NAME},
            {"type": "array", "items": _BRANCH, "minItems": 1},
        ]
    },
    "else": _NAME,
    "call": _NAME | {"description": "Another flow, or human_handoff with a reason."},
    "with": {"type": "object", "additionalProperties": _SAVED},
    "picture": _object({"name": _NAME, "text": _TEXT}, ["name", "text"]),
    "schedule": _object({"check_in": _NAME, "at": _TEXT, "days": _TEXT}, ["check_in", "at", "days"]),
    "hint": _object(
        {"experiment": _NAME, "arms": _ARMS, "say": {"type": "object", "additionalProperties": _TEXT}},
        ["experiment", "arms"],
    ),
    "score": _object(
        {
            "save": _DOTTED,
            "add": {"type": "array", "items": _DOTTED},
            "less": {"type": "array", "items": _DOTTED},
            "measure": _NAME,
        },
        ["save", "add"],
    ),
    "forget": {"type": "array", "items": _DOTTED},
    "end": {"enum": list(WAYS_TO_END)},
}
_FLOW: dict[str, Schema] = {
    "flow": _NAME | {"description": "The name; the file is <name>.yaml."},
    "version": {"type": "integer", "minimum": 1},
    "title": {"type": "string", "minLength": 1, "maxLength": 40},
    "language": {"type": "string", "minLength": 2},
    "minutes": _NUMBER,
    "reviewed": _object(
        {"role": _TEXT, "on": _DATE, "next": _DATE, "evidence": _TEXT}, ["role", "on", "next", "evidence"]
    ),
    "author": _TEXT,
    "licence": _TEXT,
    "contraindications": _TEXT,
    "changelog": _TEXT,
    "needs": {"type": "array", "items": _DOTTED},
    "given": {"type": "object", "additionalProperties": _SAVED},
    "helps_with": {"type": "array", "items": _TEXT},
    "safety": {"type": "boolean"},
    "defaults": _object({"retry": _RETRY, "wait": _WAIT}),
    "start": _NAME,
    "steps": {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/step"}},
}
