"""A process to kill: Socket Mode with a `receive` that writes each key to a file and syncs it to the disk."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from adapters.slack.socket_mode import SocketIntake
from bot.model.received import Inbound
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN


async def run(api_url: str, committed: Path) -> None:
    """Receive until killed."""
    with committed.open("a", encoding="utf-8") as file:

        async def receive(inbounds: Sequence[Inbound]) -> None:
            file.write("".join(f"{inbound.key}\n" for inbound in inbounds))
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())

        async def quarantine(_raw: bytes) -> None:
            raise AssertionError

        async with SlackLink(BOT_TOKEN, api_url) as link:
            intake = Intake(link, receive, quarantine, lambda: datetime.now(UTC))
            await SocketIntake(intake, link, APP_TOKEN, ping_seconds=1).run()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2])))
