"""Measures durable turns: the six-question talk of many people through `Conversation.receive`, with FULL sync.

Triage and sealing are on; nothing is sent. Both ways of arriving are measured: many at once, and one by one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import msgspec

from bot.bench.engine import ANSWERS, SIX_QUESTIONS
from bot.bench.rates import Rate
from bot.bootstrap.house import House, build, master_keys
from bot.model.people import Address, Person, Platform
from bot.model.received import Inbound, Text
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.rota import OPEN_ROTA
from bot.settings import Settings

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
PURPOSES = ("check_ins", "exercises", "escalation")


class Crowd:
    """Known people who all play the same talk."""

    def __init__(self, house: House, addresses: Sequence[Address]) -> None:
        self._house = house
        self._addresses = addresses
        self._sent = 0

    async def make_known(self) -> None:
        """Store everybody, agreed to everything."""
        turns = [self._known(address) for address in self._addresses]
        for begin in range(0, len(turns), 256):
            await self._house.store.commit_many(turns[begin : begin + 256])

    def _known(self, address: Address) -> Turn:
        consents = dict.fromkeys(PURPOSES, START)
        person = Person(f"person-{address.chat}", address, START, name="Ana", consents=consents, welcomed=True)
        return Turn("known", START, 0, View(person, Session(version=1), known=False), person_changed=True)

    def talk(self) -> list[list[Inbound]]:
        """Return one round of messages for each turn of the talk: everybody's first, everybody's second, …"""
        contents = [Text(words) for words in ("six questions", *ANSWERS)]
        return [[self._inbound(address, content) for address in self._addresses] for content in contents]

    def _inbound(self, address: Address, content: Text) -> Inbound:
        self._sent += 1
        at = START + timedelta(seconds=self._sent)
        return Inbound(f"bench:{self._sent}", address, address.chat, at, content)


async def _timed(house: House, rounds: Sequence[Sequence[Inbound]], *, together: bool) -> Rate:
    turns = sum(len(one) for one in rounds)
    cpu, wall = process_time(), perf_counter()
    for one in rounds:
        if together:
            await house.conversation.receive(one)
        else:
            for inbound in one:
                await house.conversation.receive([inbound])
    return Rate(turns, process_time() - cpu, perf_counter() - wall)


@asynccontextmanager
async def bench_house(folder: Path, database_url: str = "") -> AsyncIterator[House]:
    """Open a house on a new database, with the six-question flow."""
    settings = Settings(data_dir=folder, database_url=database_url)
    masters, _ = master_keys(settings, folder)
    house = await build(settings, masters, clock=lambda: START, rota=OPEN_ROTA, on_call=(), flows=[SIX_QUESTIONS])
    try:
        yield house
    finally:
        await house.close()


async def durable_rate(folder: Path, *, people: int, together: bool, database_url: str = "") -> Rate:
    """Play one talk of every person on a new database and return the rate."""
    async with bench_house(folder, database_url) as house:
        await warm_up(house)
        crowd = Crowd(house, [Address(Platform.CONSOLE, f"p{number}") for number in range(people)])
        await crowd.make_known()
        return await _timed(house, crowd.talk(), together=together)


async def warm_up(house: House) -> None:
    """Play one talk that is not measured: what is read once and then kept is no cost of a turn."""
    crowd = Crowd(house, [Address(Platform.CONSOLE, "first")])
    await crowd.make_known()
    for one in crowd.talk():
        await house.conversation.receive(
            [msgspec.structs.replace(inbound, key=f"warm {inbound.key}") for inbound in one]
        )
