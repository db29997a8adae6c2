"""Measures what the store adds to bare SQLite: `python -m tests.bench.store_floor [--turns 4096]`.

The floor writes rows of the same shape and size with sqlite3's executemany, on the same disk with the same settings and
one commit a batch, without sealing, threads or an event loop. Rounds of both alternate; the ratio is the median of the
rounds' ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from adapters.store.batch import batch_of
from adapters.store.migrating import script_to_head
from adapters.store.opening import open_store
from adapters.store.rows import Row
from bot.model import Address, Event, Frame, Heard, Lane, Outbound, Person, Platform, Prompt, Session, Turn, View
from bot.ports import Lookup, Store
from bot.privacy import Keyring, MasterKeys

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PEOPLE = 2000
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds for a number of turns."""

    wall: float
    cpu: float


class Timer:
    """Adds up what is measured between `with` and its end."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._start = (time.perf_counter(), time.process_time())

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._start[0]
        self.cpu += time.process_time() - self._start[1]

    @property
    def cost(self) -> Cost:
        return Cost(self.wall, self.cpu)


def address_of(name: str) -> Address:
    return Address(Platform.TELEGRAM, f"chat {name}")


def turn_after(view: View, key: str, number: int) -> Turn:
    """A turn of an exercise: an answer was saved, the next question goes out."""
    name = view.person.person_id
    frame = Frame(
        "thought_record", "a" * 16, "evidence", ("situation", "thought"), {"thought": "I always fail at this"}
    )
    session = Session(
        version=view.session.version + 1, stack=(frame,), prompt=Prompt("k3J9x2Qa", ("1", "2", "3")), last_at=NOW,
        heard=Heard(),
    )  # fmt: skip
    said = Outbound(number, name, Lane.REPLY, view.person.address, "What speaks for it? What would you tell a friend?")
    events = (Event("answered", "thought_record", "thought", "thought", "I always fail at this"),)
    after = View(view.person, session)
    return Turn(key, NOW, view.session.version, after, events=events, outbounds=(said,))


def first_turns() -> list[Turn]:
    people = [Person(f"person-{number:06}", address_of(str(number)), NOW, "Ana") for number in range(PEOPLE)]
    return [Turn("first", NOW, 0, View(person, Session(version=1), known=False)) for person in people]


class Candidate:
    """Our store, driven as the conversation drives it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.loading, self.committing = Timer(), Timer()
        self._number = 0

    async def run(self, turns: int, batch: int) -> None:
        for start in range(0, turns, batch):
            names = [str((start + offset) % PEOPLE) for offset in range(batch)]
            lookups = [
                Lookup(f"k{self._number + offset}", address=address_of(name)) for offset, name in enumerate(names)
            ]
            with self.loading:
                loaded = await self._store.load_many(lookups, NOW)
            written = []
            for lookup in lookups:
                self._number += 1
                view = loaded.views[loaded.subjects[lookup.key][0]]
                written.append(turn_after(view, lookup.key, self._number))
            with self.committing:
                await self._store.commit_many(written)


class Floor:
    """The same rows by sqlite3 alone."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._plain = sqlite3.connect(path, isolation_level=None)
        self._plain.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        self._plain.executescript(script_to_head("sqlite", None))
        self._keyring = keyring
        self._views: dict[str, View] = {}
        self.committing = Timer()
        self._number = 0
        batch = batch_of(first_turns(), keyring)
        self._plain.execute("BEGIN")
        self._plain.executemany("INSERT INTO session VALUES (?5, ?1, ?2, ?3, ?4)", batch.sessions)
        self._plain.execute("COMMIT")
        self._people = [turn.view for turn in first_turns()]

    def run(self, turns: int, batch: int) -> None:
        for start in range(0, turns, batch):
            written = []
            for offset in range(batch):
                index = (start + offset) % PEOPLE
                self._number += 1
                turn = turn_after(self._people[index], f"k{self._number}", self._number)
                self._people[index] = turn.view
                written.append(turn)
            rows = batch_of(written, self._keyring)
            with self.committing:
                self._commit(rows.moved_sessions, rows.turns, rows.outbounds)

    def _commit(self, sessions: list[Row], turns: list[Row], outbounds: list[Row]) -> None:
        self._plain.execute("BEGIN IMMEDIATE")
        self._plain.executemany(
            "UPDATE session SET version = ?, wake_at = ?, level = ?, state = ? WHERE person_id = ? AND version = ?",
            sessions,
        )
        self._plain.executemany("INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?)", turns)
        self._plain.executemany(
            """INSERT INTO outbox (person_id, outbound_id, lane, destination, edits, queued_at, payload, state, ready_at,
                                   attempts, ambiguous, receipt, failed) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, '', '')""",
            outbounds,
        )
        self._plain.execute("COMMIT")


async def measure(folder: Path, turns: int, batch: int) -> None:
    masters = MasterKeys([os.urandom(32)])
    store = await open_store(f"sqlite:///{folder / f'ours-{batch}.db'}", masters)
    people = first_turns()
    for start in range(0, PEOPLE, 256):
        await store.commit_many(people[start : start + 256])
    candidate = Candidate(store)
    floor = Floor(folder / f"floor-{batch}.db", Keyring(masters, Keyring.new_secret(masters)))
    rounds = []
    for _ in range(ROUNDS):
        floor.committing = Timer()
        candidate.loading, candidate.committing = Timer(), Timer()
        floor.run(turns, batch)
        await candidate.run(turns, batch)
        rounds.append((floor.committing.cost, candidate.committing.cost, candidate.loading.cost))
    await store.close()
    report(rounds, turns, batch)


def report(rounds: list[tuple[Cost, Cost, Cost]], turns: int, batch: int) -> None:
    def median(of: Callable[[tuple[Cost, Cost, Cost]], float]) -> float:
        return statistics.median(of(costs) for costs in rounds)

    result = {
        "batch": batch,
        "floor_commit_us": median(lambda costs: costs[0].wall) / turns * 1e6,
        "commit_us": median(lambda costs: costs[1].wall) / turns * 1e6,
        "commit_cpu_us": median(lambda costs: costs[1].cpu) / turns * 1e6,
        "floor_cpu_us": median(lambda costs: costs[0].cpu) / turns * 1e6,
        "load_us": median(lambda costs: costs[2].wall) / turns * 1e6,
        "wall_over_floor": median(lambda costs: costs[1].wall / costs[0].wall),
        "cpu_over_floor": median(lambda costs: costs[1].cpu / costs[0].cpu),
    }
    print(msgspec.json.encode({name: round(value, 2) for name, value in result.items()}).decode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4096)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure")
    options = parser.parse_args()
    for batch, turns in ((256, options.turns), (1, max(256, options.turns // 8))):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            asyncio.run(measure(Path(folder), turns, batch))


if __name__ == "__main__":
    main()
