"""Measures what the store adds to bare SQLite: `python -m tests.bench.store_floor [--turns 4096] [--people 2000]`.

The floor writes the same sealed rows with sqlite3's executemany, on the same disk with the same settings and one commit
a batch, without threads, an event loop or the work of making the rows. Rounds of both alternate; a ratio is the median
of the rounds' ratios. With `--postgres` the same turns run on PostgreSQL, without a floor.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from adapters.store.batch import Batch, batch_of
from adapters.store.migrating import script_to_head
from adapters.store.opening import open_store
from bot.model.people import Address, Person, Platform
from bot.model.sent import Lane, Outbound
from bot.model.talk import Frame, Heard, Prompt, Session
from bot.model.turns import Event, Turn, View
from bot.ports import Lookup, Store
from bot.privacy import Keyring, MasterKeys
from tests.fakes.postgres import postgres_server

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BATCHES = (256, 1)
ROUNDS = 5
THOUGHT = "I always fail at this, everyone else manages"
QUESTION = "What speaks for it? What would you tell a friend who thinks so?"


class Timer:
    """Adds up what passes between `with` and its end."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._start = (time.perf_counter(), time.process_time())

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._start[0]
        self.cpu += time.process_time() - self._start[1]


def person(number: int) -> Person:
    return Person(f"person-{number:07}", Address(Platform.TELEGRAM, f"chat {number}"), NOW, "Ana")


def first_turns(people: int) -> Iterator[list[Turn]]:
    """The first turns of so many people, in batches."""
    for start in range(0, people, BATCHES[0]):
        numbers = range(start, min(people, start + BATCHES[0]))
        yield [Turn("first", NOW, 0, View(person(number), Session(version=1), known=False)) for number in numbers]


def turn_after(view: View, key: str, number: int) -> Turn:
    """A turn of an exercise: an answer was saved, the next question goes out."""
    frame = Frame("thought_record", "a" * 16, "evidence", ("situation", "thought"), {"thought": THOUGHT})
    version = view.session.version + 1
    session = Session(version, stack=(frame,), prompt=Prompt("k3J9x2Qa", ("1", "2")), last_at=NOW, heard=Heard())
    said = Outbound(number, view.person.person_id, Lane.REPLY, view.person.address, QUESTION)
    events = (Event("answered", "thought_record", "thought", "thought", THOUGHT),)
    return Turn(key, NOW, view.session.version, View(view.person, session), events=events, outbounds=(said,))


class Candidate:
    """Our store, driven as the conversation drives it."""

    def __init__(self, store: Store, people: int) -> None:
        self._store = store
        self._people = people
        self._random = random.Random(7)
        self._number = 0

    async def round(self, turns: int, batch: int) -> tuple[Timer, Timer]:
        """Run turns of people picked at random; return what loading and committing took."""
        loading, committing = Timer(), Timer()
        for _ in range(turns // batch):
            lookups = []
            for number in self._random.sample(range(self._people), batch):
                self._number += 1
                lookups.append(Lookup(f"k{self._number}", address=person(number).address))
            with loading:
                loaded = await self._store.load_many(lookups, NOW)
            views = [loaded.views[loaded.subjects[lookup.key][0]] for lookup in lookups]
            first = self._number - batch
            written = [
                turn_after(view, lookup.key, first + place)
                for place, (view, lookup) in enumerate(zip(views, lookups, strict=True))
            ]
            with committing:
                await self._store.commit_many(written)
        return loading, committing


class Floor:
    """The same rows by sqlite3 alone."""

    def __init__(self, path: Path, masters: MasterKeys, people: int) -> None:
        self._plain = sqlite3.connect(path, isolation_level=None)
        self._plain.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        self._plain.executescript(script_to_head("sqlite", None))
        self._keyring = Keyring(masters, Keyring.new_secret(masters))
        self._people = people
        self._random = random.Random(7)
        self._versions = [1] * people
        self._number = 0
        for turns in first_turns(people):
            sessions = batch_of(turns, self._keyring).sessions
            self._plain.executemany("INSERT INTO session VALUES (?5, ?1, ?2, ?3, ?4)", sessions)

    def round(self, turns: int, batch: int) -> Timer:
        """Write as many turns; return what that took."""
        committing = Timer()
        for _ in range(turns // batch):
            written = []
            for number in self._random.sample(range(self._people), batch):
                self._number += 1
                view = View(person(number), Session(version=self._versions[number]))
                self._keyring.knows(view.person.person_id) or self._keyring.new_person(view.person.person_id)
                written.append(turn_after(view, f"k{self._number}", self._number))
                self._versions[number] += 1
            rows = batch_of(written, self._keyring)
            with committing:
                self._commit(rows)
        return committing

    def _commit(self, rows: Batch) -> None:
        self._plain.execute("BEGIN IMMEDIATE")
        self._plain.executemany(
            "UPDATE session SET version = ?, wake_at = ?, level = ?, state = ? WHERE person_id = ? AND version = ?",
            rows.moved_sessions,
        )
        self._plain.executemany("INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?)", rows.turns)
        self._plain.executemany(
            """INSERT INTO outbox (person_id, outbound_id, lane, platform, destination, edits, queued_at, payload,
                   state, ready_at, attempts, ambiguous, receipt, failed)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', '')""",
            rows.outbounds,
        )
        self._plain.execute("COMMIT")


async def measure(url: str, floor_path: Path | None, turns: int, people: int) -> None:
    """Print a line of JSON for each size of batch."""
    masters = MasterKeys([os.urandom(32)])
    store = await open_store(url, masters)
    for first in first_turns(people):
        await store.commit_many(first)
    candidate = Candidate(store, people)
    floor = Floor(floor_path, masters, people) if floor_path else None
    for batch in BATCHES:
        count = turns if batch > 1 else turns // 8
        rounds = [
            (floor.round(count, batch) if floor else None, *(await candidate.round(count, batch)))
            for _ in range(ROUNDS)
        ]
        report(url.partition(":")[0], people, batch, count, rounds)
    await store.close()


def report(engine: str, people: int, batch: int, count: int, rounds: list[tuple[Timer | None, Timer, Timer]]) -> None:
    """Print medians, in microseconds a turn, and ratios to the floor."""
    figures = {
        "load_us": [loading.wall / count * 1e6 for _, loading, _ in rounds],
        "commit_us": [committing.wall / count * 1e6 for _, _, committing in rounds],
        "load_cpu_us": [loading.cpu / count * 1e6 for _, loading, _ in rounds],
        "commit_cpu_us": [committing.cpu / count * 1e6 for _, _, committing in rounds],
        "floor_us": [floor.wall / count * 1e6 for floor, _, _ in rounds if floor],
        "floor_cpu_us": [floor.cpu / count * 1e6 for floor, _, _ in rounds if floor],
        "commit_over_floor": [committing.wall / floor.wall for floor, _, committing in rounds if floor],
        "commit_cpu_over_floor": [committing.cpu / floor.cpu for floor, _, committing in rounds if floor],
    }
    medians = {name: round(statistics.median(values), 2) for name, values in figures.items() if values}
    print(msgspec.json.encode({"engine": engine, "people": people, "batch": batch, **medians}).decode())


def main() -> None:
    """Measure on SQLite, or on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4096)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure")
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    if options.postgres:
        with postgres_server() as url:
            asyncio.run(measure(url, None, options.turns, options.people))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ours.db'}"
        asyncio.run(measure(url, folder / "floor.db", options.turns, options.people))


if __name__ == "__main__":
    main()
