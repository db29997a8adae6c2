"""A loopback server, a connection to it, and a poller whose receipts a test can watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest

from adapters.telegram.backoff import Backoff
from adapters.telegram.connection import Connection, connect
from adapters.telegram.identity import Identity
from adapters.telegram.intake import Intake
from adapters.telegram.poller import Poller
from bot.errors import StoreError
from bot.model.received import Content, Inbound
from tests.fakes.telegram.chats import Changes
from tests.fakes.telegram.server import TOKEN, TelegramServer

NOW = datetime(2126, 5, 4, 9, 0, tzinfo=UTC)
ANA = 4711


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """A server whose rules nobody may break."""
    async with TelegramServer() as running:
        running.user(ANA)
        yield running
    assert running.violations == []


@pytest.fixture
async def connection(server: TelegramServer) -> AsyncIterator[Connection]:
    made = connect(server.token, server.url)
    yield made
    await made.close()


class Pauses:
    """Records how long somebody wanted to wait, and waits not at all."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0)


class Ledger:
    """A toy core: keeps what it received; it can be told to fail or to hold on."""

    def __init__(self) -> None:
        self.batches: list[list[Inbound]] = []
        self.quarantined: list[bytes] = []
        self.fails: list[Exception] = []
        self.may_commit = asyncio.Event()
        self.may_commit.set()
        self.started = asyncio.Event()
        self.changes = Changes()

    async def receive(self, batch: Sequence[Inbound]) -> None:
        self.started.set()
        await self.may_commit.wait()
        if self.fails:
            raise self.fails.pop(0)
        self.batches.append(list(batch))
        self.changes.announce()

    async def quarantine(self, raw: bytes) -> None:
        self.quarantined.append(raw)
        self.changes.announce()

    @property
    def inbounds(self) -> list[Inbound]:
        return [inbound for batch in self.batches for inbound in batch]

    @property
    def contents(self) -> list[Content]:
        return [inbound.content for inbound in self.inbounds]

    async def has(self, count: int) -> list[Content]:
        """Wait for that many inbounds."""
        await self.changes.until(lambda: len(self.inbounds) >= count, 5.0)
        assert len(self.inbounds) == count, self.inbounds
        return self.contents


class Rig:
    """A running poller and all around it."""

    def __init__(self, connection: Connection, *, oncall_chat: str = "", time: list[float] | None = None) -> None:
        self.ledger = Ledger()
        self.pauses = Pauses()
        self.time = time or [0.0]
        self.connection = connection
        self.intake = Intake(
            connection.bot,
            Identity(connection.bot.token.partition(":")[0], "HandrailTestBot"),
            receive=self.ledger.receive,
            quarantine=self.ledger.quarantine,
            clock=lambda: NOW,
            oncall_chat=oncall_chat,
        )
        self.poller = Poller(
            connection,
            self.intake,
            lambda: NOW,
            backoff=Backoff(self.pauses, lambda: 1.0),
            monotonic=lambda: self.time[0],
            poll_seconds=1,
        )

    async def ends(self) -> None:
        """Poll until the poller ends by itself."""
        async with asyncio.timeout(5):
            await self.poller.run()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.poller.run())
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def rig(connection: Connection) -> Rig:
    return Rig(connection)


DISK_FULL = StoreError("the disk is full")
__all__ = ["ANA", "DISK_FULL", "NOW", "TOKEN", "Ledger", "Pauses", "Rig"]
