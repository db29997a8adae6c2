"""Whole talks: beginning, interrupting, parking, resuming and leaving one, and what happens while nobody answers."""

from __future__ import annotations

from datetime import datetime

from bot.engine.calls import MAX_DEPTH
from bot.engine.effects import HowEnded
from bot.engine.events import Again, Begin, EngineEvent, Interrupt, Leave, Resume, StartOver, Stop, WaitElapsed
from bot.engine.turn import Turn
from bot.model.talk import Frame
from flows.model import SAVED_FOR_LATER
from flows.phrases import Phrases


def begin(turn: Turn, event: Begin) -> None:
    """Start a flow; a running talk is parked."""
    if not turn.library.knows(event.flow):
        return turn.say(turn.phrases.unknown_flow)
    flow = turn.library.latest(event.flow, turn.language)
    if turn.refused(flow, event.given):
        return None
    if turn.top is not None:
        park(turn, "stopped")
    return turn.begin(flow, event.given)


def interrupt(turn: Turn, event: Interrupt) -> None:
    """Put a flow over the open question; when it is open already, its question is asked again."""
    if turn.top is None or not turn.library.knows(event.flow):
        return begin(turn, Begin(event.flow, event.given))
    if turn.top.flow.name == event.flow:
        return turn.ask()
    flow = turn.library.latest(event.flow, turn.language)
    given = turn.top.facts() | event.given
    if turn.refused(flow, given):
        return turn.ask()
    # The way to help must stay open however deep the talk is: the outermost flows give way.
    turn.outer = turn.outer[-(MAX_DEPTH - 2) :]
    return turn.begin(flow, given)


def resume(turn: Turn, event: Resume) -> None:
    """Go on with the parked talk; a running one takes its place there."""
    waiting, since = turn.parked, turn.parked_at
    if not waiting:
        return turn.ask()
    turn.parked, turn.parked_at = (), None
    if turn.top is not None:
        park(turn, "stopped")
    if not turn.open(waiting):
        return turn.lost(waiting)
    phrase, days = gap(turn.phrases, since, turn.now)
    turn.say_position(phrase, days=days)
    return turn.ask()


def gap(phrases: Phrases, since: datetime | None, now: datetime) -> tuple[str, int]:
    """Return the phrase that says how long a talk was parked, and the days."""
    days = max((now - since).days, 0) if since is not None else 0
    return (phrases.resume, phrases.resume_yesterday, phrases.resume_days)[min(days, 2)], days


def start_over(turn: Turn, event: StartOver) -> None:
    """Begin the running talk (or else the parked one) anew with what it was given."""
    frames = turn.frames()
    if frames:
        turn.end_all("left")
    else:
        frames, turn.parked, turn.parked_at = turn.parked, (), None
    if not frames:
        return None
    if not turn.open(frames[:1]) or turn.top is None:
        return turn.lost(frames[:1])
    again = Begin(turn.top.flow.name, turn.top.given())
    turn.close()
    return begin(turn, again)


def closed(turn: Turn, event: EngineEvent) -> bool:
    """Say whether exercises are switched off, and what happens would begin one or go on with it."""
    if not turn.library.switched_off or isinstance(event, Stop | Leave):
        return False
    if isinstance(event, Begin | Interrupt):
        return turn.library.knows(event.flow) and not turn.library.latest(event.flow).safety
    frames = turn.parked if isinstance(event, Resume) or turn.top is None else turn.frames()
    return bool(frames) and not any(_is_safety(turn, frame) for frame in frames)


def close(turn: Turn) -> None:
    """Put a running exercise aside until they are switched on again, and say so."""
    if turn.top is not None and not any(_is_safety(turn, frame) for frame in turn.frames()):
        park(turn, "stopped")
    turn.say(turn.phrases.switched_off)
    turn.ask()


def _is_safety(turn: Turn, frame: Frame) -> bool:
    flow = turn.library.pinned(frame.flow, frame.hash)
    return flow is not None and flow.safety


def again(turn: Turn, event: Again) -> None:
    """Ask the open question again."""
    turn.ask()


def park(turn: Turn, how: HowEnded) -> None:
    """Put the running talk aside."""
    frames = turn.frames()
    turn.end_all(how)
    turn.parked, turn.parked_at = frames, turn.now


def stop(turn: Turn, event: Stop) -> None:
    """Put the running talk aside and say so."""
    if turn.top is not None:
        park(turn, "stopped")
        turn.say(turn.phrases.stopped)


def leave(turn: Turn, event: Leave) -> None:
    """Drop the running talk, or else the parked one."""
    if turn.top is None:
        if not turn.parked:
            return
        frames, turn.parked, turn.parked_at = turn.parked, (), None
        turn.open(frames)
    turn.end_all("left")
    turn.say(turn.phrases.left)


def wait_elapsed(turn: Turn, event: WaitElapsed) -> None:
    """Remind, then let the wait expire; before its moment a timer does nothing."""
    place = turn.top
    if place is None or turn.wake_at is None or turn.now < turn.wake_at:
        return None
    waiting = place.at
    wait = waiting.wait
    if not turn.reminded and wait.remind_after is not None:
        turn.say(turn.phrases.reminder)
        turn.ask()
        turn.wake_at, turn.reminded = turn.now + wait.expire_after - wait.remind_after, True
        return None
    if wait.then == SAVED_FOR_LATER:
        park(turn, "expired")
        return turn.say(turn.phrases.expired, title=place.flow.title)
    return turn.pass_unanswered(waiting, wait.then)
