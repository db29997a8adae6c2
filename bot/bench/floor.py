"""The floor under durable turns: the rows that a bench wrote, written again by the bare driver.

Same rows, same file system, same settings, one commit for each batch; no triage, no sealing, no event loop, no threads.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from adapters.store.opening import SQLITE, open_store
from bot.bench.rates import Rate
from bot.privacy import MasterKeys

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Written:
    """What a bench left in its database."""

    sessions: list[Row]  # person_id, version, wake_at, level, state
    turns: list[Row]  # person_id, received, version, at, level, events
    outbox: list[Row]  # person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state, ready_at

    def batches(self, size: int) -> list[tuple[list[Row], list[Row], list[Row]]]:
        """Return what each transaction writes: moved sessions, turns and outbounds."""
        state = {person: row for person, *row in self.sessions}
        cut = []
        for begin in range(0, len(self.turns), size):
            turns = self.turns[begin : begin + size]
            moved = [(version, *state[person][1:], person, version - 1) for person, _, version, *_ in turns]
            cut.append((moved, turns, self.outbox[begin : begin + size]))
        return cut


def read(path: Path) -> Written:
    """Read the rows of a bench's SQLite file, turns in the order in which they came."""
    with closing(sqlite3.connect(path)) as plain:
        return Written(
            plain.execute("""SELECT person_id, version, wake_at, level, state FROM session""").fetchall(),
            plain.execute(
                """
                SELECT person_id, received, version, at, level, events FROM turn
                WHERE received <> 'known' ORDER BY version, person_id
                """
            ).fetchall(),
            plain.execute(
                """
                SELECT person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state, ready_at
                FROM outbox ORDER BY outbound_id
                """
            ).fetchall(),
        )


async def rewrite(path: Path, written: Written, batch: int) -> Rate:
    """Write the rows into a new file with sqlite3 alone, and return the rate."""
    await _make(path)
    return await asyncio.to_thread(_timed, path, written, batch)


def _timed(path: Path, written: Written, batch: int) -> Rate:
    batches = written.batches(batch)
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;")
        plain.execute("BEGIN")
        plain.executemany(
            """INSERT INTO session (person_id, version, wake_at, level, state) VALUES (?, 1, ?, ?, ?)""",
            [(person, *rest) for person, _, *rest in written.sessions],
        )
        plain.execute("COMMIT")
        cpu, wall = process_time(), perf_counter()
        for moved, turns, outbox in batches:
            _commit(plain, moved, turns, outbox)
        return Rate(len(written.turns), process_time() - cpu, perf_counter() - wall)


def _commit(plain: sqlite3.Connection, moved: list[Row], turns: list[Row], outbox: list[Row]) -> None:
    plain.execute("BEGIN IMMEDIATE")
    plain.executemany(
        """
        UPDATE session SET version = ?, wake_at = ?, level = ?, state = ? WHERE person_id = ? AND version = ?
        """,
        moved,
    )
    plain.executemany(
        """INSERT INTO turn (person_id, received, version, at, level, events) VALUES (?, ?, ?, ?, ?, ?)""", turns
    )
    plain.executemany(
        """
        INSERT INTO outbox (person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state,
                            ready_at, attempts, ambiguous, receipt, failed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', '')
        """,
        outbox,
    )
    plain.execute("COMMIT")


async def _make(path: Path) -> None:
    store = await open_store(f"{SQLITE}{path}", MasterKeys([bytes(32)]))
    await store.close()
