"""A poller that is killed, again and again, loses no update."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

from tests.adapters.telegram.conftest import ANA
from tests.fakes.telegram.server import TelegramServer

KILLS = 8


async def child(server: TelegramServer, journal: Path, kill_after: int) -> Process:
    arguments = ("-m", "tests.adapters.telegram.toy_poller", server.url, server.token, str(journal), str(kill_after))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"polling\n"
    return process


async def test_a_poller_that_is_killed_again_and_again_loses_no_update_and_redelivers_under_the_same_key(
    server: TelegramServer, tmp_path: Path
) -> None:
    chance = random.Random(7)
    journal, ana = tmp_path / "journal", server.user(ANA)
    sent: list[str] = []
    for round_ in range(KILLS):
        # The first falls between commit and confirmation for certain, the others where chance wants them.
        kill_after = chance.choice([0, 1, 2, 3]) if round_ else 1
        process = await child(server, journal, kill_after)
        for _ in range(chance.randrange(20, 60)):
            sent.append(f"m{len(sent)}")
            ana.says(sent[-1])
            await asyncio.sleep(0)
        await server.main.changes.until(lambda: server.main.unconfirmed < 10, chance.random() / 20)
        if round_ and process.returncode is None:
            # Not process.kill(): it reaps a child that just died by itself, and asyncio then misses its end.
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL, round_
    last = await child(server, journal, kill_after=0)
    await server.main.all_confirmed()
    last.kill()
    await last.wait()
    lines = journal.read_text().splitlines()
    assert list(dict.fromkeys(lines)) == [f"telegram:4242:{1000 + n} {text}" for n, text in enumerate(sent)]
    assert len(lines) > len(sent)
