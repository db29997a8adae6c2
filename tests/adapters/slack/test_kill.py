"""SIGKILL at random moments: what was acknowledged is on the disk, what was not comes again under its own key."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from tests.fakes.slack.pushes import Push
from tests.fakes.slack.server import SlackServer

KILLS, BURST = 8, 150


async def _start(slack: SlackServer, committed: Path) -> asyncio.subprocess.Process:
    opened = slack.sockets.opened
    program = (sys.executable, "-m", "tests.adapters.slack.toy", slack.api_url, str(committed))
    process = await asyncio.create_subprocess_exec(*program)
    await slack.sockets.connected(opened + 1, timeout=20)
    return process


async def _kill_amid(slack: SlackServer, process: asyncio.subprocess.Process, pushes: list[Push], after: int) -> None:
    """Kill as soon as `after` of the pushes are acknowledged: a moment that falls anywhere in their handling."""
    await slack.world.until(lambda: sum(push.acknowledged for push in pushes) >= after, 20)
    process.kill()
    await process.wait()


async def test_sigkill_at_random_moments_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)
    committed = tmp_path / "committed"
    sent: list[Push] = []
    async with SlackServer(retries=[0.0] * 50) as slack:
        people = [slack.user(f"U0P{number}") for number in range(10)]
        for _ in range(KILLS):
            process = await _start(slack, committed)
            burst = [chance.choice(people).says("a message") for _ in range(BURST)]
            sent += burst
            await _kill_amid(slack, process, burst, after=chance.randrange(BURST))
            on_disk = committed.read_text(encoding="utf-8")
            assert [push for push in sent if push.acknowledged and push.payload["event_id"] not in on_disk] == []
        process = await _start(slack, committed)
        await asyncio.gather(*(push.arrives(20) for push in sent))
        process.kill()
        await process.wait()
    keys = committed.read_text(encoding="utf-8").split()
    assert set(keys) == {f"slack:T0TEAM:{push.payload['event_id']}" for push in sent}
    assert any(push.attempts > 1 for push in sent)
    assert slack.violations == []
