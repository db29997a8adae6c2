"""Checks what a step alone can get wrong: ways that do not fit its answer, and labels that a platform cuts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows import interrupts
from flows.finding import Checked, Finding
from flows.model import AnswerKind, Step
from flows.normal import plain
from flows.phrases import phrases_of

SLACK_BUTTON = 75
VALUE_BYTES = 48  # Telegram's callback holds 64 bytes, of which the conversation's token needs some
TITLE = 40
_RATED = frozenset({AnswerKind.NUMBER, AnswerKind.SCALE, AnswerKind.YES_NO})
_CHOSEN = frozenset({AnswerKind.CHOICE, AnswerKind.SCALE})


def check(checked: Checked) -> Iterator[Finding]:
    """Yield the findings of single steps."""
    yield from _flow(checked)
    for name, step in checked.steps():
        yield from _ways(checked, name, step)
        yield from _labels(checked, name, step)
        if step.measure and step.answer is not None and step.answer.kind not in _RATED:
            remedy = "measure a number or a scale"
            yield checked.find(f"'{step.measure}' cannot be measured", remedy, "steps", name, "measure")


def _flow(checked: Checked) -> Iterator[Finding]:
    flow = checked.flow
    file = Path(checked.file)
    if file.stem != flow.name:
        yield checked.find(f"the file is not named '{flow.name}.yaml'", "rename the file or the flow", "flow")
    if not file.with_suffix(".test.yaml").exists():
        yield checked.find("no transcript tests", f"write {flow.name}.test.yaml beside it", "flow")
    if len(flow.title) > TITLE:
        yield checked.find(f"a title of {len(flow.title)} characters", f"keep it to {TITLE}", "title")
    if flow.reviewed.next <= flow.reviewed.on:
        yield checked.find("the next review is not after the last", "set a later date", "reviewed", "next")
    if len(flow.language) < 2 or phrases_of(flow.language) is not phrases_of(flow.language[:2]):
        yield checked.find(f"'{flow.language}' is no language code", "write one such as en", "language")


def _ways(checked: Checked, name: str, step: Step) -> Iterator[Finding]:
    if step.end or step.call:
        pass
    elif not step.choose and not step.branches:
        yield checked.find(f"'{name}' is a dead end", "add 'next' or 'end: done'", "steps", name)
    if step.call and not step.choose and not step.branches:
        yield checked.find(f"'{name}' is a dead end", "add 'next' after the call", "steps", name)
    if step.branches and step.branches[-1].when is not None:
        remedy = "add a last way without 'when'"
        yield checked.find(f"'{name}' may have no way on", remedy, "steps", name, "next", len(step.branches) - 1)
    for index, branch in enumerate(step.branches[:-1]):
        if branch.when is None:
            yield checked.find("ways after this one are never taken", "move it last", "steps", name, "next", index)
    yield from _choices(checked, name, step)


def _choices(checked: Checked, name: str, step: Step) -> Iterator[Finding]:
    """Yield what is wrong with a `next` by choice."""
    values = _values(step)
    for key in step.choose:
        if key not in values:
            known = ", ".join(values) or "a choice"
            yield checked.find(f"'{key}' is never answered", f"use {known}", "steps", name, "next", key)
    missing = [value for value in values if value not in step.choose]
    if step.choose and missing and not step.branches:
        what = f"no way on for {', '.join(missing)}"
        yield checked.find(what, "add them, or 'else: step'", "steps", name, "next")
    if step.choose and step.skippable and not step.skip_to and not step.branches:
        remedy = "write 'skippable: step' or add 'else: step'"
        yield checked.find("a skip has no way on", remedy, "steps", name, "skippable")


def _values(step: Step) -> tuple[str, ...]:
    """Return the answers that a `next` by choice can name."""
    if step.call is not None:
        return ("done", "left", "stopped")
    if step.answer is None:
        return ()
    if step.answer.kind is AnswerKind.YES_NO:
        return ("yes", "no")
    return tuple(choice.value for choice in step.answer.choices) if step.answer.kind in _CHOSEN else ()


def _labels(checked: Checked, name: str, step: Step) -> Iterator[Finding]:
    answer = step.answer
    seen: set[str] = set()
    for choice in answer.choices if answer else ():
        at = ("steps", name, "answer", answer.kind if answer else "", choice.value)
        if len(choice.label) > SLACK_BUTTON:
            what = f"a label of {len(choice.label)} characters"
            yield checked.find(what, f"Slack shows {SLACK_BUTTON}; shorten it", *at)
        if len(choice.value.encode()) > VALUE_BYTES:
            yield checked.find("a choice's value that is too long", f"keep it under {VALUE_BYTES} bytes", *at)
        for words in (choice.label, *choice.also):
            if plain(words) in seen:
                yield checked.find(f"two choices read '{words}'", "word them apart", *at)
        if not plain(choice.label):
            yield checked.find("a label without words", "write words; signs alone cannot be read out", *at)
        word = interrupts.match(choice.label, checked.flow.language)
        if word is not None and word.name != "human":
            what = f"'{choice.label}' is a word that works everywhere ({word.name})"
            yield checked.find(what, "word the choice another way", *at)
        seen |= {plain(words) for words in (choice.label, *choice.also)}
