"""Runs work that only one process may do, as long as this one holds the lease for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog

from bot.errors import StoreError
from bot.ports import Fence, Leases

log = structlog.get_logger(__name__)

# How long another process waits after this one died; renewed four times in between.
SPAN = timedelta(seconds=10)

Work = Callable[[Fence], Coroutine[Any, Any, None]]


class Leased:
    """Work under a lease: started when it is taken, cancelled when it cannot be renewed in time.

    `held` says whether this process does the work now.
    """

    def __init__(self, leases: Leases, name: str, holder: str, work: Work, span: timedelta = SPAN) -> None:
        self._leases = leases
        self._name = name
        self._holder = holder
        self._work = work
        self._span = span
        self.held = False

    async def run(self) -> None:
        """Wait for the lease, work, and wait again, until cancelled; an error of the work ends it."""
        waiting = False
        while True:
            fence = await self._take()
            if fence is not None:
                waiting = False
                log.info("lease_taken", lease=self._name, number=fence.number)
                await self._hold(fence)
            elif not waiting:
                waiting = True
                log.warning("lease_held_elsewhere", lease=self._name)
            await asyncio.sleep(self._pause)

    @property
    def _pause(self) -> float:
        return self._span.total_seconds() / 4

    async def _hold(self, fence: Fence) -> None:
        work = asyncio.create_task(self._work(fence))
        self.held = True
        try:
            while not work.done():
                await asyncio.wait([work], timeout=self._pause)
                if not work.done() and not await self._renewed(fence):
                    log.error("lease_lost", lease=self._name)
                    return
            work.result()
        finally:
            self.held = False
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self._drop()

    async def _renewed(self, fence: Fence) -> bool:
        """Renew; while the database cannot be reached, nobody else can take the lease before it runs out."""
        ends = asyncio.get_running_loop().time() + self._span.total_seconds() / 2
        while True:
            try:
                return await self._leases.take_lease(self._name, self._holder, self._span) == fence
            except StoreError:
                if asyncio.get_running_loop().time() >= ends:
                    return False
                await asyncio.sleep(self._pause / 4)

    async def _take(self) -> Fence | None:
        try:
            return await self._leases.take_lease(self._name, self._holder, self._span)
        except StoreError as error:
            log.error("lease_unreachable", lease=self._name, reason=str(error))
            return None

    async def _drop(self) -> None:
        try:
            await self._leases.drop_lease(self._name, self._holder)
        except StoreError as error:
            log.warning("lease_not_dropped", lease=self._name, reason=str(error))
