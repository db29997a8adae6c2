"""Reads what a question accepts: `answer: text`, or `answer: {number: {min: 0, max: 100}}`."""

from __future__ import annotations

from collections.abc import Callable

from flows.model import Answer, AnswerKind, Choice
from flows.reading import Field

_BOUNDS = frozenset({"min", "max"})
_KINDS = frozenset(AnswerKind)
MAX_CHOICES = 25
MAX_SCALE = 11


def read_answer(field: Field) -> Answer:
    """Return the answer that a step takes."""
    if not field.is_mapping():
        return _bare(field)
    parts = field.mapping(_KINDS)
    if len(parts) != 1:
        field.refuse("an answer of more than one kind", f"use one of {', '.join(sorted(_KINDS))}")
    (name, body), *_ = parts.items()
    return _READERS[AnswerKind(name)](body)


def _bare(field: Field) -> Answer:
    """Read a kind without details; `none` and null are the same here."""
    word = "none" if field.scalar() is None else str(field.scalar())
    if word not in _KINDS:
        field.refuse(f"'{word}' is no kind of answer", f"use one of {', '.join(sorted(_KINDS))}")
    kind = AnswerKind(word)
    if kind in (AnswerKind.CHOICE, AnswerKind.MANY, AnswerKind.SCALE, AnswerKind.NUMBER):
        field.refuse(f"'{word}' needs its details", _DETAILS[kind])
    return Answer(kind)


_DETAILS = {
    AnswerKind.CHOICE: "write {choice: {value: Label, ...}}",
    AnswerKind.MANY: "write {many: {choices: {value: Label, ...}}}",
    AnswerKind.SCALE: "write {scale: {min: 1, max: 5}}",
    AnswerKind.NUMBER: "write {number: {min: 0, max: 100}}",
}


def _text(field: Field) -> Answer:
    parts = field.mapping(frozenset({"max"}))
    return Answer(AnswerKind.TEXT, limit=parts["max"].integer(1, 4000) if "max" in parts else 1000)


def _choice(field: Field) -> Answer:
    return Answer(AnswerKind.CHOICE, choices=_choices(field))


def _choices(field: Field) -> tuple[Choice, ...]:
    fields = field.mapping()
    if not 0 < len(fields) <= MAX_CHOICES:
        field.refuse(f"{len(fields)} choices", f"write 1 to {MAX_CHOICES}")
    for key in fields:
        if not key or key.startswith("~"):
            field.refuse(f"'{key}' cannot be a choice's value", "use a short word", field.node.keys[key])
    return tuple(_one_choice(key, label) for key, label in fields.items())


def _one_choice(value: str, field: Field) -> Choice:
    """Read a label, or `{label: …, also: [words that mean it when typed]}`."""
    if not field.is_mapping():
        return Choice(value, field.label())
    parts = field.mapping(frozenset({"label", "also"}), ("label", "also"))
    return Choice(value, parts["label"].label(), tuple(word.label() for word in parts["also"].items()))


def _many(field: Field) -> Answer:
    parts = field.mapping(_BOUNDS | {"choices"}, ("choices",))
    choices = _choices(parts["choices"])
    minimum = parts["min"].integer(0, len(choices)) if "min" in parts else 1
    maximum = parts["max"].integer(max(1, minimum), len(choices)) if "max" in parts else len(choices)
    return Answer(AnswerKind.MANY, choices=choices, minimum=minimum, maximum=maximum)


def _scale(field: Field) -> Answer:
    parts = field.mapping(_BOUNDS | {"labels"}, ("min", "max"))
    minimum = parts["min"].integer(0, 100)
    maximum = parts["max"].integer(minimum + 1, minimum + MAX_SCALE - 1)
    labels = parts["labels"].mapping() if "labels" in parts else {}
    values = [str(value) for value in range(minimum, maximum + 1)]
    for key in labels:
        if key not in values:
            parts["labels"].refuse(
                f"a label for '{key}', which is not on the scale", "remove it", labels[key].node.mark
            )
    choices = tuple(Choice(value, _scale_label(value, labels)) for value in values)
    return Answer(AnswerKind.SCALE, choices=choices, minimum=minimum, maximum=maximum)


def _scale_label(value: str, labels: dict[str, Field]) -> str:
    return f"{value} {labels[value].text()}" if value in labels else value


def _number(field: Field) -> Answer:
    parts = field.mapping(_BOUNDS, ("min", "max"))
    minimum, maximum = parts["min"].number(), parts["max"].number()
    if minimum >= maximum:
        field.refuse("no number fits", "make 'min' smaller than 'max'")
    return Answer(AnswerKind.NUMBER, minimum=minimum, maximum=maximum)


def _suggesting(kind: AnswerKind, field: Field) -> Answer:
    """Read a time, date, zone or country with values that can be tapped."""
    parts = field.mapping(frozenset({"suggest"}), ("suggest",))
    return Answer(kind, choices=_choices(parts["suggest"]))


def _plain(kind: AnswerKind, field: Field) -> Answer:
    field.refuse(f"'{kind}' has no details", f"write 'answer: {kind}'")


_READERS: dict[AnswerKind, Callable[[Field], Answer]] = {
    AnswerKind.TEXT: _text,
    AnswerKind.CHOICE: _choice,
    AnswerKind.MANY: _many,
    AnswerKind.SCALE: _scale,
    AnswerKind.NUMBER: _number,
    AnswerKind.YES_NO: lambda field: _plain(AnswerKind.YES_NO, field),
    AnswerKind.NONE: lambda field: _plain(AnswerKind.NONE, field),
    AnswerKind.TIME: lambda field: _suggesting(AnswerKind.TIME, field),
    AnswerKind.DATE: lambda field: _suggesting(AnswerKind.DATE, field),
    AnswerKind.ZONE: lambda field: _suggesting(AnswerKind.ZONE, field),
    AnswerKind.COUNTRY: lambda field: _suggesting(AnswerKind.COUNTRY, field),
}
