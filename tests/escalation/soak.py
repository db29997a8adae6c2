"""Five minutes of a bad day: worrying messages, SIGKILLs, 503s and dropped answers; prints what was lost or doubled.

Run it with `make soak`; it is no part of `make test`. `SOAK_SECONDS` and `SOAK_MESSAGES` make it shorter or longer.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer
from tests.faults.process import Process

SECONDS = float(os.environ.get("SOAK_SECONDS", "300"))
MESSAGES = int(os.environ.get("SOAK_MESSAGES", "2000"))
ON_CALL = -900
WORRYING = 0.05
CASE = re.compile(r"case ([0-9A-Z]{5})")
SHARE_OF_FAULTS = 0.05
FAULTY_CALLS = ("sendMessage", "getUpdates")


class Soak:
    """One run: types messages, kills the process, commits faults, and notes when each worry was paged."""

    def __init__(self, server: TelegramServer, process: Process, chance: random.Random) -> None:
        self._server = server
        self._process = process
        self._chance = chance
        self._group = server.group(ON_CALL)
        self.said: dict[int, float] = {}
        self.when: list[float] = []
        self.paged: dict[str, float] = {}
        self.kills = 0
        self.worst = 0.0

    async def type(self) -> None:
        """Type all messages, evenly over the time; every worrying one comes from somebody else."""
        for number in range(MESSAGES):
            user = self._server.user(10_000 + number)
            if self._chance.random() < WORRYING:
                self.said[10_000 + number] = time.monotonic()
                self.when.append(time.monotonic())
                user.says("I want to end my life tonight")
            else:
                user.says("hello, I had a long day")
            await asyncio.sleep(SECONDS / MESSAGES)

    async def trouble(self) -> None:
        """Let one call in twenty answer 503, and one in twenty take effect without an answer."""
        while True:
            for kind, code in ((Kind.SERVER_ERROR, 503), (Kind.DROP, 0)):
                method = self._chance.choice(FAULTY_CALLS)
                skip = self._chance.randrange(int(1 / SHARE_OF_FAULTS))
                fault = self._server.fault(kind, method, skip=skip, **({"code": code} if code else {}))
                try:
                    await asyncio.wait_for(fault.happened.wait(), 5)
                except TimeoutError:
                    fault.release()

    async def kill(self) -> None:
        """Kill the process at random moments and start it again."""
        while True:
            await asyncio.sleep(self._chance.uniform(5, 25))
            await self._process.kill()
            self.kills += 1
            await self._process.start()

    async def watch(self) -> None:
        """Note when each worry was answered, and when each case was seen first by the team."""
        open_ones: set[int] = set()
        while True:
            open_ones |= set(self.said)
            for user_id in list(open_ones):
                if any("asked a person" in text for text in self._server.user(user_id).chat.bot_says):
                    self.worst = max(self.worst, time.monotonic() - self.said[user_id])
                    open_ones.discard(user_id)
                    self.said[user_id] = float("inf")
            for text in self._group.chat.bot_says:
                for case in CASE.findall(text):
                    self.paged.setdefault(case, time.monotonic())
            await asyncio.sleep(0.1)

    def report(self) -> int:
        """Print the figures; return 1 when anything was lost."""
        answered = {user for user, at in self.said.items() if at == float("inf")}
        first_pages = sum(text.count("page 1 to") for text in self._group.chat.bot_says)
        lost, doubled = len(self.said) - len(self.paged), first_pages - len(self.paged)
        slowest = max((at - said for at, said in zip(self.paged.values(), self.when, strict=False)), default=0.0)
        print(f"messages {MESSAGES}, worrying {len(self.said)}, kills {self.kills}")
        print(f"paged {len(self.paged)}, lost {lost}, first pages doubled {doubled}")
        print(f"worst time from worry to page {slowest:.1f} s (in order of arrival)")
        print(f"answered {len(answered)}, worst time from worry to safety text {self.worst:.1f} s")
        return 1 if lost > 0 or len(answered) < len(self.said) else 0


async def main() -> int:
    """Run the soak; a second run with the same seed commits the same faults."""
    chance = random.Random(int(os.environ.get("SOAK_SEED", "7")))
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramServer() as server:
            settings = {
                "CHANNELS": "telegram",
                "TELEGRAM_TOKEN": server.token,
                "TELEGRAM_API_URL": server.url,
                "ONCALL_TELEGRAM_CHAT": str(ON_CALL),
            }
            async with Process(Path(folder), settings) as process:
                soak = Soak(server, process, chance)
                await process.start()
                tasks = [asyncio.create_task(work()) for work in (soak.trouble, soak.kill, soak.watch)]
                await soak.type()
                for task in tasks[:2]:
                    task.cancel()
                await asyncio.gather(*tasks[:2], return_exceptions=True)
                for fault in server.faults:
                    fault.release()
                await process.kill()
                await process.start()
                await _until_quiet(soak)
                tasks[2].cancel()
                return soak.report()


async def _until_quiet(soak: Soak) -> None:
    """Wait until every worry was answered, at most a minute."""
    for _ in range(600):
        if all(at == float("inf") for at in soak.said.values()) and len(soak.paged) >= len(soak.said):
            return
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
