"""Calls: a flow inside a flow, and the one built-in call, which gets a human."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.effects import Escalate, HowEnded
from bot.engine.place import Place
from flows.model import HUMAN_HANDOFF, Call, Step
from flows.values import Saved

if TYPE_CHECKING:
    from bot.engine.turn import Turn

MAX_DEPTH = 20


def enter(turn: Turn, step: Step, call: Call) -> str:
    """Enter the called flow; return the step to go on with."""
    if call.flow == HUMAN_HANDOFF:
        turn.effects.append(Escalate(str(call.given.get("reason", ""))))
        return turn.way_on(step, None) or turn.end("done")
    if not turn.library.knows(call.flow) or len(turn.outer) + 1 >= MAX_DEPTH:
        turn.overrun()
        return ""
    flow = turn.library.latest(call.flow, turn.language)
    facts = turn.top.facts() if turn.top else {}
    if turn.refused(flow, facts):
        return turn.way_on(step, None) or turn.end("done")
    return turn.enter(flow, facts | {name: _handed(turn.saved(), value) for name, value in call.given.items()})


def come_back(turn: Turn, step: Step, ended: Place, how: HowEnded) -> str:
    """Bring a called flow's answers back as `<flow>.<name>`; return the step to go on with."""
    place = turn.top
    if place is None:
        return ""
    for name, value in ended.answers().items():
        place.keep(f"{ended.flow.name}.{name}", value)
    place.pass_by()
    return turn.way_on(step, how) or turn.end("done")


def _handed(saved: dict[str, Saved], value: Saved) -> Saved:
    """Return a value for a called flow; `{name}` alone hands on what is saved."""
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return saved.get(value[1:-1])
    return value
