"""Whom a person in a country can call: the emergency number and crisis lines, and how they are written."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from flows.errors import FlowError
from flows.kept import Keeper
from flows.phrases import Phrases, fill, phrases_of
from flows.yaml_tree import read_tree

CRISIS_LINES = Path(__file__).parent / "crisis_lines.yaml"
_LONGEST_WAYS = 120
_UNSURE = re.compile(r"check|\(memory\)")


class CrisisLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A country's emergency number and its line. `verified_on` is empty until a person checked it."""

    country: str
    emergency: str
    name: str
    dial: str
    hours: str
    text_chat: str
    sources: list[str]
    verified_on: str = ""


class CrisisLines(Struct, frozen=True, forbid_unknown_fields=True):
    """All countries by ISO code, and the international directory for the others."""

    directory: str
    countries: dict[str, CrisisLine]

    def for_country(self, code: str) -> CrisisLine | None:
        """Return the line of a country, or None when there is none that we are sure of."""
        return self.countries.get(code.upper())

    def numbers(self, country: str, language: str) -> str:
        """Return whom to call, in at most five short lines: emergency first, the directory last."""
        phrases, line = phrases_of(language), self.for_country(country)
        directory = fill(phrases.lines.directory, directory=self.directory)
        if line is None:
            return f"{phrases.lines.emergency_unknown}\n{directory}"
        return "\n".join([*_written(line, phrases), directory])


def load_crisis_lines(path: Path = CRISIS_LINES, *, cache: Path | None = None) -> CrisisLines:
    """Read the lines; raise FlowError naming the file when one has a wrong form."""
    return Keeper(cache).make(path, CrisisLines, _parse)


def _parse(source: bytes, file: str) -> CrisisLines:
    try:
        return msgspec.convert(read_tree(source, file).bare(), CrisisLines)
    except msgspec.ValidationError as error:
        raise FlowError(file, 1, 1, str(error), "give every country the keys of the first one") from None


def _written(line: CrisisLine, phrases: Phrases) -> list[str]:
    words = phrases.lines
    hours = "" if _UNSURE.search(line.hours) else line.hours
    call = words.line_with_hours if hours else words.line
    written = [
        fill(words.emergency, number=line.emergency),
        fill(call, name=line.name, dial=line.dial, hours=hours),
    ]
    ways = _ways(line.text_chat)
    return [*written, fill(words.other_ways, ways=ways)] if ways else written


def _ways(text_chat: str) -> str:
    """Return the other ways that the sources are sure of, as many as fit on a line."""
    ways = ""
    for way in (way.strip() for way in text_chat.split(";")):
        longer = f"{ways}; {way}" if ways else way
        if way and not _UNSURE.search(way) and len(longer) <= _LONGEST_WAYS:
            ways = longer
    return ways
