"""Waits longer after each failure in a row, with jitter, and never gives up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0

Rest = Callable[[float], Awaitable[None]]


class Backoff:
    """The pause between attempts; `rest` waits that many seconds."""

    def __init__(self, rest: Rest = asyncio.sleep, chance: Callable[[], float] = random.random) -> None:
        self.failures = 0
        self._rest = rest
        self._chance = chance

    def succeeded(self) -> None:
        """Start again with the shortest pause."""
        self.failures = 0

    async def pause(self, at_least: float = 0.0) -> None:
        """Wait: half to all of 0.5 s, doubled with each failure up to 30 s."""
        seconds = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(self.failures, 16))
        self.failures += 1
        await self._rest(max(at_least, seconds * (0.5 + self._chance() / 2)))
