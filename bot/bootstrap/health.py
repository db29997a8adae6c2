"""How a running process is: what is at fault now, and the numbers behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.bootstrap.house import House
from bot.errors import StoreError
from bot.ports import Clock, Waiting

# A platform that was not heard for this long is at fault: its polls and pings come every few seconds.
STALE = timedelta(seconds=60)
# A page that nobody's platform accepted for this long.
PAGE_STUCK = timedelta(seconds=30)
LAG_EVERY = 0.25


class Health:
    """Looks at one house and its platforms. `heard` tells when each platform that this process listens to was heard."""

    def __init__(self, house: House, heard: Callable[[], Mapping[str, datetime | None]], clock: Clock) -> None:
        self._house = house
        self.heard = heard
        self._clock = clock
        self._started = clock()

    async def watch_loop(self) -> None:
        """Measure for ever how late the event loop runs."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._house.vitals.peak("loop_lag_seconds", max(0.0, loop.time() - due))

    async def waiting(self) -> Waiting | None:
        """Return what waits in the store, or None when it does not answer."""
        try:
            return await self._house.store.waiting()
        except StoreError:
            return None

    async def faults(self) -> dict[str, str]:
        """Return what is not in order, by its part; empty when all is well."""
        found = {name: fault for name, at in self.heard().items() if (fault := self._stale(at))}
        waiting = await self.waiting()
        if waiting is None:
            return found | {"database": "does not answer"}
        pages = [since for lane, (_, since) in waiting.outbox.items() if lane.name == "PAGE"]
        if pages and self._clock() - pages[0] > PAGE_STUCK:
            found["pages"] = f"one has waited {self._ago(pages[0])} to be accepted"
        return found

    def _stale(self, at: datetime | None) -> str:
        last = at or self._started
        if self._clock() - last <= STALE:
            return ""
        return f"last heard {self._ago(at)} ago" if at else "not heard since the start"

    def _ago(self, at: datetime) -> str:
        return f"{int((self._clock() - at).total_seconds())} s"
