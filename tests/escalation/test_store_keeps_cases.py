"""Any history of a case is kept by the real store as the machine made it, on each engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.escalation import machine
from bot.escalation import opening as begin
from bot.escalation.happenings import Happening, Raised
from bot.escalation.opening import CaseIds
from bot.model.cases import CaseState, Escalation
from bot.model.received import CaseDue
from bot.model.worry import Level
from bot.policy import Policy
from bot.ports import Store
from tests.bot.case_checker import HAPPENINGS, raised
from tests.store.conftest import masters, second_store, store, url
from tests.store.people import NOW, first_turn, next_turn, opening, view_of

__all__ = ["masters", "second_store", "store", "url"]

POLICY = Policy()
_people = count(1)
histories = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(1, 2000)), min_size=1, max_size=10)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(level=st.sampled_from([Level.ELEVATED, Level.HIGH, Level.IMMINENT]), history=histories)
async def test_a_case_reads_back_as_the_machine_left_it_and_is_due_when_the_machine_says(
    store: Store, level: Level, history: list[tuple[Happening, int]]
) -> None:
    name = f"person{next(_people)}"
    await store.commit_many([first_turn(name, person_changed=True)])
    now = NOW
    case = await _opened(store, name, level, now)
    for number, (happening, seconds) in enumerate(history):
        now += timedelta(seconds=seconds)
        after, _actions = machine.advance(case, happening, POLICY, now)
        view = await view_of(store, name)
        await store.commit_many([next_turn(view, f"{name} {number}", escalation=after, escalation_changed=True)])
        kept = await view_of(store, name)
        assert (kept.previous if after.state is CaseState.RESOLVED else kept.escalation) == after
        assert await _is_due(store, after, now) is (after.next_at is not None and after.next_at <= now)
        case = after
        if case.state is CaseState.RESOLVED:
            return


async def _opened(store: Store, name: str, level: Level, now: datetime) -> Escalation:
    why: Raised = raised(level)
    case, _ = begin.open_case(CaseIds(f"C{name}", name, f"s{name}"), why, POLICY, now)
    await store.commit_many([opening(await view_of(store, name), f"{name} opened", case)])
    return case


async def _is_due(store: Store, case: Escalation, now: datetime) -> bool:
    """Say whether the store hands out the case as due; others of earlier examples may be due too."""
    due = await store.claim_due(now, 10_000)
    return any(isinstance(one.what, CaseDue) and one.what.case_id == case.case_id for one in due)
