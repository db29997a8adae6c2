"""Reads a YAML file of plain values into a type, and refuses a bad one by naming file, line and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from bot.errors import HandrailError

T = TypeVar("T")


class RuleError(HandrailError):
    """A rule file is wrong; the text names the file, the line and what to do."""


def parse(path: Path) -> CommentedMap:
    """Return a file's mapping with its line marks, or raise RuleError."""
    try:
        content = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(
            f"{named(path)} line 1: the file cannot be read; check that it is there and is UTF-8"
        ) from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "this is not YAML"
        raise RuleError(f"{named(path)} line {mark.line + 1 if mark else 1}: {problem}; correct it there") from error
    if not isinstance(content, CommentedMap):
        raise RuleError(f"{named(path)} line 1: the file must be a mapping; begin it with a name and a colon")
    return content


def read(path: Path, kind: type[T]) -> T:
    """Return a file as a value of a type, or raise RuleError."""
    content = parse(path)
    try:
        return msgspec.convert(_plain(content), kind)
    except msgspec.ValidationError as error:
        raise RuleError(f"{named(path)} line {line_of(content, str(error))}: {error}; correct the value") from error


def named(path: Path) -> str:
    """Return how messages name a file: its folder and its name."""
    return f"{path.parent.name}/{path.name}"


def line_of(content: CommentedMap, problem: str) -> int:
    """Return the line of the first key that a problem names, or 1."""
    return next((int(content.lc.key(key)[0]) + 1 for key in content if str(key) in problem), 1)


def _plain(content: object) -> object:
    """Return ruamel's marked values as plain ones."""
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    # ruamel's numbers and texts are subclasses that remember how they were written.
    return next((plain(content) for plain in (str, float) if isinstance(content, plain)), content)
