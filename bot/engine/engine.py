"""The engine's one entry: `step` takes what happened and returns the next session and what to do; pure and total."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.engine import answering, retracing, talks
from bot.engine.effects import Effect
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Begin,
    EngineEvent,
    Interrupt,
    Leave,
    Resume,
    Skip,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.engine.turn import Move, Turn
from bot.model.talk import Session
from flows.library import Library


def step(
    library: Library, session: Session, event: EngineEvent, now: datetime, *, language: str = "en"
) -> tuple[Session, tuple[Effect, ...]]:
    """Return the session after the event, and what to do. Same values in, same values out; it never raises."""
    turn = _take(library, session, event, now, language)
    return turn.session(), tuple(turn.effects)


def traced_step(
    library: Library, session: Session, event: EngineEvent, now: datetime, *, language: str = "en"
) -> tuple[Session, tuple[Effect, ...], tuple[Move, ...]]:
    """Return what `step` does, and the ways taken between steps (for coverage)."""
    turn = _take(library, session, event, now, language)
    return turn.session(), tuple(turn.effects), tuple(turn.moves)


def _take(library: Library, session: Session, event: EngineEvent, now: datetime, language: str) -> Turn:
    turn = Turn(library, session, now, language)
    if session.stack and not turn.open(session.stack):
        turn.lost(session.stack)
    if library.switched_off and talks.closed(turn, event):
        talks.close(turn)
    else:
        _HANDLERS[type(event)](turn, event)
    return turn


_HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    Answered: answering.answered,
    Skip: answering.skipped,
    Back: retracing.back,
    Begin: talks.begin,
    Interrupt: talks.interrupt,
    Resume: talks.resume,
    StartOver: talks.start_over,
    Again: talks.again,
    Stop: talks.stop,
    Leave: talks.leave,
    WaitElapsed: talks.wait_elapsed,
}
