"""`handrail drill`: begins a drill in the database of the running bot and watches what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from adapters.clock import system_clock
from bot.bootstrap.house import House, build, master_keys
from bot.model.cases import CaseState, Escalation
from bot.model.received import Command
from bot.oncall.program import ACCEPTED_WITHIN, CLAIMED_WITHIN, PROGRAM
from bot.ports import Lookup
from bot.rota_file import load_rota
from bot.settings import Settings
from scheduler.rounds import own

LOOKS_EVERY = 0.5
GRACE = timedelta(seconds=5)


async def run_drill(settings: Settings, tell: Callable[[str], None]) -> int:
    """Begin a drill and wait for it; return 0 when it was accepted and claimed in time, else 1."""
    masters, _ = master_keys(settings, settings.data_dir)
    rota = load_rota(settings.rota, workplace=settings.profile == "workplace")
    house = await build(settings, masters, clock=system_clock, rota=rota, on_call=settings.on_call)
    try:
        now = system_clock()
        await house.conversation.receive([own(f"drill:{now.isoformat()}", Command("drill"), now)])
        return await _watched(house, tell)
    finally:
        await house.close()


async def _watched(house: House, tell: Callable[[str], None]) -> int:
    begun, accepted, case_id = system_clock(), False, ""
    while system_clock() - begun < CLAIMED_WITHIN + GRACE:
        case = await _case(house, case_id)
        if case is None:
            break
        case_id = case.case_id
        if case.accepted_at is not None and not accepted:
            accepted = True
            tell(f"case {case.case_id}: accepted after {_seconds(case.accepted_at - case.opened_at)}")
        if case.first_claimed_at is not None:
            tell(f"case {case.case_id}: claimed after {_seconds(case.first_claimed_at - case.opened_at)}")
            in_time = case.accepted_at is not None and case.accepted_at - case.opened_at <= ACCEPTED_WITHIN
            return 0 if in_time else 1
        await asyncio.sleep(LOOKS_EVERY)
    tell("nobody claimed it within 2 min" if accepted else "no platform accepted it; is handrail run running?")
    return 1


async def _case(house: House, case_id: str) -> Escalation | None:
    """Return the drill that runs, or the one that was just ended."""
    now = system_clock()
    loaded = await house.store.load_many([Lookup("drill", address=PROGRAM)], now)
    for person_id in loaded.subjects.get("drill", ()):
        view = loaded.views[person_id]
        for case in (view.escalation, view.previous):
            if case is not None and (case.case_id == case_id or (not case_id and case.state is not CaseState.RESOLVED)):
                return case
    return None


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.1f} s"
