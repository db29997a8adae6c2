"""The moves that several happenings share: page, lapse, remind, and what is due next."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.escalation.actions import Action, Page, PingOwner, RefreshCards, State, TellPerson
from bot.model.cases import CaseState, Escalation
from bot.model.worry import Reason
from bot.policy import LevelPolicy

PING_AT_MOST_EVERY = timedelta(seconds=30)
Step = tuple[Escalation, tuple[Action, ...]]


def page_from_start(case: Escalation, timing: LevelPolicy, now: datetime) -> Step:
    """Page the first step, and count anew until the person is told that nobody has answered."""
    first = timing.steps[0]
    paging = msgspec.structs.replace(
        unscheduled(case),
        state=CaseState.PAGING,
        step=0,
        pages=case.pages + 1,
        page_due_at=now + first.wait,
        honest_at=now + timing.tell_person_nobody_after,
        alternate_due_at=now + timedelta(seconds=timing.alternate_after.seconds),
        told_nobody=False,
        shift_ends_at=None,
    )
    return with_next(paging), (Page(first.to), RefreshCards())


def page_next(case: Escalation, timing: LevelPolicy, now: datetime) -> Step:
    """Page the next step; after the last, the last again, for ever."""
    step = min(case.step + 1, len(timing.steps) - 1)
    wait = timing.steps[step].wait if step > case.step else timing.repeat_last_every
    other_ways_at = now + timedelta(seconds=timing.alternate_after.seconds)
    case = msgspec.structs.replace(
        case, step=step, pages=case.pages + 1, page_due_at=now + wait, alternate_due_at=other_ways_at
    )
    return case, (Page(timing.steps[step].to), RefreshCards())


def lapse(case: Escalation, timing: LevelPolicy, now: datetime) -> Step:
    """Nobody made contact: the case is open to everyone again, and the person is told."""
    freed = msgspec.structs.replace(case, owner="", staff_chat=None, relayed=(), revealed=False)
    paged, actions = page_from_start(freed, timing, now)
    return paged, (*actions, TellPerson(State.LAPSED))


def ping(case: Escalation, now: datetime) -> Step:
    """Remind the owner, at most every half minute."""
    if case.pinged_at is not None and now - case.pinged_at < PING_AT_MOST_EVERY:
        return case, ()
    return msgspec.structs.replace(case, pinged_at=now), (PingOwner(),)


def merged(old: tuple[Reason, ...], new: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return all reasons, each once, at most the last twenty."""
    return tuple({(reason.rule, reason.level): reason for reason in (*old, *new)}.values())[-20:]


def due(moment: datetime | None, now: datetime) -> bool:
    """Say whether a moment has come."""
    return moment is not None and moment <= now


def unscheduled(case: Escalation) -> Escalation:
    """Return the case with nothing due but the end of the owner's shift; the caller sets what is."""
    return msgspec.structs.replace(
        case,
        page_due_at=None,
        honest_at=None,
        claim_due_at=None,
        idle_due_at=None,
        ping_due_at=None,
        watch_due_at=None,
        alternate_due_at=None,
        pinged_at=None,
    )


def with_next(case: Escalation) -> Escalation:
    """Set `next_at` to the earliest thing that is due; an open case always has one."""
    moments = (
        case.page_due_at,
        case.honest_at,
        case.claim_due_at,
        case.idle_due_at,
        case.ping_due_at,
        case.watch_due_at,
        case.shift_ends_at,
        case.alternate_due_at,
    )
    waiting = [moment for moment in moments if moment is not None]
    return msgspec.structs.replace(case, next_at=min(waiting, default=None))
