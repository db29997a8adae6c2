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
from typing import Any, TypeVar

import aiosqlite

from adapters.store.sqlite.errors import DISTRUSTED, explained, kind_of
from bot.errors import StoreError

BUSY_MILLISECONDS = 5000
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
        with explained(path):
            await connection
        return connection

    async def run(self, work: Work[Result]) -> Result:
        """Run work in one transaction on the connection's thread; once begun it ends, even if the caller is gone."""
        with explained(self._path):
            result: Result = await self._hop(partial(_transaction, work, self._read_only, self._conn))
            return result


class Writer:
    """The one writing connection: units of work wait their turn by urgency, and each is one transaction."""

    def __init__(self, connection: OneHop) -> None:
        self._connection = connection
        self._waiting: list[tuple[Urgency, int, Work[Any], asyncio.Future[Any]]] = []
        self._count = count()
        self._draining: asyncio.Task[None] | None = None
        self._broken: StoreError | None = None

    async def write(self, urgency: Urgency, work: Work[Result]) -> Result:
        """Run work in a transaction of its own; a caller that is cancelled before it begins takes it back."""
        if self._broken:
            raise self._broken
        ended: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._count), work, ended))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await ended

    async def close(self) -> None:
        """Finish what waits, then close."""
        if self._draining:
            await asyncio.wait([self._draining])
        await self._connection.close()

    async def _drain(self) -> None:
        # A task of its own, not the caller's: a cancelled caller must not wedge the file for everyone else.
        while self._waiting:
            _, _, work, ended = heapq.heappop(self._waiting)
            if not ended.done():
                await self._answer(work, ended)

    async def _answer(self, work: Work[Result], ended: asyncio.Future[Result]) -> None:
        try:
            result = await self._connection.run(work)
        except Exception as error:  # noqa: BLE001  it belongs to the one who waits
            if isinstance(error, StoreError) and kind_of(error.__cause__) in DISTRUSTED:
                self._broken = error
            if not ended.done():
                ended.set_exception(error)
        else:
            if not ended.done():
                ended.set_result(result)


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    # The time-out first: changing the journal mode needs a lock that another process may hold.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
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
