"""A disk that fails under the real process: nothing more is acknowledged, and the process ends with a code."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from adapters.store.sqlite.reserve import RESERVE_BYTES
from tests.fakes.telegram.server import TelegramServer
from tests.faults.process import Process

PEOPLE, DISK_FAILED = 300, 3


def _settings(server: TelegramServer) -> dict[str, str]:
    return {"CHANNELS": "telegram", "TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url}


def _turns(database: Path) -> int:
    with closing(sqlite3.connect(database)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(plain.execute("SELECT count(*) FROM turn").fetchone()[0])


async def _all_say(server: TelegramServer, words: str) -> None:
    for number in range(PEOPLE):
        server.user(1000 + number).says(words)


async def test_a_disk_that_refuses_writes_ends_the_process_and_what_was_not_stored_comes_again(tmp_path: Path) -> None:
    """Row 7: a file that may not grow fails like a disk: SQLite reports an input or output error."""
    async with TelegramServer() as server, Process(tmp_path, _settings(server)) as process:
        await process.start()
        await server.main.called("getUpdates", timeout=20)
        # One more megabyte than the reserve has, and the log of the database is at its end.
        process.limit(resource.RLIMIT_FSIZE, RESERVE_BYTES + 300_000)
        rounds = 0
        while process.runs and rounds < 40:
            await _all_say(server, f"message {rounds}")
            await asyncio.sleep(0.2)
            rounds += 1
        assert await process.ended() == DISK_FAILED
        assert "the disk failed; check it, then start again" in process.log
        await process.start()
        await server.main.all_confirmed(timeout=60)
        assert await process.stop() == 0
    assert _turns(tmp_path / "data" / "handrail.db") == PEOPLE * rounds


# Fails like a disk with a broken sector, from the moment at which a file says so.
FAILING_FSYNC = """
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>
#include <stdlib.h>
static int broken(void) { return access(getenv("DISK_IS_BROKEN"), F_OK) == 0; }
int fdatasync(int fd) { if (broken()) { errno = EIO; return -1; } return 0; }
int fsync(int fd) { if (broken()) { errno = EIO; return -1; } return 0; }
"""

# Where a compiler is there, the fsync itself fails; elsewhere the write above does, which SQLite reports as the same
# kind of error.
COMPILER = shutil.which("cc") or shutil.which("gcc")
if COMPILER and os.uname().sysname == "Linux":

    async def test_after_a_failed_fsync_nothing_is_acknowledged_and_the_process_ends(tmp_path: Path) -> None:
        """Row 7: nobody knows what the disk holds, so the next start reads it anew."""
        shim, broken = tmp_path / "shim.so", tmp_path / "broken"
        (tmp_path / "shim.c").write_text(FAILING_FSYNC)
        subprocess.run([str(COMPILER), "-shared", "-fPIC", "-o", shim, tmp_path / "shim.c"], check=True)
        preload = {"LD_PRELOAD": str(shim), "DISK_IS_BROKEN": str(broken)}
        async with TelegramServer() as server, Process(tmp_path, _settings(server), more=preload) as process:
            await process.start()
            server.user(1000).says("hello")
            await server.main.all_confirmed(timeout=20)
            broken.touch()
            server.user(1001).says("hello")
            assert await process.ended() == DISK_FAILED
            assert server.main.unconfirmed == 1
            assert "IOERR" in process.log
            broken.unlink()
            await process.start()
            await server.main.all_confirmed(timeout=20)
            assert await process.stop() == 0
        assert _turns(tmp_path / "data" / "handrail.db") == 2
