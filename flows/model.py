"""What a flow is: plain frozen values, made by the loader and walked by the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from flows.conditions import Condition
from flows.normal import plain
from flows.values import Saved

SAVED_FOR_LATER = "saved_for_later"
STUCK = "stuck"
HUMAN_HANDOFF = "human_handoff"
MINE = "my."
FACTS = ("person.", "consent.", "rota.", "recent.", MINE)
ARMS = "experiment."
GIVEN_BY_THE_BOT = frozenset({"crisis_lines"})

_NAME_IN_TEXT = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")


class AnswerKind(StrEnum):
    """What a question takes as its answer."""

    TEXT = "text"
    CHOICE = "choice"
    MANY = "many"
    SCALE = "scale"
    NUMBER = "number"
    YES_NO = "yes_no"
    TIME = "time"
    DATE = "date"
    ZONE = "zone"
    COUNTRY = "country"
    NONE = "none"


class Choice(Struct, frozen=True):
    """One answer that can be tapped: its stable value, the words on the button, and others that mean it when typed."""

    value: str
    label: str
    also: tuple[str, ...] = ()


class Sentence(Struct, frozen=True, dict=True):
    """A sentence to say, with `{name}` where something saved is put in."""

    source: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names that are put in, in order."""
        return tuple(_NAME_IN_TEXT.findall(self.source))

    def fill(self, shown: Callable[[str], str]) -> str:
        """Return the sentence with each name replaced by what `shown` gives; the result is never parsed again."""
        if not self.names:
            return self.source
        return _NAME_IN_TEXT.sub(lambda match: shown(match[1]), self.source)


class Answer(Struct, frozen=True, dict=True):
    """What a question accepts: a kind, its bounds, and the choices to tap.

    `minimum` and `maximum` bound numbers, scales, and how many of `many`; `limit` is the longest text.
    """

    kind: AnswerKind
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    limit: int = 1000

    @cached_property
    def by_value(self) -> dict[str, Choice]:
        """Return the choices by their value."""
        return {choice.value: choice for choice in self.choices}

    @cached_property
    def typed(self) -> dict[str, str]:
        """Return the values by what a person may type for them: the label, the value, the position.

        On a scale the number is the value, so a position is nothing there, and a label counts without its number.
        """
        scale = self.kind is AnswerKind.SCALE
        words = {} if scale else {str(index): choice.value for index, choice in enumerate(self.choices, 1)}
        words |= {plain(choice.value.replace("_", " ")): choice.value for choice in self.choices}
        if scale:
            words |= {plain(choice.label.removeprefix(choice.value)): choice.value for choice in self.choices}
        words |= {plain(also): choice.value for choice in self.choices for also in choice.also}
        words |= {plain(choice.label): choice.value for choice in self.choices}
        words.pop("", None)  # a label of signs alone leaves nothing to compare
        return words


class Branch(Struct, frozen=True):
    """One way on: to the step `go` when the condition holds; without one it always does."""

    go: str
    when: Condition | None = None


class Retry(Struct, frozen=True):
    """What happens after a wrong answer: say the next of `say`, `times` times, then `then` (a step, or `stuck`)."""

    times: int = 2
    then: str = STUCK
    say: tuple[Sentence, ...] = ()


class Wait(Struct, frozen=True):
    """What happens while nobody answers: a reminder, then `then` (a step, or saved_for_later).

    With `until` (HH:MM, or the name of a saved time) the wait ends at that time of the person's day.
    """

    remind_after: timedelta | None = timedelta(hours=4)
    expire_after: timedelta = timedelta(hours=24)
    then: str = SAVED_FOR_LATER
    until: str = ""


class Call(Struct, frozen=True):
    """A flow inside this one; `given` are values for it, where a text `{name}` alone hands a saved value on."""

    flow: str
    given: dict[str, Saved] = {}


class Picture(Struct, frozen=True):
    """A picture by name, and the words that say the same."""

    name: str
    text: Sentence


class CheckInPlan(Struct, frozen=True):
    """A check-in to schedule: `at` and `days` are literal values or the names of saved ones."""

    check_in_id: str
    at: str
    days: str


class Hint(Struct, frozen=True):
    """A sticky experiment: each person always gets the same of the weighted `arms`; `say` are their words."""

    experiment: str
    arms: dict[str, int]
    say: dict[str, Sentence] = {}

    @property
    def name(self) -> str:
        """Return the name under which the arm is saved."""
        return ARMS + self.experiment


class Score(Struct, frozen=True):
    """A sum of saved numbers, saved in its turn: `add` less `less`; nothing when one of them was not answered."""

    save: str
    add: tuple[str, ...]
    less: tuple[str, ...] = ()
    measure: str = ""


