"""The ticker wakes on a monotonic clock; what is due is compared in UTC: no stall or step loses or doubles anything."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

from bot.model.sent import Lane
from scheduler.ticker import ticker
from tests.bot.harness import Room

DAY = timedelta(days=1)


def nudges(room: Room) -> list[str]:
    return [one.text for one in room.order if one.lane is Lane.NUDGE and "from 1 to 5" in one.text]


async def test_an_event_loop_that_is_blocked_for_two_seconds_loses_no_check_in(ana: Room):
    await ana.person("check in 9:30")
    ticked = asyncio.Event()

    async def tick() -> None:
        await ana.settle()
        ticked.set()

    ticks = ticker({"check_ins": (tick, 0.2)})
    ticks.start()
    try:
        await asyncio.wait_for(ticked.wait(), 10)
        ana.clock.move_to(ana.clock() + timedelta(minutes=30))
        time.sleep(2)
        ticked.clear()
        await asyncio.wait_for(ticked.wait(), 10)
    finally:
        ticks.shutdown(wait=False)
    assert len(nudges(ana)) == 1


async def stepped(room: Room, *steps: timedelta) -> int:
    """Move the clock by steps, with an hour of quarters of an hour after each; return how many were asked."""
    for step in steps:
        room.clock.move_to(room.clock() + step)
        for _ in range(4):
            await room.settle()
            room.clock.move_to(room.clock() + timedelta(minutes=15))
    await room.settle()
    return len(nudges(room))


async def test_a_step_of_two_hours_forward_drops_what_is_too_late_and_bursts_nothing(ana: Room):
    await ana.person("check in 9:30")
    await ana.wait(timedelta(minutes=10))
    assert await stepped(ana, timedelta(hours=2)) == 0
    assert await stepped(ana, DAY - timedelta(hours=3)) == 1


async def test_a_step_of_two_hours_back_asks_once_and_is_not_silent(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(minutes=30))
    await ana.settle()
    assert len(nudges(ana)) == 1
    assert await stepped(ana, -timedelta(hours=2), timedelta(0), timedelta(0)) == 1
    assert await stepped(ana, DAY - timedelta(hours=2)) == 2


async def test_a_day_of_downtime_brings_one_check_in_at_most(ana: Room):
    await ana.person("check in 9:30")
    before: datetime = ana.clock()
    ana.clock.move_to(before + 3 * DAY + timedelta(minutes=45))
    await ana.settle()
    assert len(nudges(ana)) <= 1
