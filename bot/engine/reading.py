"""Reads a person's answer as what the question asked for, or says why it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from bot.engine import places, times
from flows.model import Answer, AnswerKind, Choice
from flows.normal import nearly, plain
from flows.phrases import Phrases
from flows.values import Saved

_NUMBER = re.compile(r"(?<![\w.,])[-+]?[0-9]{1,9}(?:[.,][0-9]{1,6})?(?![\w])")
_OUT_OF = re.compile(r"(?<=\d)\s*(?:/|out of|of|von|de)\s*(?:10|100)(?!\d)")
_COMMAS = re.compile(r"[,;/\n]+| and | und | y ")
_READ_AT_MOST = 200


class Wrong(Struct, frozen=True):
    """The answer does not fit; `why` names the phrase that says so."""

    why: str


class Context(NamedTuple):
    """What reading an answer may need besides the answer."""

    phrases: Phrases
    language: str
    now: datetime


def read(answer: Answer, text: str, value: str, context: Context) -> Saved | Wrong:
    """Return the answer in typed form, or Wrong."""
    if answer.kind is AnswerKind.TEXT:
        return _text(answer, text)
    if value:
        return _TAPPED.get(answer.kind, _tapped_words)(answer, value, context)
    return _TYPED[answer.kind](answer, text, context)


def match_choice(choices: tuple[Choice, ...], typed: dict[str, str], text: str) -> str | None:
    """Return the value that a typed text means: its words, its number, an unambiguous beginning, or a slip."""
    said = plain(text)
    found = typed.get(said)
    if found is not None or not said:
        return found
    labels = [(plain(choice.label), choice.value) for choice in choices]
    begun = [value for label, value in labels if len(said) > 1 and label.startswith(said)]
    if len(begun) == 1:
        return begun[0]
    near = {value for words, value in typed.items() if nearly(said, words)}
    return near.pop() if len(near) == 1 else None


def _text(answer: Answer, text: str) -> Saved | Wrong:
    text = text.strip()
    if not text:
        return Wrong("empty")
    return text if len(text) <= answer.limit else Wrong("too_long")


def _choice(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    return match_choice(answer.choices, answer.typed, text) or Wrong("choice")


def _tapped_choice(answer: Answer, value: str, context: Context) -> Saved | Wrong:
    return value if value in answer.by_value else Wrong("choice")


def _scale(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    number = _number(answer, text, context)
    if not isinstance(number, Wrong):
        return number if isinstance(number, int) else Wrong("range")
    value = match_choice(answer.choices, answer.typed, text)
    return number if value is None else int(value)


def _tapped_scale(answer: Answer, value: str, context: Context) -> Saved | Wrong:
    return int(value) if value in answer.by_value else Wrong("number")


def _number(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    text = text[:_READ_AT_MOST].strip()
    # The usual reply is bare digits.
    number = (
        int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else _find_number(answer, text, context)
    )
    if number is None:
        return Wrong("number")
    low, high = answer.minimum, answer.maximum
    return number if (low is None or number >= low) and (high is None or number <= high) else Wrong("range")


def _find_number(answer: Answer, text: str, context: Context) -> int | float | None:
    """Return the one number in a sentence ("about 70 %", "7/10", "seven"); None when there is none or a choice."""
    word = context.phrases.understood.number_of.get(plain(text))
    if word is not None:
        return word
    found = [float(number.replace(",", ".")) for number in _NUMBER.findall(_OUT_OF.sub(" ", text))]
    if len(found) != 1:
        return None
    return int(found[0]) if found[0].is_integer() else found[0]


def _yes_no(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    said = context.phrases.understood.yes_no.get(plain(text))
    return Wrong("yes_no") if said is None else said


def _tapped_yes_no(answer: Answer, value: str, context: Context) -> Saved | Wrong:
    return value == "yes" if value in ("yes", "no") else Wrong("yes_no")


def _many(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    """Read several answers typed at once, divided by commas."""
    parts = [part for part in _COMMAS.split(text[: _READ_AT_MOST * 2]) if part.strip()]
    values = [match_choice(answer.choices, answer.typed, part) for part in parts]
    known = list(dict.fromkeys(value for value in values if value is not None))
    fits = (answer.minimum or 0) <= len(known) <= (answer.maximum or len(known))
    return known if parts and len(known) == len(set(values)) and fits else Wrong("many")


def _tapped_many(answer: Answer, value: str, context: Context) -> Saved | Wrong:
    return [value] if value in answer.by_value else Wrong("many")


def _tapped_none(answer: Answer, value: str, context: Context) -> Saved | Wrong:
    return True if value == "~next" else Wrong("choice")


def _none(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    return True


def _time(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    return times.read_time(text, context.phrases.understood) or Wrong("time")


def _date(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    return times.read_date(text, context.phrases.understood, context.now.date(), context.language) or Wrong("date")


def _zone(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    return places.find_zone(text, context.language, context.phrases.understood) or Wrong("zone")


def _country(answer: Answer, text: str, context: Context) -> Saved | Wrong:
    return places.find_country(text, context.language, context.phrases.understood) or Wrong("country")


def _tapped_words(answer: Answer, value: str, context: Context) -> Saved | Wrong:
    """Read a tapped value of a kind whose suggestions are themselves words that could be typed."""
    return _TYPED[answer.kind](answer, value, context)


_Reader = Callable[[Answer, str, Context], Saved | Wrong]
_TYPED: dict[AnswerKind, _Reader] = {
    AnswerKind.CHOICE: _choice,
    AnswerKind.SCALE: _scale,
    AnswerKind.NUMBER: _number,
    AnswerKind.YES_NO: _yes_no,
    AnswerKind.MANY: _many,
    AnswerKind.NONE: _none,
    AnswerKind.TIME: _time,
    AnswerKind.DATE: _date,
    AnswerKind.ZONE: _zone,
    AnswerKind.COUNTRY: _country,
}
_TAPPED: dict[AnswerKind, _Reader] = {
    AnswerKind.CHOICE: _tapped_choice,
    AnswerKind.SCALE: _tapped_scale,
    AnswerKind.YES_NO: _tapped_yes_no,
    AnswerKind.MANY: _tapped_many,
    AnswerKind.NONE: _tapped_none,
}
