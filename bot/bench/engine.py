"""Measures the engine alone: turns a second on the six-question flow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from bot.engine.engine import step
from bot.engine.events import Answered, Begin, EngineEvent
from bot.model.talk import Session
from flows.library import Library, load_library

SIX_QUESTIONS = Path(__file__).parent / "six_questions.yaml"
_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
# One wrong answer on the way ("so-so" where a number is asked for).
ANSWERS = ("Ana", "so-so", "6", "A long meeting about the plan", "They must think I am slow", "70", "yes")
TALK: tuple[EngineEvent, ...] = (Begin("six_questions"), *(Answered(answer) for answer in ANSWERS))


def engine_rate(rounds: int) -> float:
    """Return engine turns a second of processor time over `rounds` whole talks of eight turns."""
    library = load_library([SIX_QUESTIONS])
    _talk(library)
    begun = process_time()
    for _ in range(rounds):
        _talk(library)
    return rounds * len(TALK) / (process_time() - begun)


def _talk(library: Library) -> None:
    session = Session()
    for event in TALK:
        session, _ = step(library, session, event, _NOW)
