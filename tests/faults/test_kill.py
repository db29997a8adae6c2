"""What SIGKILL may do to a running bot: delay."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from pathlib import Path

from tests.fakes.telegram.server import TelegramServer
from tests.faults.process import Process

PEOPLE, MESSAGES, KILLS = 12, 8, 5


async def test_a_kill_at_any_moment_loses_and_doubles_no_turn(tmp_path: Path) -> None:
    """Row 1 and 3: every update leads to exactly one turn, in order, and every answer is sent in the end."""
    chance = random.Random(7)
    async with (
        TelegramServer() as server,
        Process(
            tmp_path,
            {"CHANNELS": "telegram", "TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url},
        ) as process,
    ):
        typing = asyncio.create_task(_type(server, chance))
        for _ in range(KILLS):
            polls = len(server.main.calls_of("getUpdates"))
            await process.start()
            await server.main.called("getUpdates", polls + 1, timeout=20)
            await asyncio.sleep(chance.uniform(0.02, 0.4))  # a random moment of its work, not a wait for anything
            await process.kill()
        await typing
        await process.start()
        await server.main.all_confirmed(timeout=60)
        await _until_sent(tmp_path / "data" / "handrail.db")
        assert await process.stop() == 0
        answered = [len(server.user(1000 + number).chat.bot_says) for number in range(PEOPLE)]
    with sqlite3.connect(tmp_path / "data" / "handrail.db") as store:
        versions = sorted(version for (version,) in store.execute("SELECT version FROM session"))
        turns = store.execute("SELECT count(*), count(DISTINCT received) FROM turn").fetchone()
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert versions == [MESSAGES] * PEOPLE
    assert turns == (PEOPLE * MESSAGES, PEOPLE * MESSAGES)
    assert min(answered) >= MESSAGES


async def _type(server: TelegramServer, chance: random.Random) -> None:
    for number in range(MESSAGES):
        for person in range(PEOPLE):
            server.user(1000 + person).says(f"message {number}")
        await asyncio.sleep(chance.uniform(0.05, 0.3))


async def _until_sent(path: Path) -> None:
    # What was being sent at the last kill is leased for 30 seconds, and a chat gets one message a second.
    async with asyncio.timeout(120):
        while True:
            with sqlite3.connect(path) as store:
                (waiting,) = store.execute("SELECT count(*) FROM outbox WHERE length(payload) > 0").fetchone()
            if not waiting:
                return
            await asyncio.sleep(0.1)
