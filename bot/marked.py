"""Turns an operator's YAML into values; every fault names the setting, file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bot.errors import SettingError
from flows.errors import FlowError
from flows.yaml_tree import Node, read_source, read_tree

T = TypeVar("T")
_PLACE = re.compile(r" - at `\$([^`]*)`$")
_FIELD = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_STEP = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]")


class MarkedFile:
    """One file of an operator, by the setting that names it. `remedies` tells what to do about single keys."""

    def __init__(self, setting: str, path: Path, remedies: Mapping[str, str], otherwise: str) -> None:
        self._setting = setting
        self._path = path
        self._remedies = remedies
        self._otherwise = otherwise
        try:
            self.tree: Node = read_tree(read_source(path), str(path))
        except FlowError as error:
            raise SettingError(f"{setting}: {error}") from error

    def convert(self, bare: Any, kind: type[T]) -> T:
        """Return the file's value as `kind`; `bare` is its content, rewritten where the file may be shorter."""
        try:
            return msgspec.convert(bare, kind)
        except msgspec.ValidationError as error:
            text = str(error)
            place = _PLACE.search(text)
            steps = [int(number) if number else key for key, number in _STEP.findall(place[1] if place else "")]
            field = _FIELD.search(text)
            if field is not None:
                steps.append(field[1])
            named = str(steps[-1]) if steps else ""
            missing = _MISSING.search(text)
            remedy = self._remedies.get(missing[1] if missing else named, self._otherwise)
            raise self.fault(_PLACE.sub(f" for {named}" if named else "", text), remedy, *steps) from error

    def fault(self, what: str, remedy: str, *steps: str | int) -> SettingError:
        """Return the error for the value under `steps`."""
        mark = self.tree.at(*steps)
        return SettingError(f"{self._setting} {self._path}:{mark.line}: {what}; {remedy}")
