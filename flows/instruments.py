"""Questionnaires: a file with the exact items of a scale becomes an ordinary flow with a score, bands and a change.

The items are quoted as their owner wrote them, so the checks of our own words leave them alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from flows.conditions import parse
from flows.model import (
    Answer,
    AnswerKind,
    Branch,
    Call,
    Choice,
    Flow,
    Reviewed,
    Score,
    Sentence,
    Step,
    Wait,
)
from flows.reading import Field
from flows.yaml_tree import Node

KEY = "instrument"
# The words around the items are ours; a scale in another language brings its own.
_WORDS = ("opening", "alarm", "result", "first_time", "steady", "lower", "higher", "incomplete", "close")
_NEEDED = (KEY, "version", "title", "language", "minutes", "source", "terms", "reviewed")
_KNOWN = frozenset(
    {*_NEEDED, "stem", "answers", "items", "alarm", "bands", "reliable_change", "words", "helps_with", "changelog"}
    | {"author", "contraindications", "afterwards"}
)
_NEEDS = ("consent.exercises", "rota.staffed")
_PATIENT = Wait(remind_after=timedelta(hours=4), expire_after=timedelta(hours=24))
TOTAL, CHANGE = "total", "change"


def build_instrument(tree: Node, source: bytes, file: str) -> Flow:
    """Return the flow of a questionnaire; raise FlowError with the place of the first fault."""
    needed = (*_NEEDED, "stem", "answers", "items", "bands", "reliable_change", "words")
    top = Field(file, KEY, tree).mapping(_KNOWN, needed)
    name = top[KEY].identifier()
    questionnaire = _Questionnaire(name, top)
    return Flow(
        name=name,
        version=top["version"].integer(1, 1_000_000),
        title=top["title"].text(),
        language=top["language"].text(),
        minutes=top["minutes"].number(),
        reviewed=_reviewed(top["reviewed"]),
        start="opening",
        steps={step.name: step for step in questionnaire.steps()},
        hash=hashlib.sha256(source).hexdigest()[:16],
        licence=top["terms"].text(),
        needs=_NEEDS,
        helps_with=tuple(field.text() for field in top["helps_with"].items()) if "helps_with" in top else (),
        author=_text_of(top, "author"),
        contraindications=_text_of(top, "contraindications"),
        changelog=_text_of(top, "changelog"),
    )


def _text_of(top: dict[str, Field], key: str) -> str:
    return top[key].text() if key in top else ""


def _reviewed(field: Field) -> Reviewed:
    parts = field.mapping(frozenset({"role", "on", "next", "evidence"}), ("role", "on", "next", "evidence"))
    return Reviewed(parts["role"].text(), parts["on"].day(), parts["next"].day(), parts["evidence"].text())


class _Questionnaire:
    """The parts of a file, and the steps that they make."""

    def __init__(self, name: str, top: dict[str, Field]) -> None:
        self.earlier = f"my.{name}"
        self.measure = name
        self.stem = top["stem"].text()
        self.items = [field.text() for field in top["items"].items()]
        if not 1 <= len(self.items) <= 50:
            top["items"].refuse(f"{len(self.items)} items", "write 1 to 50")
        self.answer = _answer(top["answers"])
        self.bands = _bands(top["bands"], self._highest())
        self.reliable = top["reliable_change"].integer(1, 1000)
        self.alarm = _alarm(top["alarm"], len(self.items)) if "alarm" in top else None
        known = frozenset(_WORDS)
        self.words = {key: field.text() for key, field in top["words"].mapping(known, _WORDS).items()}
        self.afterwards = _afterwards(top["afterwards"]) if "afterwards" in top else None

    def _highest(self) -> int:
        return len(self.items) * int(self.answer.maximum or 0)

    def steps(self) -> Iterator[Step]:
        """Yield the opening, the items (with the way to SOS), the score, its band and its change."""
        yield Step(
            "opening", ask=Sentence(self.words["opening"]), answer=Answer(AnswerKind.NONE), branches=_to("item_1")
        )
        for number, item in enumerate(self.items, 1):
            yield from self._item(number, item)
        yield from self._scoring()
        yield from self._changes()
        yield Step("close", say=(Sentence(self.words["close"]),), end="done")

    def _item(self, number: int, item: str) -> Iterator[Step]:
        after = f"item_{number + 1}" if number < len(self.items) else "score"
        ways = _to(after)
        if self.alarm is not None and self.alarm[0] == number:
            ways = (Branch(f"alarm_{number}", parse(f"answer > {self.alarm[1]}")), *ways)
        stem = (Sentence(self.stem),) if number == 1 else ()
        # The stem belongs to every item: without it an item alone asks something else.
        asked = Sentence(item if number == 1 else f"{self.stem}\n\n{item}")
        yield Step(
            f"item_{number}",
            say=stem,
            ask=asked,
            answer=self.answer,
            wait=_PATIENT,
            save=f"item_{number}",
            skippable=True,
            branches=ways,
        )
        if self.alarm is not None and self.alarm[0] == number:
            yield Step(f"alarm_{number}", say=(Sentence(self.words["alarm"]),), branches=_to(f"help_{number}"))
            yield Step(f"help_{number}", call=Call("sos"), branches=_to(after))

    def _scoring(self) -> Iterator[Step]:
        names = tuple(f"item_{number}" for number in range(1, len(self.items) + 1))
        yield Step(
            "score",
            score=Score(TOTAL, add=names, measure=self.measure),
            branches=(Branch("incomplete", parse(f"{TOTAL} == none")), *_to("compare")),
        )
        yield Step("incomplete", say=(Sentence(self.words["incomplete"]),), branches=_to("close"))
        yield Step("compare", score=Score(CHANGE, add=(TOTAL,), less=(self.earlier,)), branches=_to("keep"))
        bands = tuple(
            Branch(f"band_{index}", parse(f"{TOTAL} <= {highest}"))
            for index, (highest, _) in enumerate(self.bands[:-1], 1)
        )
        yield Step("keep", score=Score(self.earlier, add=(TOTAL,)), branches=(*bands, *_to(f"band_{len(self.bands)}")))
        for index, (_, words) in enumerate(self.bands, 1):
            yield Step(
                f"band_{index}",
                say=(Sentence(self.words["result"]), Sentence(words)),
                branches=_to("afterwards" if self.afterwards else "trend"),
            )
        if self.afterwards is not None:
            yield from self._difficulty(self.afterwards)

    def _difficulty(self, afterwards: tuple[str, Answer]) -> Iterator[Step]:
        question, answer = afterwards
        yield Step("afterwards", branches=(Branch("difficulty", parse(f"{TOTAL} > 0")), *_to("trend")))
        yield Step(
            "difficulty",
            ask=Sentence(question),
            answer=answer,
            wait=_PATIENT,
            save="difficulty",
            skippable=True,
            branches=_to("trend"),
        )

    def _changes(self) -> Iterator[Step]:
        yield Step(
            "trend",
            branches=(
                Branch("first_time", parse(f"{CHANGE} == none")),
                Branch("higher", parse(f"{CHANGE} >= {self.reliable}")),
                Branch("lower", parse(f"{CHANGE} <= -{self.reliable}")),
                *_to("steady"),
            ),
        )
        for name in ("first_time", "higher", "lower", "steady"):
            yield Step(name, say=(Sentence(self.words[name]),), branches=_to("close"))


def _to(step: str) -> tuple[Branch, ...]:
    return (Branch(step),)


def _answer(field: Field) -> Answer:
    """Read the answers: 0, 1, 2 … with the exact words of each."""
    labels = field.mapping()
    values = [str(value) for value in range(len(labels))]
    if list(labels) != values or len(values) < 2:
        field.refuse("answers that do not count 0, 1, 2 …", 'write {"0": words, "1": words, …}')
    choices = tuple(Choice(value, f"{value} {labels[value].text()}") for value in values)
    return Answer(AnswerKind.SCALE, choices=choices, minimum=0, maximum=len(values) - 1)


def _bands(field: Field, highest: int) -> list[tuple[int, str]]:
    """Read the bands: each goes up to a score, the last one to the highest possible."""
    bands = []
    reached = -1
    for item in field.items():
        parts = item.mapping(frozenset({"up_to", "say"}), ("up_to", "say"))
        up_to = parts["up_to"].integer(0, highest)
        if up_to <= reached:
            parts["up_to"].refuse("a band below the one before", "write the bands from low to high")
        bands.append((up_to, parts["say"].text()))
        reached = up_to
    if reached != highest:
        field.refuse(f"the bands end at {reached}", f"let the last one go up to {highest}")
    return bands


def _alarm(field: Field, items: int) -> tuple[int, int]:
    parts = field.mapping(frozenset({"item", "above"}), ("item", "above"))
    return parts["item"].integer(1, items), parts["above"].integer(0, 100)


def _afterwards(field: Field) -> tuple[str, Answer]:
    parts = field.mapping(frozenset({"ask", "answers"}), ("ask", "answers"))
    choices = tuple(Choice(value, label.text()) for value, label in parts["answers"].mapping().items())
    return parts["ask"].text(), Answer(AnswerKind.CHOICE, choices=choices)
