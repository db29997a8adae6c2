"""How saved values are shown to a person, and which buttons a question has."""

from __future__ import annotations

from flows.model import GIVEN_BY_THE_BOT, Answer, AnswerKind, Choice
from flows.phrases import Phrases
from flows.values import Saved


def shown(name: str, value: Saved, answer: Answer | None, phrases: Phrases) -> str:
    """Return a saved value as a person reads it: labels for choices, no trailing zeros."""
    if value is None or value == "":
        # Where whom to call should stand, "(no answer)" must not.
        return phrases.lines.emergency_unknown if name in GIVEN_BY_THE_BOT else phrases.nothing
    if isinstance(value, bool):
        return phrases.labels.yes if value else phrases.labels.no
    if isinstance(value, list):
        return ", ".join(_label(answer, item) for item in value)
    return _label(answer, value) if isinstance(value, str) else f"{value:g}"


def choices_of(answer: Answer, chosen: list[str], phrases: Phrases) -> tuple[Choice, ...]:
    """Return the buttons of a question; of several answers those that are left, and "done" when there are enough."""
    if answer.kind is AnswerKind.YES_NO:
        return phrases.yes_no
    if answer.kind is AnswerKind.NONE:
        return phrases.next_only
    if answer.kind is not AnswerKind.MANY:
        return answer.choices
    left = tuple(choice for choice in answer.choices if choice.value not in chosen)
    return left + phrases.done_only if len(chosen) >= (answer.minimum or 0) else left


def _label(answer: Answer | None, value: str) -> str:
    choice = answer.by_value.get(value) if answer else None
    return choice.label if choice else value
