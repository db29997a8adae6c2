"""The engine's own sentences and the words it understands, by language, read from phrases.yaml."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from flows.errors import FlowError
from flows.kept import Keeper
from flows.model import Choice, Sentence
from flows.normal import plain
from flows.yaml_tree import read_tree

PHRASES = Path(__file__).parent / "phrases.yaml"


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """The words on the engine's own buttons."""

    yes: str
    no: str
    next: str
    done: str
    skip: str
    again: str
    stop: str
    human: str
    go_on: str
    start_new: str
    leave: str


class Retries(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said after an answer that does not fit, by why it does not."""

    empty: str
    too_long: str
    choice: str
    many: str
    number: str
    range: str
    yes_no: str
    time: str
    date: str
    zone: str
    country: str


class Lines(Struct, frozen=True, forbid_unknown_fields=True):
    """How the numbers of a country are written."""

    emergency: str
    emergency_unknown: str
    line: str
    line_with_hours: str
    other_ways: str
    directory: str


class Tools(Struct, frozen=True, forbid_unknown_fields=True):
    """How exercises are offered; `needs` are labels with the words that each searches for."""

    needs: dict[str, str]
    short: str
    last: str
    all: str
    found: str
    used_last: str
    none_found: str
    entry: str


class Understood(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Words that are understood in answers; all are compared in their plain form."""

    yes: list[str]
    no: list[str]
    done: list[str]
    numbers: list[str]
    morning: list[str]
    evening: list[str]
    half_past: list[str]
    half_to: list[str]
    quarter_past: list[str]
    quarter_to: list[str]
    noon: list[str]
    midnight: list[str]
    today: list[str]
    tomorrow: list[str]
    yesterday: list[str]
    countries: dict[str, str]
    cities: dict[str, str] = {}

    @cached_property
    def yes_no(self) -> dict[str, bool]:
        """Return True or False by plain word."""
        return {plain(word): True for word in self.yes} | {plain(word): False for word in self.no}

    @cached_property
    def zone_of(self) -> dict[str, str]:
        """Return the time zone by plain name of a city."""
        return {plain(city): zone for city, zone in self.cities.items()}

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Return the number by its plain word."""
        return {plain(word): number for number, word in enumerate(self.numbers)}


class Phrases(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Everything that the engine itself says in one language."""

    labels: Labels
    retry: Retries
    understood: Understood
    lines: Lines
    tools: Tools
    resume: str
    resume_yesterday: str
    resume_days: str
    back_to: str
    first_question: str
    cannot_skip: str
    stopped: str
    left: str
    reminder: str
    expired: str
    stuck: str
    budget: str
    changed: str
    unknown_flow: str
    needs_consent: str
    not_staffed: str
    switched_off: str
    many_today: str
    chosen: str
    nothing: str
    speaks: list[str]
    language_set: str
    language_unknown: str

    @cached_property
    def yes_no(self) -> tuple[Choice, ...]:
        """Return the buttons of a yes-or-no question."""
        return (Choice("yes", self.labels.yes), Choice("no", self.labels.no))

    @cached_property
    def next_only(self) -> tuple[Choice, ...]:
        """Return the button of a step that takes no answer."""
        return (Choice("~next", self.labels.next),)

    @cached_property
    def done_only(self) -> tuple[Choice, ...]:
        """Return the button that closes a question with several answers."""
        return (Choice("~done", self.labels.done),)


class Phrasebook(Struct, frozen=True):
    """All languages."""

    languages: dict[str, Phrases]


@cache
def phrases_of(language: str) -> Phrases:
    """Return the shipped phrases in a language; English where there are none."""
    languages = load_phrases(Keeper(None)).languages
    return languages.get(language) or languages.get(language[:2]) or languages["en"]


def fill(phrase: str, **values: object) -> str:
    """Return a phrase with its names put in."""
    return Sentence(phrase).fill(lambda name: str(values.get(name, "")))


def load_phrases(keeper: Keeper, path: Path = PHRASES) -> Phrasebook:
    """Read the phrases; raise FlowError naming the file for one that is missing or unknown."""
    return keeper.make(path, Phrasebook, _parse)


def _parse(source: bytes, file: str) -> Phrasebook:
    try:
        return msgspec.convert({"languages": read_tree(source, file).bare()}, Phrasebook)
    except msgspec.ValidationError as error:
        raise FlowError(file, 1, 1, str(error), "give every language the same keys as 'en'") from None
