"""Translations: side files with the texts of a flow in another language, each bound to the words it was made from.

A text whose source has changed is not spoken any more: the flow's own language stands in until it is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct, structs

from flows.model import Answer, Choice, Flow, Hint, Picture, Retry, Reviewed, Sentence, Step
from flows.reading import Field
from flows.yaml_tree import read_tree

_PLACE = re.compile(r"\{[a-z_.]+\}")
_LETTER = re.compile(r"[^\W\d_]")


class Translated(Struct, frozen=True):
    """One text in another language; `of` is the hash of its source, `also` other words that mean a choice."""

    of: str
    text: str
    also: tuple[str, ...] = ()


class Translation(Struct, frozen=True):
    """A flow's texts in one language, by `<step>.<field>`."""

    flow: str
    language: str
    reviewed: Reviewed
    texts: dict[str, Translated]


class Source(NamedTuple):
    """One text of a flow that is translated, with its place in the file."""

    key: str
    text: str
    path: tuple[str | int, ...]


def mark_of(text: str) -> str:
    """Return the hash that binds a translation to its source."""
    return sha256(text.encode()).hexdigest()[:8]


def sources(flow: Flow) -> Iterator[Source]:
    """Yield every text of a flow that is translated, in the order of the file; a place alone has no words."""
    yield from (source for source in _texts(flow) if _LETTER.search(_PLACE.sub("", source.text)))


def _texts(flow: Flow) -> Iterator[Source]:
    yield Source("title", flow.title, ("title",))
    if flow.helps_with:
        yield Source("helps_with", ", ".join(flow.helps_with), ("helps_with",))
    for name, step in flow.steps.items():
        for index, sentence in enumerate(step.say, 1):
            yield Source(f"{name}.say.{index}", sentence.source, ("steps", name, "say", index - 1))
        yield from _asked(name, step)
        for arm, sentence in step.hint.say.items() if step.hint else ():
            yield Source(f"{name}.hint.{arm}", sentence.source, ("steps", name, "hint", "say", arm))
        if step.picture is not None:
            yield Source(f"{name}.picture", step.picture.text.source, ("steps", name, "picture", "text"))


def _asked(name: str, step: Step) -> Iterator[Source]:
    if step.ask is not None:
        yield Source(f"{name}.ask", step.ask.source, ("steps", name, "ask"))
    for choice in step.answer.choices if step.answer else ():
        at = ("steps", name, "answer", step.answer.kind if step.answer else "", choice.value)
        yield Source(f"{name}.answer.{choice.value}", choice.label, at)
    for index, sentence in enumerate(step.retry.say, 1):
        yield Source(f"{name}.retry.{index}", sentence.source, ("steps", name, "retry", "say", index - 1))


def load_translation(source: bytes, file: str) -> Translation:
    """Return the translation in `source`; raise FlowError with the place of the first fault."""
    needed = ("flow", "language", "reviewed", "texts")
    top = Field(file, "translation", read_tree(source, file)).mapping(frozenset(needed), needed)
    reviewed = top["reviewed"].mapping(frozenset({"role", "on", "next"}), ("role", "on", "next"))
    return Translation(
        flow=top["flow"].identifier(),
        language=top["language"].text(),
        reviewed=Reviewed(reviewed["role"].text(), reviewed["on"].day(), reviewed["next"].day(), evidence=""),
        texts={key: _translated(field) for key, field in top["texts"].mapping().items() if not _blank(field)},
    )


def _blank(field: Field) -> bool:
    """Say whether a text is still to be written, as `handrail flows translate` leaves it."""
    parts = field.mapping(frozenset({"of", "text", "also"}), ("of", "text"))
    return parts["text"].scalar() in (None, "")


def _translated(field: Field) -> Translated:
    parts = field.mapping()
    also = tuple(word.label() for word in parts["also"].items()) if "also" in parts else ()
    return Translated(parts["of"].label(), parts["text"].label(), also)


def translate(flow: Flow, translation: Translation) -> Flow:
    """Return the same version of a flow in another language, text by text as far as its source is unchanged."""
    speak = _Speaker(translation.texts)
    helps = speak.text("helps_with", ", ".join(flow.helps_with))
    return structs.replace(
        flow,
        language=translation.language,
        title=speak.text("title", flow.title),
        helps_with=tuple(part.strip() for part in helps.split(",")) if helps else (),
        steps={name: speak.step(name, step) for name, step in flow.steps.items()},
    )


class _Speaker:
    """Looks texts up by key and source."""

    def __init__(self, texts: dict[str, Translated]) -> None:
        self._texts = texts

    def text(self, key: str, source: str) -> str:
        found = self._found(key, source)
        return found.text if found else source

    def step(self, name: str, step: Step) -> Step:
        say = tuple(self._sentence(f"{name}.say.{index}", one) for index, one in enumerate(step.say, 1))
        return structs.replace(
            step,
            say=say,
            ask=self._sentence(f"{name}.ask", step.ask) if step.ask else None,
            answer=self._answer(name, step.answer) if step.answer else None,
            retry=self._retry(name, step.retry),
            hint=self._hint(name, step.hint) if step.hint else None,
            picture=self._picture(name, step.picture) if step.picture else None,
        )

    def _found(self, key: str, source: str) -> Translated | None:
        found = self._texts.get(key)
        return found if found is not None and found.of == mark_of(source) else None

    def _sentence(self, key: str, sentence: Sentence) -> Sentence:
        return Sentence(self.text(key, sentence.source))

    def _answer(self, name: str, answer: Answer) -> Answer:
        return structs.replace(answer, choices=tuple(self._choice(name, choice) for choice in answer.choices))

    def _choice(self, name: str, choice: Choice) -> Choice:
        found = self._found(f"{name}.answer.{choice.value}", choice.label)
        return Choice(choice.value, found.text, found.also) if found else choice

    def _retry(self, name: str, retry: Retry) -> Retry:
        said = (self._sentence(f"{name}.retry.{index}", one) for index, one in enumerate(retry.say, 1))
        return structs.replace(retry, say=tuple(said)) if retry.say else retry

    def _hint(self, name: str, hint: Hint) -> Hint:
        return structs.replace(
            hint, say={arm: self._sentence(f"{name}.hint.{arm}", one) for arm, one in hint.say.items()}
        )

    def _picture(self, name: str, picture: Picture) -> Picture:
        return Picture(picture.name, self._sentence(f"{name}.picture", picture.text))
