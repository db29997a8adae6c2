"""What falls due: check-ins are planned in bulk; all else enters the conversation like a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from bot.checkins.policy import decide
from bot.errors import StoreError
from bot.model.received import Received
from bot.ports import Clock, NextCheckIn, Store
from scheduler.timing import next_check_in

log = structlog.get_logger(__name__)
BATCH = 256
LOOK = 2048  # due check-ins that are read at once; the store writes them in small portions


class DueWork:
    """Hands due rows to the conversation. The turn that follows moves each due time, so nothing is claimed twice."""

    def __init__(
        self,
        store: Store,
        receive: Callable[[Sequence[Received]], Awaitable[None]],
        clock: Clock,
        next_due: NextCheckIn = next_check_in,
    ) -> None:
        self._store = store
        self._receive = receive
        self._clock = clock
        self._next_due = next_due

    async def run(self) -> int:
        """Take everything that is due now; return how much."""
        return await self.plan() + await self.take()

    async def take(self) -> int:
        """Take the cases, waiting steps and nudges that are due, as far as the outbox has room."""
        taken = 0
        while True:
            due = await self._store.claim_due(self._clock(), BATCH)
            if due:
                await self._receive(due)
            taken += len(due)
            if len(due) < BATCH:
                return taken

    async def plan(self) -> int:
        """Decide on every check-in that is due: its next time, and whether to ask now."""
        planned = 0
        while True:
            now = self._clock()
            some = await self._store.plan_check_ins(now, LOOK, partial(decide, now=now, next_check_in=self._next_due))
            planned += some
            if not some:
                return planned

    async def tick(self) -> None:
        """Take what is due, for the ticker: a failing store is reported and tried again at the next tick."""
        await _reported(self.take)

    async def tick_plans(self) -> None:
        """Plan check-ins, for the ticker."""
        await _reported(self.plan)


async def _reported(work: Callable[[], Awaitable[int]]) -> None:
    try:
        await work()
    except StoreError as error:
        log.error("due_work_failed", reason=str(error))
