"""A loopback Slack, a link to it, and an inbox that stands where the conversation will."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from adapters.slack.channel import SlackChannel
from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from adapters.slack.socket_mode import SocketIntake
from bot.model.received import Inbound
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Inbox:
    """Takes Inbounds and remembers them; it can be slow or failing, as a store can."""

    def __init__(self) -> None:
        self.received: list[Inbound] = []
        self.quarantined: list[bytes] = []
        self.errors: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()

    @property
    def contents(self) -> list[object]:
        """What was received, without who and when."""
        return [inbound.content for inbound in self.received]

    async def receive(self, inbounds: Sequence[Inbound]) -> None:
        """Commit, once the door is open."""
        self.entered.set()
        await self.open.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.received.extend(inbounds)

    async def quarantine(self, raw: bytes) -> None:
        """Keep what could not be read."""
        self.quarantined.append(raw)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer(ack_seconds=0.5) as server:
        server.user("U0ANA")
        server.user("U0STAFF")
        server.channel("C0ONCALL", members=["U0STAFF"])
        yield server


@pytest.fixture
async def link(slack: SlackServer) -> AsyncIterator[SlackLink]:
    async with SlackLink(BOT_TOKEN, slack.api_url) as opened:
        yield opened


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def intake(link: SlackLink, inbox: Inbox) -> Intake:
    return Intake(link, inbox.receive, inbox.quarantine, lambda: NOW)


@pytest.fixture
def channel(link: SlackLink) -> SlackChannel:
    return SlackChannel(link)


@contextlib.asynccontextmanager
async def running(
    intake: Intake, link: SlackLink, ping_seconds: float = 0.2, *, sockets: int = 1
) -> AsyncIterator[SocketIntake]:
    """A Socket Mode intake at work."""
    socket = SocketIntake(intake, link, APP_TOKEN, sockets=sockets, stagger_seconds=0.3, ping_seconds=ping_seconds)
    task = asyncio.create_task(socket.run())
    try:
        yield socket
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def socket(intake: Intake, link: SlackLink, slack: SlackServer) -> AsyncIterator[SocketIntake]:
    async with running(intake, link) as connected:
        await slack.sockets.connected()
        yield connected
