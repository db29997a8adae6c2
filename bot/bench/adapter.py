"""Measures the Telegram adapter: prepared updates of a loopback server, polled, decoded, decided and committed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from time import perf_counter, process_time

from pydantic import SecretStr

from bot.bench.durable import START, Crowd, bench_house, warm_up
from bot.bench.engine import ANSWERS
from bot.bench.rates import Rate
from bot.bench.telegram_server import FIRST_PERSON
from bot.bootstrap import platforms
from bot.model.people import Address, Platform
from bot.model.received import Received
from bot.settings import Settings

TOKEN = "1:bench"  # noqa: S105  nobody's


async def adapter_rate(folder: Path, *, people: int, database_url: str = "") -> Rate:
    """Play one talk of every person through the poll loop and return the rate of this process."""
    expected = people * (1 + len(ANSWERS))
    async with _server(people) as url, bench_house(folder, database_url) as house:
        addresses = [Address(Platform.TELEGRAM, str(FIRST_PERSON + number)) for number in range(people)]
        await warm_up(house)
        await Crowd(house, addresses).make_known()
        taken, everything = 0, asyncio.Event()
        receive = house.conversation.receive

        async def counted(received: Sequence[Received]) -> None:
            nonlocal taken
            await receive(received)
            taken += len(received)
            if taken >= expected:
                everything.set()

        house.conversation.receive = counted  # type: ignore[method-assign]
        settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_url=url)
        async with platforms.telegram(settings, house, lambda: START) as connected:
            cpu, wall = process_time(), perf_counter()
            polling = asyncio.create_task(connected.alone["telegram"]())
            await everything.wait()
            rate = Rate(expected, process_time() - cpu, perf_counter() - wall)
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
    return rate


@contextlib.asynccontextmanager
async def _server(people: int) -> AsyncIterator[str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.bench.telegram_server", str(people), stdout=asyncio.subprocess.PIPE
    )
    try:
        port = int(await child.stdout.readline()) if child.stdout else 0
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        await child.wait()
