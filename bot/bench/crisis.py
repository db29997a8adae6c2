"""A running bot with many nudges in its outbox, at Telegram's pace: how soon does a worrying message page?

`page_waits` measures one message after the other; `storm` a backlog that waits when the bot comes up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
from pydantic import SecretStr

from adapters.clock import system_clock
from bot.bench.crisis_server import EVERY, FIRST_PERSON, ON_CALL
from bot.bench.durable import PURPOSES, START
from bot.bench.engine import SIX_QUESTIONS
from bot.bench.loopback import loopback
from bot.bootstrap import platforms
from bot.bootstrap.house import House, build, master_keys
from bot.model.people import Address, Person, Platform
from bot.model.sent import Lane, Outbound
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.rota import OPEN_ROTA
from bot.settings import Settings
from scheduler.limits import PUBLISHED
from scheduler.ticker import ticker

TOKEN = "1:bench"  # noqa: S105  nobody's
ROUND_TRIP = 0.05
# The on-call chat takes a message a second.
BETWEEN = 1.1
LOOK, PATIENCE = 0.05, 120.0
_NUDGED = 10_000_000
_BATCH = 256


class Seen(msgspec.Struct, frozen=True):
    """What the server tells: pages taken, how long each took, and when the last one came after the first poll."""

    pages: int
    waits: list[float]
    last_page: float
    refused: int


@dataclass(frozen=True)
class Storm:
    """How a backlog went: seconds from the first poll to the last page, pages, and refusals of the platform."""

    last_page: float
    pages: int
    refused: int


async def page_waits(folder: Path, *, pages: int, nudges: int, database_url: str = "") -> list[float]:
    """Return the seconds from "the bot has the message" to "the platform has the page" for so many worrying people."""
    async with _server(0) as (url, client), _running(folder, url, database_url, people=pages, nudges=nudges):
        for number in range(pages):
            await client.post(f"{url}/say")
            seen = await _paged(client, url, number + 1)
            await asyncio.sleep(BETWEEN)
    return seen.waits


async def storm(folder: Path, *, messages: int, nudges: int, database_url: str = "") -> Storm:
    """Come up with a backlog and return when the last worrying message in it was paged."""
    worrying = messages // EVERY
    async with _server(messages) as (url, client), _running(folder, url, database_url, people=messages, nudges=nudges):
        seen = await _paged(client, url, worrying)
    return Storm(seen.last_page, seen.pages, seen.refused)


@asynccontextmanager
async def _server(backlog: int) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    async with loopback("bot.bench.crisis_server", str(ROUND_TRIP), str(backlog)) as url, httpx.AsyncClient() as client:
        yield url, client


async def _paged(client: httpx.AsyncClient, url: str, pages: int) -> Seen:
    """Look at the server until it has taken so many pages."""
    async with asyncio.timeout(PATIENCE):
        while True:
            seen = msgspec.json.decode((await client.get(f"{url}/seen")).content, type=Seen)
            if seen.pages >= pages:
                return seen
            await asyncio.sleep(LOOK)


@asynccontextmanager
async def _running(folder: Path, url: str, database_url: str, *, people: int, nudges: int) -> AsyncIterator[None]:
    """Fill a database, then run everything that `handrail run` runs for Telegram."""
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=url,
        oncall_telegram_chat=str(ON_CALL),
    )
    masters, _ = master_keys(settings, folder)
    house = await build(
        settings,
        masters,
        clock=system_clock,
        rota=OPEN_ROTA,
        on_call=(Address(Platform.TELEGRAM, str(ON_CALL)),),
        limits=PUBLISHED,
        flows=[SIX_QUESTIONS],
    )
    try:
        await _fill(house, people, nudges)
        async with platforms.telegram(settings, house, system_clock) as connected:
            work = [asyncio.create_task(house.sender.run()), asyncio.create_task(connected.alone["telegram"]())]
            ticks = ticker({"due": (house.due_work.tick, 1.0), "outbox": (house.sender.tick, 1.0)})
            ticks.start()
            yield
            ticks.shutdown(wait=False)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
    finally:
        await house.close()


async def _fill(house: House, people: int, nudges: int) -> None:
    for turns in _batches(_known(FIRST_PERSON + number) for number in range(people)):
        await house.store.commit_many(turns)
    for turns in _batches(_known(_NUDGED + number, nudge=number + 1) for number in range(nudges)):
        await house.store.commit_many(turns)


def _known(chat: int, nudge: int = 0) -> Turn:
    address = Address(Platform.TELEGRAM, str(chat))
    consents = dict.fromkeys(PURPOSES, START)
    person = Person(f"person-{chat}", address, START, name="Ana", consents=consents, welcomed=True)
    asked = Outbound(nudge, person.person_id, Lane.NUDGE, address, "How are you right now, from 1 to 5?")
    view = View(person, Session(version=1), known=False)
    return Turn("known", START, 0, view, person_changed=True, outbounds=(asked,) if nudge else ())


def _batches(turns: Iterator[Turn]) -> Iterator[list[Turn]]:
    batch: list[Turn] = []
    for turn in turns:
        batch.append(turn)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch
