"""The buttons that staff press: an opaque, stored token and what to do; never state."""

from __future__ import annotations

import hashlib
from enum import IntEnum

from bot.model.cases import Outcome
from bot.model.values import Value


class StaffAct(IntEnum):
    """What a staff button does; its number follows the case's opaque token."""

    CLAIM = 0
    PASS = 1
    READ = 2
    WAKE = 3
    WRITE = 4
    CLOSE = 5
    HAND_OVER = 6
    PLAN = 7
    REVEAL = 8
    NOTE = 9
    CONTACTED = 20


class HandTo(Value, frozen=True):
    """Hand the case to the responder with this mark."""

    mark: str


Act = StaffAct | Outcome | HandTo
OUTCOMES = tuple(Outcome)
_FIRST_OUTCOME = 10
_HAND_TO = "h"
_ACTS: dict[int, StaffAct | Outcome] = {
    **{int(act): act for act in StaffAct},
    **{_FIRST_OUTCOME + index: outcome for index, outcome in enumerate(OUTCOMES)},
}


def button_id(token: str, act: Act) -> str:
    """Return the id of a button that does `act` with the case of `token`."""
    if isinstance(act, HandTo):
        return f"{token}.{_HAND_TO}{act.mark}"
    number = _FIRST_OUTCOME + OUTCOMES.index(act) if isinstance(act, Outcome) else int(act)
    return f"{token}.{number}"


def parse_button(button: str) -> tuple[str, Act] | None:
    """Return the token and act of a staff button, or None for anything else."""
    token, _, what = button.rpartition(".")
    if not token.startswith("s"):
        return None
    if what.startswith(_HAND_TO) and len(what) > 1:
        return token, HandTo(what.removeprefix(_HAND_TO))
    act = _ACTS.get(int(what)) if what.isdecimal() else None
    return None if act is None else (token, act)


def mark_of(responder_id: str) -> str:
    """Return a responder's mark on a button: it stays theirs whoever joins the rota or leaves it."""
    return hashlib.sha256(responder_id.encode()).hexdigest()[:10]
