"""A process that is killed loses no turn that it acknowledged, and doubles none."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from adapters.store.opening import open_store
from bot.ports import Lookup
from bot.privacy import MasterKeys
from tests.store.conftest import MASTER_KEY
from tests.store.people import NOW

# Commits one batch after another and prints each key only after its commit.
WRITES = """
import asyncio, sys
from adapters.store.opening import open_store
from bot.ports import Lookup
from bot.privacy import MasterKeys
from tests.store.people import NOW, first_turn, from_, message, next_turn

async def main(url, key, life):
    store = await open_store(url, MasterKeys.parse(key))
    names = [f"person {number}" for number in range(8)]
    for batch in range(10_000):
        loaded = await store.load_many([from_(name, name) for name in names], NOW)
        received = f"{life}.{batch}"
        turns = []
        for place, name in enumerate(names):
            said = message(name, outbound_id=int(life) * 1_000_000 + batch * len(names) + place)
            known = loaded.views.get(name)
            turns.append(next_turn(known, received, outbounds=(said,)) if known else first_turn(name, received))
        await store.commit_many(turns)
        print(received, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""
LIVES = 5


async def test_no_acknowledged_turn_is_lost_or_doubled_by_sigkill(tmp_path: Path, masters: MasterKeys):
    path = tmp_path / "handrail.db"
    acknowledged = []
    for life in range(1, LIVES + 1):
        acknowledged += await live_and_die(f"sqlite:///{path}", life, batches=7 * life)
    assert len(acknowledged) >= 7 * LIVES
    store = await open_store(f"sqlite:///{path}", masters)
    lookups = [Lookup(received, person_id="person 3") for received in acknowledged]
    loaded = await store.load_many(lookups, NOW)
    assert loaded.duplicates == set(acknowledged)
    await store.close()
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        doubled = """SELECT person_id FROM session JOIN turn USING (person_id)
                     GROUP BY person_id HAVING count(*) <> max(session.version)"""
        assert plain.execute(doubled).fetchall() == []
        (turns, said) = plain.execute("SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM outbox)").fetchone()
        assert turns == said + 8


async def live_and_die(url: str, life: int, batches: int) -> list[str]:
    """Let a process write, kill it somewhere after so many batches, and return what it acknowledged."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITES, url, MASTER_KEY, str(life), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout
    heard = [(await child.stdout.readline()).decode().strip() for _ in range(batches)]
    child.kill()
    heard += (await child.stdout.read()).decode().split()
    assert await child.wait() == -signal.SIGKILL
    return heard
