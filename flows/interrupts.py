"""Plain words that work in every state ("stop", "back", "sos"), in rank order, and what a misspelt one may mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from flows.errors import FlowError
from flows.normal import nearly, plain
from flows.yaml_tree import read_source, read_tree

INTERRUPTS = Path(__file__).parent / "interrupts.yaml"
RANK = ("crisis", "worry", "stop", "back", "skip", "help", "sos", "human", "privacy", "start_over")
FALLBACK = "en"


class Interrupt(Struct, frozen=True):
    """What a plain word asks for, and the word as it is written."""

    name: str
    word: str


Words = dict[str, dict[str, Interrupt]]


def match(text: str, language: str) -> Interrupt | None:
    """Return the interrupt that the whole message is, in the person's language or in English."""
    said = plain(text)
    words = _shipped()
    return words.get(language[:2], {}).get(said) or words[FALLBACK].get(said)


def near(text: str, language: str) -> Interrupt | None:
    """Return the interrupt that a misspelt message may mean, for "did you mean"; None when it may mean several."""
    said = plain(text)
    if len(said) > 40:
        return None
    alike = _by_form(language[:2]).get((said.count(" "), said[:1]), {})
    found = {interrupt.name: interrupt for word, interrupt in alike.items() if nearly(said, word)}
    return found.popitem()[1] if len(found) == 1 else None


def load_interrupts(path: Path = INTERRUPTS) -> Words:
    """Return the interrupts by language and plain word; raise FlowError for a name, rank or form that is wrong."""
    file = str(path)
    try:
        listed = msgspec.convert(read_tree(read_source(path), file).bare(), dict[str, dict[str, list[str]]])
    except msgspec.ValidationError as error:
        raise FlowError(file, 1, 1, str(error), "write 'name: {language: [words]}'") from None
    if tuple(listed) != RANK:
        raise FlowError(file, 1, 1, "interrupts missing or out of order", f"write them as {', '.join(RANK)}")
    words: Words = {}
    for name, by_language in listed.items():
        for language, known in by_language.items():
            for word in known:
                words.setdefault(language, {}).setdefault(plain(word), Interrupt(name, word))
    return words


@cache
def _by_form(language: str) -> dict[tuple[int, str], dict[str, Interrupt]]:
    """Return the words of a language and of English by number of spaces and first letter: a slip changes neither."""
    words = _shipped()
    known: dict[tuple[int, str], dict[str, Interrupt]] = {}
    for word, interrupt in (words[FALLBACK] | words.get(language, {})).items():
        known.setdefault((word.count(" "), word[:1]), {})[word] = interrupt
    return known


@cache
def _shipped() -> Words:
    return load_interrupts()
