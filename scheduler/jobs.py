"""What falls due: check-ins, waiting steps and cases enter the conversation like messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.errors import StoreError
from bot.model import Received
from bot.ports import Clock, Store

log = structlog.get_logger(__name__)
BATCH = 256


class DueWork:
    """Hands due rows to the conversation. The turn that follows moves each due time, so nothing is claimed twice."""

    def __init__(self, store: Store, receive: Callable[[Sequence[Received]], Awaitable[None]], clock: Clock) -> None:
        self._store = store
        self._receive = receive
        self._clock = clock

    async def run(self) -> int:
        """Take everything that is due now; return how many."""
        taken = 0
        while True:
            due = await self._store.claim_due(self._clock(), BATCH)
            if due:
                await self._receive(due)
            taken += len(due)
            if len(due) < BATCH:
                return taken

    async def tick(self) -> None:
        """Run once for the ticker: a failing store is reported and tried again at the next tick."""
        try:
            await self.run()
        except StoreError as error:
            log.error("due_work_failed", reason=str(error))
