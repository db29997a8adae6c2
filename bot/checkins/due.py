"""A due schedule and what its decision leads to: the values that the store and the policy exchange in bulk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum

from msgspec import Struct

from bot.model.schedules import CheckIn


class NudgeKind(IntEnum):
    """What a nudge asks: how someone is, or, after long silence, whether to go on asking."""

    CHECK_IN = 1
    LAST_QUESTION = 2


class DueCheckIn(Struct, frozen=True):
    """A schedule that is due, with what else its decision needs: the person's last word, and their last case.

    `troubled_at` is when the last case was closed, or the far future while one is open.
    """

    plan: CheckIn
    talked_at: datetime | None = None
    troubled_at: datetime | None = None


class Planned(Struct, frozen=True):
    """What a due schedule led to: the schedule after it, and the nudge to queue, if any."""

    plan: CheckIn
    nudge: NudgeKind | None = None


Decide = Callable[[DueCheckIn], Planned]
