"""Explores an escalation's machine and says which promises of shared/safety.md a step breaks; nothing here decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from bot.escalation import opening
from bot.escalation.actions import Action, Page, Refused, State, TellPerson
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
from bot.escalation.opening import CaseIds
from bot.model.cases import CaseState, Escalation, Outcome
from bot.model.people import Address, Platform
from bot.model.worry import Level, Reason
from bot.policy import LevelPolicy, Policy

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = Policy()
SAM, KIM = "sam", "kim"
CHATS = {name: Address(Platform.SLACK, f"U0{name.upper()}") for name in (SAM, KIM)}
PAUSES = (timedelta(0), timedelta(minutes=20))
Advance = Callable[[Escalation, Happening, Policy, datetime], tuple[Escalation, tuple[Action, ...]]]


def raised(level: Level) -> Raised:
    return Raised(level, (Reason(f"rule {int(level)}", "plan", level),))


HAPPENINGS: tuple[Happening, ...] = (
    *(raised(level) for level in (Level.ELEVATED, Level.HIGH, Level.IMMINENT)),
    *(Claimed(name, CHATS[name]) for name in (SAM, KIM)),
    HandedOver(SAM, KIM, CHATS[KIM]),
    HandedOver(KIM, SAM, CHATS[SAM]),
    PageAccepted(),
    PageStuck(),
    Skipped(),
    *(Passed(name) for name in (SAM, KIM)),
    Woken(KIM),
    *(StaffWrote(name) for name in (SAM, KIM)),
    PersonWrote(),
    Resolved(SAM, Outcome.RIGHT_REACHED),
    Resolved(KIM, Outcome.MISREAD),
    DrillEnded(),
    Ticked(),
)


class Move(NamedTuple):
    """One step of the machine: the case before it, what happened when, and what came out."""

    before: Escalation
    happening: Happening
    now: datetime
    after: Escalation
    actions: tuple[Action, ...]


def opened(level: Level, now: datetime = START) -> Escalation:
    case, _ = opening.open_case(CaseIds("K7Q2M", "ana", "stoken"), raised(level), POLICY, now)
    return case


def longest(timing: LevelPolicy) -> timedelta:
    """The furthest that anything of a level may lie ahead."""
    waits = [step.wait for step in timing.steps]
    others = (timing.repeat_last_every, timing.tell_person_nobody_after, timing.first_contact)
    return max(*waits, *others, timing.engaged_idle, timing.engaged_watch)


def violations(move: Move) -> Iterator[str]:
    """Name every promise that a step breaks."""
    if move.before.state is CaseState.RESOLVED:
        if move.after != move.before:
            yield "a closed case changed"
        return
    if any(isinstance(action, Refused) for action in move.actions):
        if move.after != move.before:
            yield "a refused act changed the case"
        return
    yield from _of_levels(move)
    yield from _of_owners(move)
    if move.after.state is not CaseState.RESOLVED:
        yield from _of_times(move)
        yield from _of_ticks(move)


def _of_levels(move: Move) -> Iterator[str]:
    before, happening, _now, after, actions = move
    if after.level < before.level:
        yield "the level fell"
    if isinstance(happening, Raised) and happening.level > before.level:
        paged = any(isinstance(action, Page) for action in actions)
        if (after.level, after.state) != (happening.level, CaseState.PAGING) or not paged:
            yield "a raise was swallowed"


def _of_owners(move: Move) -> Iterator[str]:
    before, happening, _now, after, _actions = move
    if after.state in (CaseState.CLAIMED, CaseState.ENGAGED) and not (after.owner and after.staff_chat):
        yield "a claimed case has no owner or no chat"
    if after.owner not in ("", before.owner) and not (
        (isinstance(happening, Claimed) and happening.responder == after.owner)
        or (isinstance(happening, HandedOver) and (happening.responder, happening.to) == (before.owner, after.owner))
    ):
        yield "a case changed hands without a claim or its owner"
    owned = before.owner and before.state is not CaseState.PAGING
    if isinstance(happening, Claimed) and owned and after.owner != before.owner:
        yield "a claim took a case away from its owner"
    if isinstance(happening, DrillEnded) and before.drill:
        return
    if after.state is CaseState.RESOLVED and not (
        isinstance(happening, Resolved) and happening.responder == before.owner
    ):
        yield "a case was closed by somebody else"


def _of_times(move: Move) -> Iterator[str]:
    before, _happening, now, after, _actions = move
    overdue = (
        before.page_due_at,
        before.honest_at,
        before.claim_due_at,
        before.idle_due_at,
        before.ping_due_at,
        before.shift_ends_at,
        before.alternate_due_at,
    )
    if after.next_at is None:
        yield "an open case has nothing due"
    elif after.next_at > now + longest(POLICY.of(after.level)):
        yield "an open case is due later than its policy allows"
    elif after.next_at <= now and after.next_at not in (*overdue, before.watch_due_at):
        yield "something new is due in the past"
    if after.state is CaseState.PAGING and after.page_due_at is None:
        yield "an unclaimed case is not paged again"
    if after.state is CaseState.CLAIMED and after.claim_due_at is None:
        yield "a claim lasts for ever"
    if after.state is CaseState.ENGAGED and after.person_last and after.idle_due_at is None:
        yield "a person who wrote last waits for ever"


def _of_ticks(move: Move) -> Iterator[str]:
    before, happening, now, after, actions = move
    if not isinstance(happening, Ticked):
        return
    if after.next_at is not None and after.next_at <= now:
        yield "a tick left something due"
    lapses = [moment for moment in (before.claim_due_at, before.idle_due_at) if moment is not None and moment <= now]
    paged = any(isinstance(action, Page) for action in actions)
    if lapses and not (paged and after.state is CaseState.PAGING and before.owner in after.passed and not after.owner):
        yield "a lapsed claim was not paged again"
    if before.page_due_at is not None and before.page_due_at <= now and not paged:
        yield "a due page was not sent"
    told = TellPerson(State.NOBODY_YET) in actions
    if (before.honest_at is not None and before.honest_at <= now) != told:
        yield "the person was not told honestly, or too early"


class Explored(NamedTuple):
    """What an exploration saw: how many different cases, how many steps, and the names of broken promises."""

    states: int
    steps: int
    found: frozenset[str]


def explore(advance: Advance, depth: int) -> Explored:
    """Take every happening from every reachable case at a few moments; say what was broken."""
    found: set[str] = set()
    layer = {_shape(case, START): (case, START) for case in (opened(Level.ELEVATED), opened(Level.HIGH))}
    seen, steps = set(layer), 0
    for _ in range(depth):
        following: dict[bytes, tuple[Escalation, datetime]] = {}
        for case, at in layer.values():
            for move in _moves(advance, case, at):
                steps += 1
                found.update(violations(move))
                shape = _shape(move.after, move.now)
                if shape not in seen and move.after.state is not CaseState.RESOLVED:
                    seen.add(shape)
                    following[shape] = (move.after, move.now)
        layer = following
    return Explored(len(seen), steps, frozenset(found))


def _moves(advance: Advance, case: Escalation, at: datetime) -> Iterator[Move]:
    moments = {at + pause for pause in PAUSES} | ({max(at, case.next_at)} if case.next_at else set())
    for now in sorted(moments):
        for happening in HAPPENINGS:
            after, actions = advance(case, happening, POLICY, now)
            yield Move(case, happening, now, after, actions)


def _shape(case: Escalation, now: datetime) -> bytes:
    """What makes two cases behave alike: everything but their history, with times seen from now."""
    times = {
        name: max(value - now, timedelta(0))
        if name.endswith("due_at") or name in ("honest_at", "next_at")
        else value - now
        for name in case.__struct_fields__
        if name.endswith("_at") and isinstance(value := getattr(case, name), datetime) and name != "opened_at"
    }
    rest = (case.state, case.level, case.step, case.owner, case.passed, case.person_last, case.told_nobody)
    return msgspec.json.encode((times, rest))
