"""A person's place in a talk: flows, open questions, and what triage remembers."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model.values import Saved, Value
from bot.model.worry import Level


class Frame(Value, frozen=True):
    """A place in one flow: its pinned content `hash`, the waiting step, the steps behind it, and what was saved.

    `path` holds the earlier waiting steps in order, so that `back` can replay the branch. `tries` counts wrong answers.
    """

    flow: str
    hash: str
    step: str
    path: tuple[str, ...] = ()
    saved: dict[str, Saved] = {}
    tries: int = 0


class Prompt(Value, frozen=True):
    """The question that is open: its buttons are `token` plus an index into `values`.

    `labels` are the words on them where they may be typed instead (a flow reads its own answers). `shown` is the
    outbound that holds the question, `asks` the question itself where its answer is typed into a form, `said` the words
    of a message whose buttons go when it is answered, `paced` the edits that are still to come.
    """

    token: str
    values: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    shown: int = 0
    asks: str = ""
    said: str = ""
    paced: tuple[int, ...] = ()


class Use(Value, frozen=True):
    """An exercise that was begun."""

    flow: str
    at: datetime


class Session(Value, frozen=True):
    """A person's place in a conversation; the last frame of `stack` is the innermost flow.

    `parked` is a talk that was stopped or interrupted and can be resumed (its stack). `version` grows by one a turn
    and is the fence between processes; `run` is the version at which the running talk began. `wake_at` is when the
    waiting step reminds or expires. `answered` is the platform's id of the message that answered last (or the token of
    the form), so that an edit of it corrects the answer; `settled` is the question it answered, where it can be undone.
    `unshown` is what was said last in full, where the chat holds it without the person's words. `hasty` counts
    messages since `hasty_since`, against floods; `unread_at` is when a person was offered
    last because triage cannot read the language. `heard` is triage's memory of the conversation (bot/triage says what
    it holds). `held` counts the safety texts, so that none is said twice in a row. `used` are the exercises begun last,
    the newest first. `told_at` is when the person was last told that they talk with a program.
    """

    version: int = 0
    run: int = 0
    stack: tuple[Frame, ...] = ()
    parked: tuple[Frame, ...] = ()
    parked_at: datetime | None = None
    prompt: Prompt | None = None
    wake_at: datetime | None = None
    reminded: bool = False
    last_at: datetime | None = None
    answered: str = ""
    settled: Prompt | None = None
    unshown: str = ""
    hasty: int = 0
    hasty_since: datetime | None = None
    unread_at: datetime | None = None
    heard: Heard | None = None
    held: int = 0
    used: tuple[Use, ...] = ()
    told_at: datetime | None = None

    @property
    def in_flow(self) -> bool:
        """Whether a flow waits for an answer."""
        return bool(self.stack)


class Utterance(Value, frozen=True):
    """One earlier reply, kept for five minutes so that split messages are read together."""

    at: datetime
    text: str


class Heard(Value, frozen=True):
    """What triage remembers between replies: the session's latched level, and the replies of the last five minutes."""

    level: Level = Level.NONE
    level_at: datetime | None = None
    categories: tuple[str, ...] = ()
    recent: tuple[Utterance, ...] = ()


SPLIT_WINDOW = timedelta(minutes=5)
