"""A child process for the kill test: polls, and writes what it received to a file with fsync as its commit.

Arguments: address, token, file, and the number of commits after which it kills itself before anyone is told (0: never).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.telegram.connection import connect, introduce
from adapters.telegram.intake import Intake
from adapters.telegram.poller import Poller
from bot.model.received import Inbound, Text


def now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The toy store: one line for each inbound."""

    def __init__(self, path: str, kill_after: int) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self._left = kill_after

    async def receive(self, batch: Sequence[Inbound]) -> None:
        lines = [f"{each.key} {each.content.text}\n" for each in batch if isinstance(each.content, Text)]
        os.write(self._file, "".join(lines).encode())
        os.fsync(self._file)
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async def quarantine(self, raw: bytes) -> None:
        raise AssertionError("nothing here is unreadable")


async def main(url: str, token: str, path: str, kill_after: int) -> None:
    connection = connect(token, url)
    me = await introduce(connection)
    journal = Journal(path, kill_after)
    intake = Intake(connection.bot, me, receive=journal.receive, quarantine=journal.quarantine, clock=now)
    print("polling", flush=True)
    await Poller(connection, intake, now).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
