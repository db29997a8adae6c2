"""Many people who all play the six-question talk, and what each of them got to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.bench.engine import ANSWERS, SIX_QUESTIONS
from bot.bootstrap.house import House, build, master_keys
from bot.model.people import Address, Person, Platform
from bot.model.received import Inbound, Text
from bot.model.sent import Delivery
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.rota import OPEN_ROTA
from bot.settings import Settings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WORDS = ("six questions", *ANSWERS)


class Reading:
    """A channel that remembers what each person got to read, in order."""

    platform = Platform.CONSOLE

    def __init__(self) -> None:
        self.by_person: dict[str, list[str]] = defaultdict(list)

    async def send(self, delivery: Delivery) -> str:
        self.by_person[delivery.outbound.address.chat].append(delivery.outbound.text)
        return "1"


@asynccontextmanager
async def opened_house(folder: Path, database_url: str) -> AsyncIterator[House]:
    """The whole core on a database; several may share one."""
    settings = Settings(data_dir=folder, database_url=database_url)
    masters, _ = master_keys(settings, folder)
    house = await build(settings, masters, clock=lambda: NOW, rota=OPEN_ROTA, on_call=(), flows=[SIX_QUESTIONS])
    try:
        yield house
    finally:
        await house.close()


def talk(name: str) -> list[Inbound]:
    """Everything that one person sends: the opening, six answers, and a wrong one in between."""
    address = Address(Platform.CONSOLE, name)
    return [Inbound(f"{name}:{number}", address, name, NOW, Text(words)) for number, words in enumerate(WORDS)]


async def make_known(house: House, names: list[str]) -> None:
    """Store people who have been through the consent talk."""
    for begin in range(0, len(names), 100):
        await house.store.commit_many([_known(name) for name in names[begin : begin + 100]])


def _known(name: str) -> Turn:
    person = Person(f"id-{name}", Address(Platform.CONSOLE, name), NOW, name="Ana", welcomed=True)
    return Turn("known", NOW, 0, View(person, Session(version=1), known=False), person_changed=True)


async def read_by_everyone(house: House) -> dict[str, list[str]]:
    """Send all that waits and return what each person read."""
    reading = Reading()
    house.channels[Platform.CONSOLE] = reading
    await house.sender.drain()
    return reading.by_person
