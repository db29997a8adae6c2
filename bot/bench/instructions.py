"""Counts the instructions of a turn and of the same turn written as one straight line, the floor.

The straight line does all that must be done (look up, open, triage, decide, seal, write, commit) on one plain
connection, without an event loop, threads, queues or futures: what is above it is the price of being a server.
Valgrind counts; the difference of two lengths leaves out the start.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from adapters.store.batch import batch_of
from adapters.store.loading import Asked
from adapters.store.sqlite import commit, load
from adapters.store.views import loaded_of
from bot.bench.durable import START, Crowd, bench_house
from bot.bench.engine import ANSWERS
from bot.bootstrap.house import KEY_FILE, House
from bot.model.people import Address, Platform
from bot.model.received import Inbound
from bot.privacy import Keyring, MasterKeys

FEW, MANY = 1, 3  # talks of everybody
PEOPLE = 64
TURNS_A_TALK = 1 + len(ANSWERS)
COUNTED = re.compile(r"refs:\s+([\d,]+)")


@dataclass(frozen=True)
class Counted:
    """Instructions a turn."""

    ours: float
    floor: float


async def counted(folder: Path) -> Counted | None:
    """Count both; None without Valgrind."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    return Counted(await _difference(valgrind, folder, "ours"), await _difference(valgrind, folder, "floor"))


async def _difference(valgrind: str, folder: Path, way: str) -> float:
    few, many = [await _instructions(valgrind, folder / f"{way}{talks}", way, talks) for talks in (FEW, MANY)]
    return (many - few) / ((MANY - FEW) * TURNS_A_TALK * PEOPLE)


async def _instructions(valgrind: str, folder: Path, way: str, talks: int) -> int:
    options = ("--tool=cachegrind", "--cache-sim=no", "--branch-sim=no", "--cachegrind-out-file=/dev/null")
    child = await asyncio.create_subprocess_exec(
        *(valgrind, *options, sys.executable, "-m", "bot.bench.instructions", way, str(talks), str(folder)),
        env={**os.environ, "PYTHONHASHSEED": "0"},
        cwd=Path(__file__).parent.parent.parent,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await child.communicate()
    found = COUNTED.search(told.decode(errors="replace"))
    if child.returncode or found is None:
        raise RuntimeError(f"valgrind counted nothing: {told.decode(errors='replace')[-300:]}")
    return int(found[1].replace(",", ""))


# --- what is counted --------------------------------------------------------------------------------------------------


async def _play(way: str, talks: int, folder: Path) -> None:
    async with bench_house(folder) as house:
        crowd = Crowd(house, [Address(Platform.CONSOLE, f"p{number}") for number in range(PEOPLE)])
        await crowd.make_known()
        rounds = [one for _ in range(talks) for one in crowd.talk()]
        if way == "ours":
            for one in rounds:
                await house.conversation.receive(one)
        else:
            _straight(house, folder, rounds)


def _straight(house: House, folder: Path, rounds: Sequence[Sequence[Inbound]]) -> None:
    masters = MasterKeys.parse((folder / KEY_FILE).read_text(encoding="ascii").strip())
    with closing(sqlite3.connect(folder / "handrail.db", isolation_level=None)) as plain:
        plain.execute("PRAGMA synchronous = FULL")
        plain.execute("PRAGMA wal_autocheckpoint = 4000")
        (secret,) = plain.execute("""SELECT value FROM meta WHERE name = 'secret'""").fetchone()
        keyring = Keyring(masters, secret)
        for one in rounds:
            _batch(plain, keyring, house, one)


def _batch(plain: sqlite3.Connection, keyring: Keyring, house: House, received: Sequence[Inbound]) -> None:
    decider = house.conversation._decider  # the same one, called without its conversation
    asked = Asked.of([decider.lookup(one) for one in received], keyring)
    loaded = loaded_of(load.find(plain, asked, START), keyring)
    views = [[loaded.views[person] for person in loaded.subjects[one.key]] for one in received]
    decided = [
        decider.decide(one, of_one, one.key in loaded.as_staff, START)
        for one, of_one in zip(received, views, strict=True)
    ]
    turns = [turn for turn in decided if turn is not None]
    plain.execute("BEGIN IMMEDIATE")
    commit.commit(plain, batch_of(turns, keyring))
    plain.execute("COMMIT")


if __name__ == "__main__":
    asyncio.run(_play(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
