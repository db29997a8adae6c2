"""What other processes that hold the SQLite file do to it: a write waits, and says for whom it waited."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.opening import open_store
from adapters.store.sqlite import connection
from bot.errors import StoreError
from bot.ports import Store
from bot.privacy import MasterKeys
from tests.store.people import first_turn, meet, next_turn


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "handrail.db"


@pytest.fixture
async def store(path: Path, masters: MasterKeys, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store that waits for a lock only a tenth of a second."""
    monkeypatch.setattr(connection, "BUSY_MILLISECONDS", 100)
    opened = await open_store(f"sqlite:///{path}", masters)
    yield opened
    await opened.close()


HOLDS = """
import sqlite3, sys
plain = sqlite3.connect(sys.argv[1], isolation_level=None)
plain.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


async def test_who_holds_the_database_is_named_by_its_process(store: Store, path: Path):
    (ana,) = await meet(store, "ana")
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS, str(path)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    await child.stdout.readline()
    with pytest.raises(StoreError, match=rf"it is open in .*\({child.pid}\)") as raised:
        await store.commit_many([next_turn(ana, "held up")])
    assert not raised.value.permanent
    await child.communicate(b"")
    await store.commit_many([next_turn(ana, "held up")])


async def test_a_write_that_reads_first_never_fails_because_someone_else_wrote_meanwhile(store: Store, path: Path):
    """BEGIN alone fails at once here (SQLITE_BUSY_SNAPSHOT); BEGIN IMMEDIATE waits before it reads."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain, closing(sqlite3.connect(path)) as other:
        plain.execute("BEGIN")
        plain.execute("SELECT count(*) FROM person").fetchone()
        other.execute("INSERT INTO hold (destination, until) VALUES ('x', 1)")
        other.commit()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            plain.execute("DELETE FROM hold")
        plain.execute("ROLLBACK")
    writers = [asyncio.create_task(store.commit_many([first_turn(f"person {number}")])) for number in range(20)]
    for number in range(20):
        with closing(sqlite3.connect(path, timeout=30)) as other:
            other.execute("INSERT INTO hold (destination, until) VALUES (?, 1)", (f"y{number}",))
            other.commit()
        await asyncio.sleep(0)
    await asyncio.gather(*writers)
    assert (await store.examine()).people == 20
