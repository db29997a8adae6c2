"""An escalation's life as a pure state machine: a case and what happened in, the case after it and what to do out.

It never awaits, never reads a clock and never holds a word that a person said (shared/safety.md draws it).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.escalation.actions import Action, Page, PingOwner, RefreshCards, Refused, State, TellPerson
from bot.escalation.happenings import (
    Claimed,
    Happening,
    Passed,
    PersonWrote,
    Raised,
    Resolved,
    StaffWrote,
    Ticked,
    Woken,
)
from bot.model import CaseState, Escalation, Level, Reason, Value
from bot.policy import Audience, LevelPolicy, Policy

PING_AT_MOST_EVERY = timedelta(seconds=30)
FOLLOWS_WITHIN = timedelta(hours=72)


class CaseIds(Value, frozen=True):
    """Whom a new case is about, its fresh ids, and the case of the last 72 hours that it follows."""

    case_id: str
    person_id: str
    token: str
    linked_to: str = ""


Step = tuple[Escalation, tuple[Action, ...]]


def open_case(ids: CaseIds, raised: Raised, policy: Policy, now: datetime) -> Step:
    """Open a case and page the first step."""
    timing = policy.of(raised.level)
    case = Escalation(
        case_id=ids.case_id,
        person_id=ids.person_id,
        token=ids.token,
        linked_to=ids.linked_to,
        state=CaseState.PAGING,
        level=raised.level,
        reasons=raised.reasons,
        opened_at=now,
        next_at=now,
    )
    return _page_from_start(case, timing, now)


def risen(previous: Escalation | None, raised: Raised, now: datetime) -> Raised:
    """Return what is raised after a case closed less than 72 hours ago: one level more, at least high."""
    if previous is None or previous.resolved_at is None or now - previous.resolved_at > FOLLOWS_WITHIN:
        return raised
    level = Level(min(Level.IMMINENT, max(Level.HIGH, raised.level + 1)))
    return Raised(level, raised.reasons)


def advance(case: Escalation, happening: Happening, policy: Policy, now: datetime) -> Step:
    """Return the case after `happening` and what to do. A closed case changes no more."""
    if case.state is CaseState.RESOLVED:
        return case, ((Refused("already_closed"),) if hasattr(happening, "responder") else ())
    after, actions = _HANDLERS[type(happening)](case, happening, policy.of(case.level), now)
    if isinstance(happening, Raised) and happening.level > case.level:
        after, actions = _page_higher(case, happening, policy, now)
    return _with_next(after), actions


# --- the handlers: one a happening -----------------------------------------------------------------------------------


def _raised(case: Escalation, event: Raised, timing: LevelPolicy, now: datetime) -> Step:
    case = msgspec.structs.replace(case, reasons=_merged(case.reasons, event.reasons))
    case, _ = _person_wrote(case, PersonWrote(), timing, now)
    return _ping(case, now) if case.owner else (case, (RefreshCards(),))


def _page_higher(case: Escalation, event: Raised, policy: Policy, now: datetime) -> Step:
    """A worse event pages anew at the higher level; the owner stays listed and is pinged first."""
    timing = policy.of(event.level)
    raised = msgspec.structs.replace(
        case,
        level=event.level,
        reasons=_merged(case.reasons, event.reasons),
        passed=(),
        person_last=True,
    )
    raised, actions = _page_from_start(raised, timing, now)
    return raised, (*((PingOwner(),) if case.owner else ()), *actions)


def _claimed(case: Escalation, event: Claimed, timing: LevelPolicy, now: datetime) -> Step:
    if case.owner and case.state is not CaseState.PAGING:
        return case, (Refused("yours_already" if case.owner == event.responder else "owned"),)
    claimed = msgspec.structs.replace(
        _unscheduled(case),
        state=CaseState.CLAIMED,
        owner=event.responder,
        passed=tuple(one for one in case.passed if one != event.responder),
        staff_chat=event.chat,
        claimed_at=now,
        claim_due_at=now + timing.first_contact,
    )
    return claimed, (RefreshCards(), TellPerson(State.SEEN))


def _passed(case: Escalation, event: Passed, timing: LevelPolicy, now: datetime) -> Step:
    if case.owner != event.responder and case.state is not CaseState.PAGING:
        return case, (Refused("owned"),)
    if event.responder in case.passed:
        return case, (Refused("passed_already"),)
    passed = (*case.passed, event.responder)
    if case.owner == event.responder:
        return _lapse(msgspec.structs.replace(case, passed=passed), timing, now)
    return _page_next(msgspec.structs.replace(case, passed=passed), timing, now)


def _woken(case: Escalation, _event: Woken, timing: LevelPolicy, now: datetime) -> Step:
    case = msgspec.structs.replace(case, pages=case.pages + 1)
    if case.state is CaseState.PAGING:
        last = len(timing.steps) - 1
        case = msgspec.structs.replace(case, step=last, page_due_at=now + timing.repeat_last_every)
    return case, (Page(Audience.EVERYONE),)


def _staff_wrote(case: Escalation, event: StaffWrote, timing: LevelPolicy, now: datetime) -> Step:
    if case.owner != event.responder:
        return case, (Refused("owned" if case.owner else "claim_first"),)
    first = case.state is not CaseState.ENGAGED
    engaged = msgspec.structs.replace(
        _unscheduled(case),
        state=CaseState.ENGAGED,
        person_last=False,
        watch_due_at=now + timing.engaged_watch,
    )
    return engaged, ((RefreshCards(), TellPerson(State.WRITING)) if first else ())


def _person_wrote(case: Escalation, _event: PersonWrote, timing: LevelPolicy, now: datetime) -> Step:
    wrote = msgspec.structs.replace(case, person_last=True)
    if case.state is not CaseState.ENGAGED or case.idle_due_at is not None:
        return wrote, ()
    idle, ping = now + timing.engaged_idle, now + timing.engaged_idle / 2
    return msgspec.structs.replace(wrote, idle_due_at=idle, ping_due_at=ping, watch_due_at=None), ()


def _resolved(case: Escalation, event: Resolved, _timing: LevelPolicy, now: datetime) -> Step:
    if case.owner != event.responder:
        return case, (Refused("owned" if case.owner else "claim_first"),)
    closed = msgspec.structs.replace(
        _unscheduled(case), state=CaseState.RESOLVED, outcome=event.outcome, resolved_at=now
    )
    return closed, (RefreshCards(), TellPerson(State.CLOSED))


def _ticked(case: Escalation, _event: Ticked, timing: LevelPolicy, now: datetime) -> Step:
    actions: tuple[Action, ...] = ()
    if _due(case.honest_at, now):
        case = msgspec.structs.replace(case, honest_at=None, told_nobody=True)
        actions = (TellPerson(State.NOBODY_YET),)
    if _due(case.claim_due_at, now) or _due(case.idle_due_at, now):
        case, more = _lapse(msgspec.structs.replace(case, passed=(case.owner,)), timing, now)
    elif _due(case.page_due_at, now):
        case, more = _page_next(case, timing, now)
    elif _due(case.ping_due_at, now):
        case, more = _ping(msgspec.structs.replace(case, ping_due_at=None), now)
    elif _due(case.watch_due_at, now):
        case, more = _ping(msgspec.structs.replace(case, watch_due_at=now + timing.engaged_watch), now)
    else:
        more = ()
    return case, actions + more


_HANDLERS: dict[type, Callable[[Escalation, Any, LevelPolicy, datetime], Step]] = {
    Raised: _raised,
    Claimed: _claimed,
    Passed: _passed,
    Woken: _woken,
    StaffWrote: _staff_wrote,
    PersonWrote: _person_wrote,
    Resolved: _resolved,
    Ticked: _ticked,
}


# --- shared moves ----------------------------------------------------------------------------------------------------


def _page_from_start(case: Escalation, timing: LevelPolicy, now: datetime) -> Step:
    first = timing.steps[0]
    paging = msgspec.structs.replace(
        _unscheduled(case),
        state=CaseState.PAGING,
        step=0,
        pages=case.pages + 1,
        page_due_at=now + first.wait,
        honest_at=now + timing.tell_person_nobody_after,
        told_nobody=False,
    )
    return _with_next(paging), (Page(first.to), RefreshCards())


def _page_next(case: Escalation, timing: LevelPolicy, now: datetime) -> Step:
    """Page the next step; after the last, the last again, for ever."""
    step = min(case.step + 1, len(timing.steps) - 1)
    wait = timing.steps[step].wait if step > case.step else timing.repeat_last_every
    case = msgspec.structs.replace(case, step=step, pages=case.pages + 1, page_due_at=now + wait)
    return case, (Page(timing.steps[step].to), RefreshCards())


def _lapse(case: Escalation, timing: LevelPolicy, now: datetime) -> Step:
    """Nobody made contact: the case is open to everyone again, and the person is told."""
    freed = msgspec.structs.replace(case, owner="", staff_chat=None)
    paged, actions = _page_from_start(freed, timing, now)
    return paged, (*actions, TellPerson(State.LAPSED))


def _ping(case: Escalation, now: datetime) -> Step:
    if case.pinged_at is not None and now - case.pinged_at < PING_AT_MOST_EVERY:
        return case, ()
    return msgspec.structs.replace(case, pinged_at=now), (PingOwner(),)


def _merged(old: tuple[Reason, ...], new: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple({(reason.rule, reason.level): reason for reason in (*old, *new)}.values())[-20:]


def _due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _unscheduled(case: Escalation) -> Escalation:
    """Return the case with nothing due; the caller sets what is."""
    return msgspec.structs.replace(
        case,
        page_due_at=None,
        honest_at=None,
        claim_due_at=None,
        idle_due_at=None,
        ping_due_at=None,
        watch_due_at=None,
        pinged_at=None,
    )


def _with_next(case: Escalation) -> Escalation:
    """Set `next_at` to the earliest thing that is due; an open case always has one."""
    moments = (
        case.page_due_at,
        case.honest_at,
        case.claim_due_at,
        case.idle_due_at,
        case.ping_due_at,
        case.watch_due_at,
    )
    waiting = [moment for moment in moments if moment is not None]
    return msgspec.structs.replace(case, next_at=min(waiting, default=None))
