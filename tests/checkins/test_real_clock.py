"""The system's clock is set while the process runs: nothing falls silent and nothing bursts."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from scheduler.ticker import ticker

EVERY = 0.5
TICKS = """
import asyncio
from scheduler.ticker import ticker

async def main():
    async def tick():
        print("tick", flush=True)
    ticker({"tick": (tick, 0.5)}).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_clock_that_is_set_back_two_hours_wakes_the_jobs_on(monkeypatch: pytest.MonkeyPatch):
    woken = asyncio.Event()

    async def tick() -> None:
        woken.set()

    ticks = ticker({"tick": (tick, EVERY)})
    ticks.start()
    await asyncio.wait_for(woken.wait(), 5)
    # What a step back does to APScheduler: its next run lies two hours ahead.
    ticks.get_job("tick").modify(next_run_time=datetime.now(UTC) + timedelta(hours=2))
    woken.clear()
    real = time.time
    monkeypatch.setattr("scheduler.ticker.time.time", lambda: real() - 7200)
    await asyncio.wait_for(woken.wait(), 5)
    ticks.shutdown(wait=False)


if (found := find_spec("libfaketime")) is not None and found.origin is not None:
    LIBRARY = Path(found.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"

    async def test_a_real_process_ticks_evenly_through_steps_of_two_hours(tmp_path: Path):
        steps = tmp_path / "clock"
        steps.write_text("+0\n")
        environment = os.environ | {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(steps),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", TICKS), env=environment, stdout=asyncio.subprocess.PIPE
        )
        try:
            for step in ("+0\n", "-2h\n", "+0\n", "+2h\n", "-2h\n"):
                steps.write_text(step)
                await heard(process, ticks=4)
            assert await ticks_in(process, seconds=2) <= 8
        finally:
            process.kill()
            await process.wait()

    async def heard(process: asyncio.subprocess.Process, *, ticks: int) -> None:
        """Wait for so many ticks; a silent process fails."""
        assert process.stdout is not None
        async with asyncio.timeout(20):
            for _ in range(ticks):
                await process.stdout.readline()

    async def ticks_in(process: asyncio.subprocess.Process, *, seconds: float) -> int:
        """Count what the process says in so many seconds."""
        assert process.stdout is not None
        count, ends = 0, asyncio.get_running_loop().time() + seconds
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.wait_for(process.stdout.readline(), left)
            except TimeoutError:
                break
            count += 1
        return count
