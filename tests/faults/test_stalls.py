"""A slow disk and a blocked loop delay work; they never stop the loop, drop what is due, or let bulk go first."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

from adapters.store.sqlite.connection import OneHop, Urgency, Writer
from adapters.store.sqlite.reserve import Reserve
from scheduler.ticker import ticker


async def test_while_the_disk_stalls_the_loop_goes_on(tmp_path: Path) -> None:
    """A write that hangs in its thread for a quarter of a second; the loop is counted, not timed."""
    writer = Writer(await OneHop.open(tmp_path / "x.db", read_only=False), Reserve(tmp_path / "x.db"))
    disk, rounds = threading.Event(), 0
    stalled = asyncio.create_task(writer.write(Urgency.TURN, lambda _plain: disk.wait(10)))
    for _ in range(1000):
        await asyncio.sleep(0)
        rounds += not stalled.done()
    disk.set()
    await stalled
    await writer.close()
    assert rounds == 1000


async def test_what_is_urgent_passes_all_bulk_that_has_not_begun(tmp_path: Path) -> None:
    """While one bulk chunk is being written, ten more and a turn come: the turn is next."""
    writer = Writer(await OneHop.open(tmp_path / "x.db", read_only=False), Reserve(tmp_path / "x.db"))
    begun, order = threading.Event(), []
    first = asyncio.create_task(writer.write(Urgency.BULK, lambda _plain: begun.wait(10)))
    await asyncio.sleep(0)
    bulk = [asyncio.create_task(writer.write(Urgency.BULK, lambda _plain: order.append("bulk"))) for _ in range(10)]
    turn = asyncio.create_task(writer.write(Urgency.TURN, lambda _plain: order.append("turn")))
    await asyncio.sleep(0)
    begun.set()
    await asyncio.gather(first, turn, *bulk)
    await writer.close()
    assert order == ["turn", *["bulk"] * 10]


async def test_after_the_loop_was_blocked_for_two_seconds_due_work_still_runs() -> None:
    """Row 53: the ticker's job comes late, never not at all; what was missed is one run, not many."""
    runs, again = 0, asyncio.Event()

    async def due() -> None:
        nonlocal runs
        runs += 1
        again.set()

    ticks = ticker({"due": (due, 0.1)})
    ticks.start()
    await again.wait()
    time.sleep(2)
    before = runs
    again.clear()
    await asyncio.wait_for(again.wait(), 5)
    ticks.shutdown(wait=False)
    assert runs <= before + 2
