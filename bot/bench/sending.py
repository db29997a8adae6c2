"""Measures sending: how much of Telegram's allowed rate a queue of nudges uses, and how often Telegram refuses."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from adapters.clock import system_clock
from bot.bench.durable import START
from bot.bench.sending_server import RATE, SPAN
from bot.bootstrap import platforms
from bot.bootstrap.house import House, build, master_keys
from bot.model.people import Address, Person, Platform
from bot.model.sent import Lane, Outbound
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.rota import OPEN_ROTA
from bot.settings import Settings
from scheduler.limits import PUBLISHED

TOKEN = "1:bench"  # noqa: S105  nobody's
ROUND_TRIP = 0.05
_FIRST_PERSON = 10_000
_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Sent:
    """What the server saw: messages taken, messages refused with 429, and seconds from the first to the last."""

    accepted: int
    refused: int
    seconds: float

    @property
    def share(self) -> float:
        """The share of the allowed rate that was used."""
        return (self.accepted - 1) / self.seconds / (RATE / SPAN)


async def send_nudges(folder: Path, *, messages: int, round_trip: float = ROUND_TRIP) -> Sent:
    """Send that many nudges, each to another person, through the real sender, store and Telegram adapter."""
    async with _server(round_trip) as url:
        settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_url=url, data_dir=folder, database_url="")
        masters, _ = master_keys(settings, folder)
        house = await build(settings, masters, clock=system_clock, rota=OPEN_ROTA, on_call=(), limits=PUBLISHED)
        try:
            await _queue(house, messages)
            async with platforms.telegram(settings, house, system_clock):
                return await _sent(house, url, messages)
        finally:
            await house.close()


async def _queue(house: House, messages: int) -> None:
    turns = [_nudge(number) for number in range(messages)]
    for begin in range(0, messages, 256):
        await house.store.commit_many(turns[begin : begin + 256])


def _nudge(number: int) -> Turn:
    address = Address(Platform.TELEGRAM, str(_FIRST_PERSON + number))
    person = Person(f"person-{number}", address, START)
    outbound = Outbound(number + 1, person.person_id, Lane.NUDGE, address, "How are you right now, from 1 to 5?")
    view = View(person, Session(version=1), known=False)
    return Turn("known", START, 0, view, person_changed=True, outbounds=(outbound,))


async def _sent(house: House, url: str, messages: int) -> Sent:
    """Run the sender until the server has taken everything."""
    sending = asyncio.create_task(house.sender.run())
    house.sender.wake()
    async with httpx.AsyncClient() as client:
        while True:
            counts = (await client.get(f"{url}/counts")).json()
            if counts["accepted"] >= messages:
                break
            await asyncio.sleep(_LOOK_SECONDS)
            await house.sender.tick()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    return Sent(counts["accepted"], counts["refused"], counts["seconds"])


@contextlib.asynccontextmanager
async def _server(round_trip: float) -> AsyncIterator[str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.bench.sending_server", str(round_trip), stdout=asyncio.subprocess.PIPE
    )
    try:
        port = int(await child.stdout.readline()) if child.stdout else 0
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        await child.wait()
