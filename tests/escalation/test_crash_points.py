"""A worrying message survives a crash at every point between the platform's answer and the accepted page (I1, I3)."""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
from pathlib import Path

import pytest

from bot.failpoints import POINTS
from tests.fakes.telegram.server import TelegramServer
from tests.faults.process import Process

ROOT = Path(__file__).parents[2]
ON_CALL = -900
ANA = 4711
DIED_HERE = 86
WORRY = "I have the pills here and I want to end my life tonight"
# A few of the pairs, the same ones each time: a crash at one point, and then at another after the restart.
PAIRS = random.Random(5).sample([(first, then) for first in POINTS for then in POINTS], 3)
AT_ONCE = 3


def test_every_failpoint_of_the_program_is_listed_and_every_listed_one_stands_in_it() -> None:
    sources = [path for room in ("bot", "adapters", "scheduler") for path in (ROOT / room).rglob("*.py")]
    used = {name for path in sources for name in re.findall(r'failpoint\("([a-z.]+)"\)', path.read_text())}
    assert used == set(POINTS)


@pytest.mark.parametrize("first", [POINTS[:5], POINTS[5:10], POINTS[10:]], ids=["taking_in", "committing", "sending"])
async def test_i01_i03_a_crash_at_this_point_loses_nothing_and_pages_after_the_restart(
    tmp_path: Path, first: tuple[str, ...]
) -> None:
    await _side_by_side([(tmp_path / point, [point]) for point in first])


async def test_i03_two_crashes_in_a_row_lose_nothing_either(tmp_path: Path) -> None:
    await _side_by_side([(tmp_path / "-".join(pair), list(pair)) for pair in PAIRS])


async def _side_by_side(runs: list[tuple[Path, list[str]]]) -> None:
    """Let a few run at once: each waits most of the time for its process to start."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(folder: Path, points: list[str]) -> None:
        async with room:
            await _crash_and_come_back(folder, points)

    await asyncio.gather(*(one(folder, points) for folder, points in runs))


async def _crash_and_come_back(folder: Path, points: list[str]) -> None:
    async with TelegramServer() as server:
        settings = {
            "CHANNELS": "telegram",
            "TELEGRAM_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "ONCALL_TELEGRAM_CHAT": str(ON_CALL),
        }
        group = server.group(ON_CALL)
        ana = server.user(ANA)
        ana.says(WORRY)
        for point in points:
            async with Process(folder, settings | {"FAILPOINT": point}) as process:
                await process.start()
                assert await _ended_here(process, bool(group.chat.bot_says)), point
            _assert_all_or_nothing(folder / "data" / "handrail.db")
        async with Process(folder, settings) as process:
            await process.start()
            await group.hears("Level 4", timeout=40)
            await ana.hears("I have asked a person to read this", timeout=10)
        with sqlite3.connect(folder / "data" / "handrail.db") as store:
            assert store.execute("SELECT count(*) FROM escalation").fetchone() == (1,)
        assert sum(WORRY in text for text in group.chat.bot_says) == 0


async def _ended_here(process: Process, paged: bool) -> bool:
    """Wait for the crash; where all was done before, the point may lie behind and is not struck."""
    try:
        return await asyncio.wait_for(process.ended(), 4 if paged else 40) == DIED_HERE
    except TimeoutError:
        await process.kill()
        return paged


def _assert_all_or_nothing(path: Path) -> None:
    """I1: the case, its page and the safety text are there together, or none of them."""
    if not path.exists():
        return
    with sqlite3.connect(path) as store:
        if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone():
            return
        cases = store.execute("SELECT count(*) FROM escalation").fetchone()[0]
        turns = store.execute("SELECT count(*) FROM turn WHERE level >= 3").fetchone()[0]
        lanes = {lane for (lane,) in store.execute("SELECT DISTINCT lane FROM outbox")}
    assert (cases, turns, {0, 1} <= lanes) in {(0, 0, False), (1, 1, True)}
