"""An escalation's life as a pure state machine: a case and what happened in, the case after it and what to do out.

It never awaits, never reads a clock and never holds a word that a person said (shared/safety.md draws it).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.escalation.actions import (
    Action,
    AskHandOver,
    Page,
    PageOtherWays,
    PingOwner,
    RefreshCards,
    Refused,
    State,
    TellPerson,
)
from bot.escalation.happenings import (
    Claimed,
    DrillEnded,
    HandedOver,
    Happening,
    PageAccepted,
    PageStuck,
    Passed,
    PersonWrote,
    Raised,
    Resolved,
    Skipped,
    StaffWrote,
    Ticked,
    Woken,
)
from bot.escalation.moves import (
    Step,
    due,
    lapse,
    merged,
    page_from_start,
    page_next,
    ping,
    unscheduled,
    with_next,
)
from bot.model.cases import CaseState, Escalation, Outcome
from bot.model.received import Accepted
from bot.policy import Audience, LevelPolicy, Policy

# How often an owner whose shift has ended is asked again to hand over.
ASKS_AGAIN = timedelta(minutes=10)


def advance(case: Escalation, happening: Happening, policy: Policy, now: datetime) -> Step:
    """Return the case after `happening` and what to do. A closed case changes no more."""
    if case.state is CaseState.RESOLVED:
        return case, ((Refused("already_closed"),) if hasattr(happening, "responder") else ())
    after, actions = _HANDLERS[type(happening)](case, happening, policy.of(case.level), now)
    if isinstance(happening, Raised) and happening.level > case.level:
        after, actions = _page_higher(case, happening, policy, now)
    return with_next(after), actions


def with_receipt(case: Escalation, taken: Accepted) -> Escalation:
    """Return the case knowing by which id a platform names one of its cards or relayed messages."""
    wanted, receipt = taken.outbound_id, taken.receipt
    cards = (msgspec.structs.replace(one, receipt=receipt) if one.outbound_id == wanted else one for one in case.cards)
    relayed = (
        msgspec.structs.replace(one, receipt=receipt) if one.outbound_id == wanted else one for one in case.relayed
    )
    return msgspec.structs.replace(case, cards=tuple(cards), relayed=tuple(relayed))


# --- the handlers: one a happening -----------------------------------------------------------------------------------


def _raised(case: Escalation, event: Raised, timing: LevelPolicy, now: datetime) -> Step:
    case = msgspec.structs.replace(case, reasons=merged(case.reasons, event.reasons))
    case, _ = _person_wrote(case, PersonWrote(), timing, now)
    return ping(case, now) if case.owner else (case, (RefreshCards(),))


def _page_higher(case: Escalation, event: Raised, policy: Policy, now: datetime) -> Step:
    """A worse event pages anew at the higher level; the owner stays listed and is pinged first."""
    timing = policy.of(event.level)
    raised = msgspec.structs.replace(
        case,
        level=event.level,
        reasons=merged(case.reasons, event.reasons),
        passed=(),
        person_last=True,
    )
    raised, actions = page_from_start(raised, timing, now)
    return raised, (*((PingOwner(),) if case.owner else ()), *actions)


def _claimed(case: Escalation, event: Claimed, timing: LevelPolicy, now: datetime) -> Step:
    if case.owner and case.state is not CaseState.PAGING:
        return case, (Refused("yours_already" if case.owner == event.responder else "owned"),)
    claimed = msgspec.structs.replace(
        unscheduled(case),
        state=CaseState.CLAIMED,
        owner=event.responder,
        passed=tuple(one for one in case.passed if one != event.responder),
        staff_chat=event.chat,
        relayed=(),
        revealed=False,
        claimed_at=now,
        first_claimed_at=case.first_claimed_at or now,
        # Whoever claims it has seen it, also where the platform's answer is still on its way.
        accepted_at=case.accepted_at or now,
        claim_due_at=now + timing.first_contact,
        shift_ends_at=event.until,
    )
    return claimed, (RefreshCards(), TellPerson(State.SEEN))


def _handed_over(case: Escalation, event: HandedOver, timing: LevelPolicy, now: datetime) -> Step:
    """Give the case to another responder, whose claim can lapse like any other."""
    if case.owner != event.responder or case.state is CaseState.PAGING:
        return case, (Refused("owned" if case.owner else "claim_first"),)
    if event.to == case.owner:
        return case, (Refused("yours_already"),)
    given = msgspec.structs.replace(
        unscheduled(case),
        state=CaseState.CLAIMED,
        owner=event.to,
        passed=tuple(one for one in case.passed if one != event.to),
        staff_chat=event.chat,
        claimed_at=now,
        claim_due_at=now + timing.first_contact,
        shift_ends_at=event.until,
        relayed=(),
        revealed=False,
    )
    return given, (RefreshCards(), TellPerson(State.HANDED_OVER))


def _passed(case: Escalation, event: Passed, timing: LevelPolicy, now: datetime) -> Step:
    if case.owner != event.responder and case.state is not CaseState.PAGING:
        return case, (Refused("owned"),)
    if event.responder in case.passed:
        return case, (Refused("passed_already"),)
    passed = (*case.passed, event.responder)
    if case.owner == event.responder:
        return lapse(msgspec.structs.replace(case, passed=passed), timing, now)
    return page_next(msgspec.structs.replace(case, passed=passed), timing, now)


def _skipped(case: Escalation, _event: Skipped, timing: LevelPolicy, now: datetime) -> Step:
    """Go on to the next step in the same moment; the last step is never skipped."""
    if case.state is not CaseState.PAGING or case.step >= len(timing.steps) - 1:
        return case, ()
    after, actions = page_next(case, timing, now)
    return msgspec.structs.replace(after, pages=case.pages), actions


def _accepted(case: Escalation, _event: PageAccepted, _timing: LevelPolicy, now: datetime) -> Step:
    return msgspec.structs.replace(case, accepted_at=case.accepted_at or now, alternate_due_at=None), ()


def _stuck(case: Escalation, _event: PageStuck, _timing: LevelPolicy, _now: datetime) -> Step:
    """Take the other ways at once, once a page."""
    if case.alternate_due_at is None:
        return case, ()
    return msgspec.structs.replace(case, alternate_due_at=None), (PageOtherWays(),)


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
        unscheduled(case),
        state=CaseState.ENGAGED,
        person_last=False,
        contacted_at=case.contacted_at or now,
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
        unscheduled(case), state=CaseState.RESOLVED, outcome=event.outcome, resolved_at=now, shift_ends_at=None
    )
    return closed, (RefreshCards(), TellPerson(State.CLOSED))


def _drill_ended(case: Escalation, _event: DrillEnded, _timing: LevelPolicy, now: datetime) -> Step:
    if not case.drill:
        return case, ()
    over = msgspec.structs.replace(
        unscheduled(case),
        state=CaseState.RESOLVED,
        outcome=Outcome.JOKE_OR_TEST,
        resolved_at=now,
        shift_ends_at=None,
    )
    return over, (RefreshCards(),)


def _ticked(case: Escalation, _event: Ticked, timing: LevelPolicy, now: datetime) -> Step:
    actions: tuple[Action, ...] = ()
    if due(case.honest_at, now):
        case = msgspec.structs.replace(case, honest_at=None, told_nobody=True)
        actions = (TellPerson(State.NOBODY_YET),)
    if due(case.claim_due_at, now) or due(case.idle_due_at, now):
        case, more = lapse(msgspec.structs.replace(case, passed=(case.owner,)), timing, now)
    elif due(case.page_due_at, now):
        case, more = page_next(case, timing, now)
    elif due(case.ping_due_at, now):
        case, more = ping(msgspec.structs.replace(case, ping_due_at=None), now)
    elif due(case.watch_due_at, now):
        case, more = ping(msgspec.structs.replace(case, watch_due_at=now + timing.engaged_watch), now)
    else:
        more = ()
    if due(case.alternate_due_at, now):
        case, other = _stuck(case, PageStuck(), timing, now)
        more += other
    case, asked = _shift_over(case, now)
    return case, actions + more + asked


def _shift_over(case: Escalation, now: datetime) -> Step:
    """Ask an owner whose shift has ended to hand over, again and again; nobody loses a talk that goes on."""
    if not due(case.shift_ends_at, now):
        return case, ()
    return msgspec.structs.replace(case, shift_ends_at=now + ASKS_AGAIN), (AskHandOver(),)


_HANDLERS: dict[type, Callable[[Escalation, Any, LevelPolicy, datetime], Step]] = {
    Raised: _raised,
    Claimed: _claimed,
    HandedOver: _handed_over,
    Skipped: _skipped,
    PageAccepted: _accepted,
    PageStuck: _stuck,
    DrillEnded: _drill_ended,
    Passed: _passed,
    Woken: _woken,
    StaffWrote: _staff_wrote,
    PersonWrote: _person_wrote,
    Resolved: _resolved,
    Ticked: _ticked,
}
