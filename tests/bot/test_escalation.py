"""The escalation's machine: its table, every reachable state, and that the checks catch a broken one."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.escalation import machine
from bot.escalation.actions import Action, Page, PingOwner, Refused, State, TellPerson
from bot.escalation.happenings import (
    Claimed,
    DrillEnded,
    HandedOver,
    Happening,
    Passed,
    PersonWrote,
    Raised,
    Resolved,
    StaffWrote,
    Ticked,
    Woken,
)
from bot.escalation.machine import advance
from bot.escalation.opening import risen
from bot.model.cases import CaseState, Escalation, Outcome
from bot.model.worry import Level
from bot.policy import Audience, Policy
from tests.bot.case_checker import (
    CHATS,
    HAPPENINGS,
    KIM,
    POLICY,
    SAM,
    START,
    Move,
    explore,
    opened,
    raised,
    violations,
)

DEPTH = 4
Step = tuple[Escalation, tuple[Action, ...]]


def second(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def after(*happenings: Happening, level: Level = Level.IMMINENT) -> Escalation:
    """A case to which these things happened, ten seconds apart."""
    case = opened(level)
    for number, happening in enumerate(happenings, 1):
        case, _ = advance(case, happening, POLICY, second(10 * number))
    return case


TAKEN = Claimed(SAM, CHATS[SAM])
CLOSED = Resolved(SAM, Outcome.RIGHT_REACHED)
PAGING, CLAIMED = after(), after(TAKEN)
ENGAGED, RESOLVED = after(TAKEN, StaffWrote(SAM)), after(TAKEN, CLOSED)
RAISED_WHILE_OWNED = after(TAKEN, raised(Level.IMMINENT), level=Level.HIGH)

TABLE = [
    (PAGING, TAKEN, CaseState.CLAIMED, ""),
    (PAGING, Passed(SAM), CaseState.PAGING, ""),
    (PAGING, StaffWrote(SAM), CaseState.PAGING, "claim_first"),
    (PAGING, CLOSED, CaseState.PAGING, "claim_first"),
    (PAGING, PersonWrote(), CaseState.PAGING, ""),
    (CLAIMED, TAKEN, CaseState.CLAIMED, "yours_already"),
    (CLAIMED, Claimed(KIM, CHATS[KIM]), CaseState.CLAIMED, "owned"),
    (CLAIMED, Passed(KIM), CaseState.CLAIMED, "owned"),
    (CLAIMED, Passed(SAM), CaseState.PAGING, ""),
    (CLAIMED, StaffWrote(KIM), CaseState.CLAIMED, "owned"),
    (CLAIMED, StaffWrote(SAM), CaseState.ENGAGED, ""),
    (CLAIMED, Resolved(KIM, Outcome.MISREAD), CaseState.CLAIMED, "owned"),
    (CLAIMED, CLOSED, CaseState.RESOLVED, ""),
    (CLAIMED, Woken(KIM), CaseState.CLAIMED, ""),
    (PAGING, HandedOver(SAM, KIM, CHATS[KIM]), CaseState.PAGING, "claim_first"),
    (CLAIMED, HandedOver(SAM, KIM, CHATS[KIM]), CaseState.CLAIMED, ""),
    (CLAIMED, HandedOver(KIM, SAM, CHATS[SAM]), CaseState.CLAIMED, "owned"),
    (CLAIMED, HandedOver(SAM, SAM, CHATS[SAM]), CaseState.CLAIMED, "yours_already"),
    (CLAIMED, DrillEnded(), CaseState.CLAIMED, ""),
    (ENGAGED, HandedOver(SAM, KIM, CHATS[KIM]), CaseState.CLAIMED, ""),
    (ENGAGED, Claimed(KIM, CHATS[KIM]), CaseState.ENGAGED, "owned"),
    (ENGAGED, StaffWrote(SAM), CaseState.ENGAGED, ""),
    (ENGAGED, Passed(SAM), CaseState.PAGING, ""),
    (ENGAGED, CLOSED, CaseState.RESOLVED, ""),
    (RAISED_WHILE_OWNED, Passed(KIM), CaseState.PAGING, ""),
    (RAISED_WHILE_OWNED, Claimed(KIM, CHATS[KIM]), CaseState.CLAIMED, ""),
    (RAISED_WHILE_OWNED, StaffWrote(SAM), CaseState.ENGAGED, ""),
    *((RESOLVED, happening, CaseState.RESOLVED, "already_closed") for happening in (TAKEN, Passed(SAM), Woken(KIM))),
    *((RESOLVED, happening, CaseState.RESOLVED, "") for happening in (Ticked(), PersonWrote(), raised(Level.IMMINENT))),
]


@pytest.mark.parametrize(("case", "happening", "state", "refused"), TABLE)
def test_each_happening_leads_where_the_table_says(
    case: Escalation, happening: Happening, state: CaseState, refused: str
):
    then, actions = advance(case, happening, POLICY, second(60))
    assert then.state is state
    assert [action.why for action in actions if isinstance(action, Refused)] == ([refused] if refused else [])
    assert not list(violations(Move(case, happening, second(60), then, actions)))


def test_from_every_reachable_state_every_happening_keeps_every_promise():
    explored = explore(advance, DEPTH)
    print(f"{explored.states} states, {explored.steps} steps, {len(explored.found)} violations")
    assert not explored.found


# --- the checks catch a broken machine --------------------------------------------------------------------------------


def that_ends(case: Escalation, happening: Happening, policy: Policy, now: datetime) -> Step:
    """A paging system that gives up after three loops."""
    then, actions = advance(case, happening, policy, now)
    if then.state is CaseState.PAGING and then.pages > 3:
        return msgspec.structs.replace(then, page_due_at=None, honest_at=None, next_at=None), ()
    return then, actions


def that_trusts_a_claim(case: Escalation, happening: Happening, policy: Policy, now: datetime) -> Step:
    """An acknowledgement that lasts for ever."""
    then, actions = advance(case, happening, policy, now)
    if isinstance(happening, Claimed) and then.state is CaseState.CLAIMED:
        never = now + timedelta(days=3650)
        return msgspec.structs.replace(then, claim_due_at=never, next_at=never), actions
    return then, actions


def that_swallows_a_raise(case: Escalation, happening: Happening, policy: Policy, now: datetime) -> Step:
    """An open incident that takes no notice of a worse event."""
    return (case, ()) if isinstance(happening, Raised) else advance(case, happening, policy, now)


def that_lets_a_drill_button_close_a_case(
    case: Escalation, happening: Happening, policy: Policy, now: datetime
) -> Step:
    """A program that closes a case of a person."""
    then, actions = advance(case, happening, policy, now)
    if isinstance(happening, DrillEnded):
        return msgspec.structs.replace(then, state=CaseState.RESOLVED, next_at=None), actions
    return then, actions


def that_lets_a_case_be_taken_away(case: Escalation, happening: Happening, policy: Policy, now: datetime) -> Step:
    """A second claim that wins over the first."""
    if isinstance(happening, Claimed) and case.state is not CaseState.RESOLVED:
        case = msgspec.structs.replace(case, owner="", state=CaseState.PAGING)
    return advance(case, happening, policy, now)


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (that_ends, "an unclaimed case is not paged again"),
        (that_ends, "an open case has nothing due"),
        (that_trusts_a_claim, "an open case is due later than its policy allows"),
        (that_swallows_a_raise, "a raise was swallowed"),
        (that_lets_a_drill_button_close_a_case, "a case was closed by somebody else"),
        (that_lets_a_case_be_taken_away, "a claim took a case away from its owner"),
    ],
)
def test_the_checks_catch_a_machine(broken, found: str):
    assert found in explore(broken, 2 if broken is not that_ends else 4).found


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [Level.ELEVATED, Level.HIGH, Level.IMMINENT])
def test_i5_pages_repeat_for_ever_while_nobody_claims(level: Level):
    case, now, last_page = opened(level), START, START
    for _ in range(2000):
        assert case.next_at is not None
        now = case.next_at
        case, actions = advance(case, Ticked(), POLICY, now)
        if any(isinstance(action, Page) for action in actions):
            slowest = max(POLICY.of(level).repeat_last_every, *(step.wait for step in POLICY.of(level).steps))
            assert now - last_page <= slowest
            last_page = now
    assert case.pages > 900


def test_the_default_policy_pages_primary_backup_and_everyone_in_turn():
    case, moments = opened(Level.IMMINENT), []
    while len(moments) < 5:
        assert case.next_at is not None
        now = case.next_at
        case, actions = advance(case, Ticked(), POLICY, now)
        moments += [(action.to, (now - START).total_seconds()) for action in actions if isinstance(action, Page)]
    assert moments == [
        (Audience.BACKUP, 60),
        (Audience.EVERYONE, 180),
        (Audience.EVERYONE, 360),
        (Audience.EVERYONE, 540),
        (Audience.EVERYONE, 720),
    ]


def test_nobody_yet_is_told_once_at_180_seconds():
    case, told = opened(Level.IMMINENT), []
    while case.next_at is not None and case.next_at <= second(3600):
        now = case.next_at
        case, actions = advance(case, Ticked(), POLICY, now)
        told += [now for action in actions if action == TellPerson(State.NOBODY_YET)]
    assert told == [second(180)]


def test_after_an_outage_one_page_is_sent_and_not_those_that_were_missed():
    _case, actions = advance(opened(Level.IMMINENT), Ticked(), POLICY, second(86_400))
    assert sum(isinstance(action, Page) for action in actions) == 1


def test_i9_a_claim_without_contact_lapses_after_300_seconds_and_is_paged_without_the_claimant():
    case, actions = advance(CLAIMED, Ticked(), POLICY, second(310))
    assert (case.state, case.owner, case.passed, case.step) == (CaseState.PAGING, "", (SAM,), 0)
    assert {TellPerson(State.LAPSED), Page(Audience.PRIMARY)} <= set(actions)
    assert case.honest_at == second(310 + 180)


def test_an_owner_who_does_not_answer_is_pinged_at_half_time_and_then_loses_the_case():
    case, _ = advance(ENGAGED, PersonWrote(), POLICY, second(30))
    case, actions = advance(case, Ticked(), POLICY, second(30 + 150))
    assert actions == (PingOwner(),)
    case, actions = advance(case, Ticked(), POLICY, second(30 + 300))
    assert (case.state, case.owner) == (CaseState.PAGING, "")
    assert Page(Audience.PRIMARY) in actions


def test_a_worry_of_the_same_level_to_an_engaged_owner_starts_the_same_clock():
    case, actions = advance(ENGAGED, raised(Level.IMMINENT), POLICY, second(60))
    assert PingOwner() in actions
    assert case.idle_due_at == second(60 + 300)


def test_an_owner_is_pinged_at_most_every_30_seconds():
    case, pings = ENGAGED, 0
    for number in range(60):
        case, actions = advance(case, raised(Level.IMMINENT), POLICY, second(60 + number))
        pings += actions.count(PingOwner())
    assert pings == 2


def test_i7_a_raise_on_a_claimed_case_pages_at_once_and_keeps_the_owner_listed():
    case, actions = advance(after(TAKEN, level=Level.HIGH), raised(Level.IMMINENT), POLICY, second(60))
    assert (case.level, case.state, case.owner) == (Level.IMMINENT, CaseState.PAGING, SAM)
    assert actions[0] == PingOwner()
    assert Page(Audience.PRIMARY) in actions


def test_who_passed_and_then_takes_the_case_can_pass_it_again():
    case = after(Passed(SAM), TAKEN)
    assert case.passed == ()
    case, _ = advance(case, Passed(SAM), POLICY, second(60))
    assert (case.state, case.owner) == (CaseState.PAGING, "")


def test_the_same_reason_is_listed_once_and_at_most_twenty_are():
    case = opened(Level.HIGH)
    for _ in range(40):
        case, _ = advance(case, raised(Level.HIGH), POLICY, second(1))
    assert len(case.reasons) == 1


@pytest.mark.parametrize(
    ("level", "hours", "then"),
    [
        (Level.ELEVATED, 1, Level.HIGH),
        (Level.HIGH, 71, Level.IMMINENT),
        (Level.IMMINENT, 72, Level.IMMINENT),
        (Level.ELEVATED, 73, Level.ELEVATED),
    ],
)
def test_what_follows_a_closed_case_within_72_hours_is_one_level_higher_and_at_least_3(
    level: Level, hours: int, then: Level
):
    closed = msgspec.structs.replace(RESOLVED, resolved_at=START)
    assert risen(closed, raised(level), START + timedelta(hours=hours)).level is then


def test_what_follows_nothing_is_not_risen():
    assert risen(None, raised(Level.ELEVATED), START).level is Level.ELEVATED


# --- any order of things ----------------------------------------------------------------------------------------------

histories = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 4000)), max_size=40)


@settings(max_examples=300, deadline=None)
@given(level=st.sampled_from([Level.ELEVATED, Level.HIGH, Level.IMMINENT]), history=histories)
def test_no_history_breaks_a_promise(level: Level, history: list[tuple[Happening, int]]):
    case, now = opened(level), START
    for happening, seconds in history:
        now += timedelta(seconds=seconds)
        then, actions = machine.advance(case, happening, POLICY, now)
        assert not list(violations(Move(case, happening, now, then, actions)))
        case = then
