"""What a turn leads to: the effects that the engine asks the conversation to carry out."""

from __future__ import annotations

from datetime import time
from typing import Literal

from msgspec import Struct

from flows.model import AnswerKind, Choice
from flows.values import Saved

HowEnded = Literal["done", "stopped", "expired", "stuck", "left", "budget"]


class Say(Struct, frozen=True):
    """Say a text."""

    text: str


class Ask(Struct, frozen=True):
    """Ask and wait. `session.prompt.values` are the values of `choices`, in the same order.

    `accepts_text`: typed words are the usual answer (they are understood everywhere). `position` is (this question,
    of how many at most). `private`: the answer is free text that is stored.
    """

    text: str
    choices: tuple[Choice, ...]
    kind: AnswerKind
    accepts_text: bool
    position: tuple[int, int]
    title: str
    private: bool


class Picture(Struct, frozen=True):
    """Show a picture, or its `text_twin` where pictures are not wanted."""

    name: str
    text_twin: str


class Save(Struct, frozen=True):
    """Keep an answer. `name` may be `person.*` or `consent.*`; a skipped question saves None."""

    flow: str
    step: str
    name: str
    value: Saved


class Measure(Struct, frozen=True):
    """Keep a self-rating that was given at `step`."""

    step: str
    name: str
    value: float


class Withdrawn(Struct, frozen=True):
    """The person went back: what `step` saved last under `name` (and measured) no longer holds."""

    flow: str
    step: str
    name: str
    measure: str


class Schedule(Struct, frozen=True):
    """Plan a check-in at a wall-clock time on weekdays (0 is Monday)."""

    check_in_id: str
    at: time
    weekdays: tuple[int, ...]


class Escalate(Struct, frozen=True):
    """Get a human. `reason` is a word of the flow, or `asked` when the person asked for one."""

    reason: str


class Started(Struct, frozen=True):
    """A flow was entered."""

    flow: str


class Ended(Struct, frozen=True):
    """A flow was left, and how; `saved` are its answers."""

    flow: str
    how: HowEnded
    saved: dict[str, Saved]


Effect = Say | Ask | Picture | Save | Measure | Withdrawn | Schedule | Escalate | Started | Ended
