"""Takes typed fields out of a YAML tree, each refusal with its place and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NoReturn

from flows.errors import FlowError
from flows.values import Saved
from flows.yaml_tree import Mark, Node, Scalar

_DURATION = re.compile(r"([1-9][0-9]{0,4})(m|h|d)$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}$")
_DOTTED = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40})?$")


class Field:
    """One value of a file, read as what it should be."""

    def __init__(self, file: str, name: str, node: Node) -> None:
        self.file = file
        self.name = name
        self.node = node

    def refuse(self, what: str, remedy: str, mark: Mark | None = None) -> NoReturn:
        """Raise FlowError at this field (or at `mark`)."""
        at = mark or self.node.mark
        raise FlowError(self.file, at.line, at.column, what, remedy)

    def mapping(self, known: frozenset[str] | None = None, needed: tuple[str, ...] = ()) -> dict[str, Field]:
        """Return the fields inside; refuse keys outside `known` and missing `needed` ones."""
        if not isinstance(self.node.value, dict):
            self.refuse(f"'{self.name}' should hold keys", "write 'key: value' lines under it")
        for key in self.node.value:
            if known is not None and key not in known:
                remedy = f"use one of {', '.join(sorted(known))}"
                self.refuse(f"'{key}' is not a key of '{self.name}'", remedy, self.node.keys[key])
        for key in needed:
            if key not in self.node.value:
                self.refuse(f"'{self.name}' has no '{key}'", f"add '{key}:'")
        return {key: Field(self.file, key, node) for key, node in self.node.value.items()}

    def items(self) -> Iterator[Field]:
        """Yield the fields of a list."""
        if not isinstance(self.node.value, list):
            self.refuse(f"'{self.name}' should be a list", "start each entry with '- '")
        for node in self.node.value:
            yield Field(self.file, self.name, node)

    def is_mapping(self) -> bool:
        """Return whether there are keys inside."""
        return isinstance(self.node.value, dict)

    def is_list(self) -> bool:
        """Return whether it is a list."""
        return isinstance(self.node.value, list)

    def scalar(self) -> Scalar:
        """Return a single value."""
        if isinstance(self.node.value, dict | list):
            self.refuse(f"'{self.name}' should be a single value", "write it on one line")
        return self.node.value

    def text(self) -> str:
        """Return a text that is not empty."""
        value = self.scalar()
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"'{self.name}' should be text", "write words; quote them if they look like a number")
        return value.strip()

    def label(self) -> str:
        """Return a text, where a bare number is as good as one."""
        value = self.scalar()
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text()

    def identifier(self, *, dotted: bool = False) -> str:
        """Return a name of small letters, digits and underscores."""
        value = self.text()
        if not (_DOTTED if dotted else _NAME).match(value):
            self.refuse(f"'{value}' is not a name", "use small letters, digits and underscores, at most 41")
        return value

    def integer(self, minimum: int, maximum: int) -> int:
        """Return a whole number within bounds."""
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            self.refuse(f"'{self.name}' should be a whole number", f"write one from {minimum} to {maximum}")
        return value

    def number(self) -> float:
        """Return a number."""
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(f"'{self.name}' should be a number", "write digits")
        return value

    def flag(self) -> bool:
        """Return true or false."""
        value = self.scalar()
        if not isinstance(value, bool):
            self.refuse(f"'{self.name}' should be true or false", "write true or false")
        return value

    def duration(self) -> timedelta:
        """Return a length of time such as 30m, 4h or 2d."""
        match = _DURATION.match(str(self.scalar()))
        if match is None:
            self.refuse(f"'{self.name}' should be a length of time", "write it like 30m, 4h or 2d")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})

    def day(self) -> str:
        """Return a date as YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.text()).isoformat()
        except ValueError:
            self.refuse(f"'{self.name}' should be a date", "write it like 2026-11-23")

    def saved(self) -> Saved:
        """Return a single value or a list of texts."""
        return [field.label() for field in self.items()] if self.is_list() else self.scalar()

    def texts(self) -> list[Field]:
        """Return one text or a list of them as fields."""
        return list(self.items()) if self.is_list() else [self]