class Step(Struct, frozen=True, dict=True):
    """One step: what is said, what is asked, and where it goes on.

    `choose` maps an answer's value to a step; `branches` are tried in order when it has no entry for the answer.
    `forget` names what the person keeps for later talks and wants no more. `skip_to` is where a skip goes; empty means
    the usual way on with no answer.
    """

    name: str
    say: tuple[Sentence, ...] = ()
    ask: Sentence | None = None
    answer: Answer | None = None
    retry: Retry = Retry()
    wait: Wait = Wait()
    save: str = ""
    measure: str = ""
    skippable: bool = False
    skip_to: str = ""
    choose: dict[str, str] = {}
    branches: tuple[Branch, ...] = ()
    call: Call | None = None
    picture: Picture | None = None
    schedule: CheckInPlan | None = None
    hint: Hint | None = None
    score: Score | None = None
    forget: tuple[str, ...] = ()
    end: str = ""

    @property
    def saves(self) -> str:
        """Return the name that this step saves under, if any."""
        return self.score.save if self.score is not None else self.save

    @cached_property
    def only_way(self) -> str:
        """Return the step that always follows, or nothing when the answer decides."""
        alone = not self.choose and len(self.branches) == 1 and self.branches[0].when is None
        return self.branches[0].go if alone else ""

    def way_on(self, saved: Mapping[str, Saved], answer: Saved) -> str:
        """Return the step that follows; empty when no way fits (the checks refuse such a flow)."""
        chosen = self.choose.get(_key(answer)) if self.choose else None
        if chosen is not None:
            return chosen
        for branch in self.branches:
            if branch.when is None or branch.when.test(saved, answer):
                return branch.go
        return ""

    @property
    def reads(self) -> Iterator[str]:
        """Yield every saved name that this step says, decides by, sums up or hands on."""
        for sentence in (*self.say, *([self.ask] if self.ask else ()), *self.retry.say):
            yield from sentence.names
        for branch in self.branches:
            yield from branch.when.names if branch.when else ()
        yield from (*self.score.add, *self.score.less) if self.score else ()
        for value in self.call.given.values() if self.call else ():
            yield from _NAME_IN_TEXT.findall(value) if isinstance(value, str) else ()

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """Return every step that can follow, without repeats, in the order written."""
        on_the_way = [*self.choose.values(), *(branch.go for branch in self.branches), self.skip_to]
        if self.answer is not None:
            on_the_way += [self.retry.then, self.wait.then]
        return tuple(dict.fromkeys(go for go in on_the_way if go not in ("", STUCK, SAVED_FOR_LATER)))


class Reviewed(Struct, frozen=True):
    """Who reviewed the words, when, until when that holds, and on what evidence they rest (dates as ISO text)."""

    role: str
    on: str
    next: str
    evidence: str


class Flow(Struct, frozen=True, dict=True):
    """A script, immutable and pinned by the `hash` of its source. `given` are its inputs with their defaults.

    `helps_with` are the needs by which it is found. A flow of `safety` stays on when exercises are switched off.
    """

    name: str
    version: int
    title: str
    language: str
    minutes: float
    reviewed: Reviewed
    start: str
    steps: dict[str, Step]
    hash: str = ""
    author: str = ""
    licence: str = ""
    contraindications: str = ""
    changelog: str = ""
    needs: tuple[str, ...] = ()
    given: dict[str, Saved] = {}
    helps_with: tuple[str, ...] = ()
    safety: bool = False

    @cached_property
    def saves(self) -> frozenset[str]:
        """Return every name that a step of this flow saves."""
        return frozenset(step.saves for step in self.steps.values() if step.saves)

    @cached_property
    def recalls(self) -> frozenset[str]:
        """Return what this flow asks of the person's own earlier answers (`my.…`, `recent.…`)."""
        names = (name for step in self.steps.values() for name in step.reads)
        return frozenset(name for name in names if name.startswith((MINE, "recent.")))

    @cached_property
    def unasked(self) -> frozenset[str]:
        """Return the names of the steps that are passed, and can be taken back, without a question of their own."""
        return frozenset(name for name, step in self.steps.items() if step.call is not None or step.score is not None)

    @cached_property
    def remaining(self) -> dict[str, int]:
        """Return for each step the most questions still to come, itself included; a loop counts once."""
        return _remaining(self)

    @cached_property
    def choices_of(self) -> dict[str, Answer]:
        """Return the answers whose saved values have labels, by saved name."""
        return {
            step.save: step.answer for step in self.steps.values() if step.save and step.answer and step.answer.choices
        }


def _key(answer: Saved) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return "" if answer is None else str(answer)


def _remaining(flow: Flow) -> dict[str, int]:
    """Count by depth first without recursion, so that a long flow cannot exhaust the stack."""
    counts: dict[str, int] = {}
    waiting = [(flow.start, False)]
    entered: set[str] = set()
    while waiting:
        name, done = waiting.pop()
        step = flow.steps.get(name)
        if step is None:
            continue
        if done:
            ahead = max((counts.get(way, 0) for way in step.ways), default=0)
            counts[name] = ahead + (step.ask is not None)
        elif name not in entered:
            entered.add(name)
            waiting += [(name, True), *((way, False) for way in step.ways)]
    return counts
