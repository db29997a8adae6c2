"""Reads YAML 1.2 into plain values that know their line and column, refusing whatever a reviewed file never needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flows.errors import FlowError

MAX_BYTES = 1_000_000
MAX_NESTING = 32
MAX_VALUES = 10_000

Scalar = str | int | float | bool | None
Bare = Scalar | list["Bare"] | dict[str, "Bare"]
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})$")
_REAL = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}$")
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


class Mark(NamedTuple):
    """A place in a file; both count from 1."""

    line: int
    column: int


class Node(Struct, frozen=True):
    """A value with the place where it stands; `keys` are the places of a mapping's keys."""

    value: Scalar | list[Node] | dict[str, Node]
    mark: Mark
    keys: dict[str, Mark] = {}

    def at(self, *path: str | int) -> Mark:
        """Return the place of the value under `path`, or of the nearest one above it that exists."""
        node, mark = self, self.mark
        for key in path:
            found = _child(node, key)
            if found is None:
                break
            mark = node.keys.get(str(key), found.mark)
            node = found
        return mark

    def bare(self) -> Bare:
        """Return the value without its places."""
        if isinstance(self.value, dict):
            return {key: node.bare() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.bare() for node in self.value]
        return self.value


def read_source(path: Path) -> bytes:
    """Return a file's bytes; raise FlowError when it is missing or too large, without reading more than is allowed."""
    try:
        with path.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FlowError(str(path), 1, 1, f"cannot be read ({error.strerror})", "check the path") from None
    _check_size(source, str(path))
    return source


def _check_size(source: bytes, file: str) -> None:
    if len(source) > MAX_BYTES:
        raise FlowError(file, 1, 1, "the file is over a megabyte", f"keep it under {MAX_BYTES} bytes")


def read_tree(source: bytes, file: str) -> Node:
    """Return the one document in `source`; raise FlowError for anything that is not plain YAML 1.2."""
    _check_size(source, file)
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FlowError(file, 1, 1, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    return _Builder(file).build(_events(text, file))


def _child(node: Node, key: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(key))
    if isinstance(node.value, list) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    return None


def _events(text: str, file: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        # Only the problem is quoted, never the snippet: a file may hold what an operator keeps private.
        raise FlowError(file, line, column, f"not YAML: {error.problem}", "check quotes and indentation") from None
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError) as error:
        # ruamel's scanner answers some garbage with a bare Python error instead of its own.
        what = f"not YAML ({type(error).__name__})"
        raise FlowError(file, 1, 1, what, "check the file for stray characters") from None


class _Builder:
    """Builds the tree from parser events without recursion, so that deep nesting is counted and not suffered."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.open: list[Node] = []
        self.pending: list[tuple[str, Mark] | None] = []
        self.root: Node | None = None
        self.values = 0

    def build(self, events: Iterator[Event]) -> Node:
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._refuse(documents > 1, event, "a second document", "put one document in a file")
            self._take(event)
        if self.root is None or self.root.value is None:
            raise FlowError(self.file, 1, 1, "the file is empty", "write at least one key")
        return self.root

    def _take(self, event: Event) -> None:
        self._refuse(isinstance(event, AliasEvent), event, "an alias", "write the value out where it is needed")
        if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self._check(event)
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._enter(Node({}, _mark(event), {}), event)
        elif isinstance(event, SequenceStartEvent):
            self._enter(Node([], _mark(event)), event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.open.pop()
            self.pending.pop()

    def _check(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        self.values += 1
        self._refuse(self.values > MAX_VALUES, event, f"more than {MAX_VALUES} values", "split the file")
        self._refuse(event.anchor is not None, event, "an anchor", "write the value out where it is needed")
        self._refuse(event.tag is not None, event, "a tag", "leave the tag out; quote the value if it is text")

    def _scalar(self, event: ScalarEvent) -> None:
        if self.open and isinstance(self.open[-1].value, dict) and self.pending[-1] is None:
            self.pending[-1] = (event.value, _mark(event))
            return
        plain = event.style is None
        self._place(Node(_resolve(event.value) if plain else event.value, _mark(event)), event)

    def _enter(self, node: Node, event: Event) -> None:
        self._refuse(len(self.open) >= MAX_NESTING, event, f"nesting over {MAX_NESTING}", "flatten the file")
        self._place(node, event)
        self.open.append(node)
        self.pending.append(None)

    def _place(self, node: Node, event: Event) -> None:
        if not self.open:
            self.root = node
            return
        holder = self.open[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
            return
        pending = self.pending[-1]
        if pending is None or not isinstance(holder.value, dict):
            raise self._error(_mark(event), "a key that is not plain text", "write the key as one word")
        key, mark = pending
        if key in holder.value:
            raise self._error(mark, f"the key '{key}' stands twice", "keep one of them")
        holder.value[key] = node
        holder.keys[key] = mark
        self.pending[-1] = None

    def _refuse(self, wrong: bool, event: Event, what: str, remedy: str) -> None:
        if wrong:
            raise self._error(_mark(event), what, remedy)

    def _error(self, mark: Mark, what: str, remedy: str) -> FlowError:
        return FlowError(self.file, mark.line, mark.column, what, remedy)


def _mark(event: Event) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _resolve(text: str) -> Scalar:
    """Read a plain scalar by the YAML 1.2 core schema: `yes` stays text and `12:30` too."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _REAL.match(text) else text
