"""What a turn costs when many more people are stored: the same turns on a small and on a large database, in turn.

Both are filled directly, each person with ten earlier messages and answers; every measured turn is another person's.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import statistics
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import process_time

from adapters.store.rows import Row, micros, person_row, session_row
from bot.bench.durable import PURPOSES, START, bench_house
from bot.bootstrap.house import KEY_FILE, House
from bot.model.people import Address, Person, Platform
from bot.model.received import Inbound, Text
from bot.model.talk import Session
from bot.privacy import Keyring, MasterKeys

BATCH, ROUNDS, EARLIER = 256, 5, 10
SEALED = os.urandom(180)  # as long as the events of a turn


@dataclass(frozen=True)
class Growth:
    """The large database's cost over the small one's: processor time, and bytes given to the operating system."""

    cpu: float
    written: float
    small_us: float
    large_us: float


async def growth(folder: Path, *, small: int, large: int) -> Growth:
    """Fill two SQLite databases and return the median of the ratios of several rounds."""
    async with AsyncExitStack() as stack:
        houses = [await _filled(stack, folder / str(people), people) for people in (small, large)]
        crowds = [random.Random(7).sample(range(people), small) for people in (small, large)]
        costs: tuple[list[tuple[float, int]], list[tuple[float, int]]] = ([], [])
        for round_ in range(ROUNDS):
            of_round = slice(small * round_ // ROUNDS, small * (round_ + 1) // ROUNDS)
            for place, house in enumerate(houses):
                costs[place].append(await _cost(house, crowds[place][of_round]))
    turns = small // ROUNDS
    both = list(zip(*costs, strict=True))
    return Growth(
        cpu=statistics.median(large[0] / small[0] for small, large in both),
        written=statistics.median(large[1] / max(1, small[1]) for small, large in both),
        small_us=statistics.median(small[0] for small, _ in both) / turns * 1e6,
        large_us=statistics.median(large[0] for _, large in both) / turns * 1e6,
    )


async def _cost(house: House, people: list[int]) -> tuple[float, int]:
    inbounds = [_opening(number) for number in people]
    cpu, written = process_time(), _written()
    for begin in range(0, len(inbounds), BATCH):
        await house.conversation.receive(inbounds[begin : begin + BATCH])
    return process_time() - cpu, _written() - written


def _opening(number: int) -> Inbound:
    address = _address(number)
    return Inbound(f"growth:{number}", address, address.chat, START, Text("six questions"))


def _written() -> int:
    """Return how many bytes this process has written; 0 where the system does not tell."""
    try:
        told = Path("/proc/self/io").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(told.split("wchar:")[1].split()[0])


# --- filling ----------------------------------------------------------------------------------------------------------


async def _filled(stack: AsyncExitStack, folder: Path, people: int) -> House:
    async with bench_house(folder):
        pass  # makes the tables and the key
    await asyncio.to_thread(_fill, folder, people)
    return await stack.enter_async_context(bench_house(folder))


def _fill(folder: Path, people: int) -> None:
    masters = MasterKeys.parse((folder / KEY_FILE).read_text(encoding="ascii").strip())
    # In the order of the keys, which are random: as if they had come one by one, only sooner.
    names = sorted((_name(number), number) for number in range(people))
    with closing(sqlite3.connect(folder / "handrail.db", isolation_level=None)) as plain:
        (secret,) = plain.execute("""SELECT value FROM meta WHERE name = 'secret'""").fetchone()
        keyring = Keyring(masters, secret)
        plain.execute("BEGIN")
        _fill_people(plain, names, keyring)
        _fill_history(plain, names)
        plain.execute("COMMIT")
        plain.execute("""PRAGMA wal_checkpoint(TRUNCATE)""")


def _fill_people(plain: sqlite3.Connection, names: list[tuple[str, int]], keyring: Keyring) -> None:
    plain.executemany(
        """INSERT INTO address (fingerprint, person_id) VALUES (?, ?)""",
        sorted((keyring.fingerprint(_address(number)), name) for name, number in names),
    )
    for begin in range(0, len(names), BATCH):
        # A portion at a time: a keyring keeps only so many keys at hand.
        portion = [_person(name, number, keyring) for name, number in names[begin : begin + BATCH]]
        plain.executemany(
            """INSERT INTO person (profile, reachable, person_id, wrapped_key, created_at) VALUES (?, ?, ?, ?, ?)""",
            portion,
        )
        plain.executemany(
            """
            INSERT INTO session (version, wake_at, level, state, talked_at, person_id) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [session_row(name, Session(version=1), keyring) for name, _ in names[begin : begin + BATCH]],
        )


def _person(name: str, number: int, keyring: Keyring) -> Row:
    wrapped = keyring.new_person(name)
    consents = dict.fromkeys(PURPOSES, START)
    person = Person(name, _address(number), START, name="Ana", consents=consents, welcomed=True)
    return (*person_row(person, keyring), wrapped, micros(START))


def _fill_history(plain: sqlite3.Connection, names: list[tuple[str, int]]) -> None:
    plain.executemany(
        """INSERT INTO turn (person_id, received, version, at, level, events) VALUES (?, ?, ?, ?, 0, ?)""",
        # One message of everybody after the other, as life does it: pages are then as full as they are in use.
        ((name, f"earlier:{earlier}", 1, micros(START), SEALED) for earlier in range(EARLIER) for name, _ in names),
    )
    plain.executemany(
        """
        INSERT INTO outbox (person_id, outbound_id, lane, platform, destination, edits, queued_at, state, ready_at,
                            attempts, ambiguous, receipt, failed, payload)
        VALUES (?, ?, 3, 'console', 'a fingerprint of 24 ch', 0, ?, 3, 0, 1, 0, '123456', '', x'')
        """,
        ((name, number, micros(START)) for number, (name, _) in enumerate(names * EARLIER, 1)),
    )


def _name(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()[:16]


def _address(number: int) -> Address:
    return Address(Platform.CONSOLE, f"p{number}")
