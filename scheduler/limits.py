"""How fast a platform lets a bot send: a window timed by answers, so that its own clock never sees one too many."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.model import Lane

# shared/design.md, budgets: request k starts only after the answer to request k-n came, plus the span, minus 0.95 of
# the smallest round trip, plus 3 ms; measured at 95.3 % of the allowed rate with no refusal.
TRIP_SHARE = 0.95
MARGIN = 0.003


class Window:
    """Allows `count` requests in any `span` seconds, as the server sees them. One slot is kept for pages."""

    def __init__(self, count: int, span: float) -> None:
        self._count = count
        self._span = span
        self._answers: deque[float] = deque()
        self._open = 0
        self._shortest_trip = span
        self._freed = asyncio.Event()

    async def enter(self, lane: Lane) -> float:
        """Wait for a slot; return when the request may start. Call `leave` when its answer came."""
        loop = asyncio.get_running_loop()
        reserved = 0 if lane is Lane.PAGE else min(1, self._count - 1)
        while True:
            now = loop.time()
            self._forget(now)
            if self._open + len(self._answers) < self._count - reserved:
                self._open += 1
                return now
            self._freed.clear()
            wait = max(0.0, self._answers[0] + self._rest() - now) if self._answers else None
            await _wait(self._freed, wait)

    def leave(self, started: float) -> None:
        """Note that the answer to a request came (or that it failed)."""
        now = asyncio.get_running_loop().time()
        self._shortest_trip = min(self._shortest_trip, now - started)
        self._open -= 1
        self._answers.append(now)
        self._freed.set()

    def _rest(self) -> float:
        return self._span - TRIP_SHARE * self._shortest_trip + MARGIN

    def _forget(self, now: float) -> None:
        while self._answers and self._answers[0] + self._rest() <= now:
            self._answers.popleft()


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
