"""What power loss may do: tear and mix all that came after the last fsync; no acknowledged turn is lost.

The files are looked at after each acknowledged commit. From two neighbouring looks come the pictures that a power loss
between them may leave: what was synced is there, and of what was written since any sector is new, old or junk.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from adapters.store.opening import open_store
from bot.model.turns import Event
from bot.ports import Lookup
from bot.privacy import MasterKeys
from tests.store.conftest import MASTER_KEY
from tests.store.people import NOW, first_turn, message, next_turn, view_of

SECTOR = 512
COMMITS, PICTURES = 16, 4
WAL_HEADER = 32


@dataclass(frozen=True)
class Look:
    """Both files at a moment when nothing is being written, and what was acknowledged by then."""

    database: bytes
    wal: bytes
    acknowledged: tuple[str, ...]


def _look(path: Path, acknowledged: list[str]) -> Look:
    return Look(path.read_bytes(), path.with_name(f"{path.name}-wal").read_bytes(), tuple(acknowledged))


async def _live(path: Path) -> list[Look]:
    """Commit turns, sometimes move the log into the database, and look after each."""
    store = await open_store(f"sqlite:///{path}", MasterKeys.parse(MASTER_KEY))
    acknowledged: list[str] = []
    looks = []
    await store.commit_many([first_turn("ana", "first")])
    for number in range(COMMITS):
        acknowledged.append(f"turn {number}")
        words = Event("said", value="x" * random.Random(number).randrange(12_000))
        said = message("ana", outbound_id=number + 1)
        turn = next_turn(await view_of(store, "ana"), acknowledged[-1], events=(words,), outbounds=(said,))
        await store.commit_many([turn])
        looks.append(_look(path, acknowledged))
        if number % 5 == 4:
            with closing(sqlite3.connect(path)) as other:
                other.execute("PRAGMA synchronous = FULL")
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")
            looks.append(_look(path, acknowledged))
    await store.close()
    return looks


def _pictures(before: Look, after: Look, chance: random.Random) -> Iterator[tuple[bytes, bytes]]:
    """What may be on the disk when the power goes between two looks."""
    restarted = before.wal[:WAL_HEADER] != after.wal[:WAL_HEADER]
    # The log begins anew only after the database was synced, and its new head is synced before anything behind it.
    synced = after.wal[:WAL_HEADER] if restarted else before.wal
    moved = before.wal if restarted else before.wal[len(synced) :]
    yield before.database, before.wal
    for _ in range(PICTURES):
        rest = _mixed(moved[len(synced) :] if restarted else b"", after.wal[len(synced) :], chance)
        yield _mixed(before.database, after.database, chance, junk=False), synced + rest


def _mixed(old: bytes, new: bytes, chance: random.Random, *, junk: bool = True) -> bytes:
    """Take each sector from either, or junk; where a file grew it may be cut short."""
    if old == new:
        return new
    sectors = []
    for start in range(0, len(new), SECTOR):
        old_sector, new_sector = old[start : start + SECTOR], new[start : start + SECTOR]
        kinds = [new_sector, old_sector or bytes(len(new_sector))]
        sectors.append(chance.choice([*kinds, chance.randbytes(len(new_sector))] if junk else kinds))
    whole = b"".join(sectors)
    return whole[: chance.randrange(len(whole) + 1)] if junk and chance.random() < 0.3 else whole


async def test_every_acknowledged_turn_survives_every_torn_write_after_its_commit(tmp_path: Path) -> None:
    """Row 6."""
    chance = random.Random(11)
    looks = await _live(tmp_path / "handrail.db")
    pictures = 0
    for before, after in pairwise(looks):
        for database, wal in _pictures(before, after, chance):
            pictures += 1
            await _holds(tmp_path / f"picture {pictures}", database, wal, before.acknowledged)
    assert pictures == (len(looks) - 1) * (PICTURES + 1)
    assert any(before.database != after.database for before, after in pairwise(looks))


async def _holds(folder: Path, database: bytes, wal: bytes, acknowledged: tuple[str, ...]) -> None:
    """Start on what the power loss left: sound, and everything acknowledged is known."""
    folder.mkdir()
    (folder / "handrail.db").write_bytes(database)
    (folder / "handrail.db-wal").write_bytes(wal)
    store = await open_store(f"sqlite:///{folder / 'handrail.db'}", MasterKeys.parse(MASTER_KEY))
    try:
        lookups = [Lookup(key, person_id="ana") for key in acknowledged]
        loaded = await store.load_many(lookups, NOW)
        assert loaded.duplicates == set(acknowledged)
        assert loaded.views["ana"].session.version >= len(acknowledged) + 1
    finally:
        await store.close()
    with closing(sqlite3.connect(folder / "handrail.db")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    shutil.rmtree(folder)


def test_a_log_that_was_not_synced_would_be_found() -> None:
    """The check itself: of an unsynced end some picture lacks the acknowledged bytes."""
    old, new = b"a" * 4096, b"a" * 4096 + b"b" * 4096
    chance = random.Random(1)
    assert any(new not in wal for _, wal in _pictures(Look(b"", old, ()), Look(b"", new, ()), chance))


# Commits one turn after another and says so.
COMMITS_AND_TELLS = """
import asyncio, os, sys
from adapters.store.opening import open_store
from bot.privacy import MasterKeys
from tests.store.people import first_turn, next_turn, view_of

async def main():
    store = await open_store(sys.argv[1], MasterKeys.parse(sys.argv[2]))
    await store.commit_many([first_turn("ana")])
    for number in range(5):
        await store.commit_many([next_turn(await view_of(store, "ana"), f"turn {number}")])
        os.write(1, b"acknowledged")
    await store.close()

asyncio.run(main())
"""
TRACE = ("strace", "-f", "-y", "-e", "trace=pwrite64,fdatasync,fsync,write", "-o")

# Where a tracer is there, the kernel itself is the witness; elsewhere the pictures above and the settings of each
# connection (tests/store/test_sqlite.py) stand for it.
if shutil.which("strace") and subprocess.run([*TRACE, "/dev/null", "true"], check=False).returncode == 0:

    def test_nothing_is_acknowledged_before_the_log_is_synced(tmp_path: Path) -> None:
        """Row 6: no byte of the log lies unsynced when a turn is acknowledged."""
        url, trace = f"sqlite:///{tmp_path / 'handrail.db'}", tmp_path / "trace"
        subprocess.run([*TRACE, trace, sys.executable, "-c", COMMITS_AND_TELLS, url, MASTER_KEY], check=True)
        unsynced, acknowledged = 0, 0
        for line in trace.read_text(errors="replace").splitlines():
            if "handrail.db-wal" in line and "pwrite64(" in line:
                unsynced += 1
            elif "handrail.db-wal" in line and ("fdatasync(" in line or "fsync(" in line):
                unsynced = 0
            elif '"acknowledged"' in line:
                acknowledged += 1
                assert unsynced == 0
        assert acknowledged == 5
