"""One platform's way out: how much it can take now, and what stands against it."""

from __future__ import annotations

import asyncio

from bot.model.people import Address, Platform
from bot.model.sent import Lane
from bot.ports import Wanted
from scheduler.aftermath import Trouble
from scheduler.joining import AT_MOST
from scheduler.limits import Limits, Pace

AT_ONCE = 64
# Rows are claimed so long before their slot opens that the claim itself costs none of it.
AHEAD = 0.2
# Pages to one conversation that come within a second go together.
JOINS_FOR = 1.0
# Several rows to a claim: each claim is a transaction that a page would have to wait for.
_LOOKS_AGAIN_AFTER = 0.1


class Line:
    """The state of sending through one bot; without limits, only the number of sends under way is bounded."""

    def __init__(self, platform: Platform, limits: Limits | None) -> None:
        self.platform = platform
        self.pace = Pace(limits) if limits else None
        self.trouble = Trouble()
        self.promised: set[Address] = set()
        self.busy: set[Address] = set()
        self._under_way = 0
        self._answered = asyncio.Event()

    def wanted(self, now: float) -> list[Wanted]:
        """Return what to claim now."""
        most = self._most(now)
        if most <= 0:
            return []
        if self.pace is None:
            return [Wanted(self.platform, most)]
        pages = self._room(now, page=True)
        rest = min(most, self._room(now, page=False))
        return [
            *([Wanted(self.platform, AT_MOST, Lane.PAGE, Lane.PAGE)] if pages > 0 else []),
            *([Wanted(self.platform, rest, Lane.SAFETY, Lane.NUDGE)] if rest > 0 else []),
        ]

    def looks_again_at(self, now: float) -> float | None:
        """Return when there may be more room; None when an answer will tell."""
        if self.trouble.is_outage:
            return max(self.trouble.rests_until, now + _LOOKS_AGAIN_AFTER)
        opens = self.pace.bot.opens_at(now) if self.pace else None
        return None if opens is None else max(opens - AHEAD, now + _LOOKS_AGAIN_AFTER)

    async def enter(self, address: Address, *, page: bool, requests: int) -> float:
        """Wait for a slot and return when the requests start; `leave` follows their answers."""
        loop = asyncio.get_running_loop()
        try:
            while (wait := self._wait(loop.time(), page=page, requests=requests)) != 0:
                await self._pause(wait)
        finally:
            self.promised.discard(address)
        if self.pace:
            self.pace.begin(address, requests)
        self._under_way += 1
        return loop.time()

    def leave(self, address: Address, started: float, *, requests: int) -> None:
        """Note that the answers came."""
        self._under_way -= 1
        if self.pace:
            self.pace.end(address, started, asyncio.get_running_loop().time(), requests)
        self._answered.set()
        self._answered = asyncio.Event()

    def rests(self, address: Address, *, page: bool, requests: int) -> float:
        """Return for how many seconds a chat takes no such message; 0 when it does."""
        now = asyncio.get_running_loop().time()
        opens = self.pace.chat_opens_at(address, now, page=page, requests=requests) if self.pace else now
        return JOINS_FOR if opens is None else max(0.0, opens - now)

    def _most(self, now: float) -> int:
        if self.trouble.is_outage:
            return int(now >= self.trouble.rests_until and not self._under_way)
        return AT_ONCE - self._under_way - len(self.promised)

    def _room(self, now: float, *, page: bool) -> int:
        return self.pace.bot.room(now + AHEAD, page=page) - len(self.promised) if self.pace else AT_ONCE

    def _wait(self, now: float, *, page: bool, requests: int) -> float | None:
        opens = self.pace.bot.opens_at(now, page=page, requests=requests) if self.pace else now
        return None if opens is None else max(0.0, opens - now)

    async def _pause(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._answered.wait()
        except TimeoutError:
            return
