"""SQLite connections that run a whole unit of work in one hop to their thread."""

from __future__ import annotations

import asyncio
import heapq
import sqlite3
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiosqlite
import structlog

from adapters.store.sqlite.errors import DISTRUSTED, explained, kind_of
from adapters.store.sqlite.reserve import Reserve
from bot.errors import StoreError

log = structlog.get_logger(__name__)

BUSY_MILLISECONDS = 5000
# 16 MB of log. A checkpoint writes a page once however often it changed: four times rarer saved an eighth of the CPU.
CHECKPOINT_PAGES = 4000
Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]


class Urgency(IntEnum):
    """Who writes first when several wait: turns, then claims, then bulk."""

    TURN = 0
    CLAIM = 1
    BULK = 2


class OneHop(aiosqlite.Connection):
    """A connection whose thread runs whole functions.

    aiosqlite goes to its thread and back for every statement, about 60 µs each and a place to be cancelled between
    BEGIN and COMMIT; a batch is a dozen statements that belong together.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        super().__init__(partial(_connect, path, read_only), iter_chunk_size=64)
        self._path = path
        self._read_only = read_only
        # An exit that forgot to close must not hang on this thread; SQLite rolls back what was under way.
        self._thread.daemon = True

    _hop: Callable[..., Any] = aiosqlite.Connection._execute

    @classmethod
    async def open(cls, path: Path, *, read_only: bool) -> OneHop:
        """Return a connection that is ready."""
        connection = cls(path, read_only=read_only)
        try:
            with explained(path):
                await connection
        except BaseException:
            # aiosqlite tells its thread to stop but does not wait: it could speak to a loop that is closed by then.
            await asyncio.to_thread(connection._thread.join)
            raise
        return connection

    async def plainly(self, work: Work[Result]) -> Result:
        """Run work outside a transaction on the connection's thread, for what SQLite allows only there."""
        with explained(self._path):
            result: Result = await self._hop(partial(work, self._conn))
            return result

    async def run(self, work: Work[Result]) -> Result:
        """Run work in one transaction on the connection's thread; once begun it ends, even if the caller is gone."""
        with explained(self._path):
            result: Result = await self._hop(partial(_transaction, work, self._read_only, self._conn))
            return result


class _Waiting(NamedTuple):
    """A unit of work; an earlier number goes first among equally urgent ones."""

    urgency: Urgency
    number: int
    is_vital: bool
    work: Work[Any]
    ended: asyncio.Future[Any]


class Writer:
    """The one writing connection: units of work wait their turn by urgency, and each is one transaction.

    When the disk is full only vital work goes on, in the room that the reserve gives up.
    """

    def __init__(self, connection: OneHop, reserve: Reserve) -> None:
        self._connection = connection
        self._reserve = reserve
        self._waiting: list[_Waiting] = []
        self._count = count()
        self._draining: asyncio.Task[None] | None = None
        self._broken: StoreError | None = None

    async def write(self, urgency: Urgency, work: Work[Result], *, is_vital: bool = False) -> Result:
        """Run work in a transaction of its own; a caller that is cancelled before it begins takes it back."""
        if self._broken:
            raise self._broken
        ended: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiting(urgency, next(self._count), is_vital, work, ended))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await ended

    async def beside(self, work: Work[Result]) -> Result:
        """Run work between two transactions, outside of any."""
        return await self._connection.plainly(work)

    async def close(self) -> None:
        """Finish what waits, then close."""
        if self._draining:
            await asyncio.wait([self._draining])
        await self._connection.close()

    async def _drain(self) -> None:
        # A task of its own, not the caller's: a cancelled caller must not wedge the file for everyone else.
        while self._waiting:
            waiting = heapq.heappop(self._waiting)
            if not waiting.ended.done():
                await self._answer(waiting)

    async def _answer(self, waiting: _Waiting) -> None:
        ended = waiting.ended
        try:
            result = await self._run(waiting)
        except Exception as error:  # noqa: BLE001  it belongs to the one who waits
            if isinstance(error, StoreError) and kind_of(error.__cause__) in DISTRUSTED:
                self._broken = error
            if not ended.done():
                ended.set_exception(error)
        else:
            if not ended.done():
                ended.set_result(result)

    async def _run(self, waiting: _Waiting) -> Any:
        if not (waiting.is_vital or self._reserve.is_kept or await asyncio.to_thread(self._reserve.keep)):
            raise StoreError("the disk of the database is full; free some space in its folder and it goes on by itself")
        try:
            return await self._connection.run(waiting.work)
        except StoreError as error:
            full = kind_of(error.__cause__) == sqlite3.SQLITE_FULL
            if not (full and waiting.is_vital and self._reserve.give_up()):
                raise
        log.error("disk_full", remedy="free some space; until then only worrying messages and pages are written")
        return await self._connection.run(waiting.work)


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    # The time-out first: changing the journal mode needs a lock that another process may hold.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


def _transaction(work: Work[Result], read_only: bool, connection: sqlite3.Connection) -> Result:
    # IMMEDIATE: a transaction that begins by reading and writes later fails at once when another one wrote meanwhile.
    connection.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back by itself
            connection.execute("ROLLBACK")
        raise
    return result
