"""Does what people asked for about their own data when it is due, and lets go of what was kept long enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.errors import HandrailError
from bot.model.cases import Audit
from bot.model.people import Person
from bot.model.received import Due, Received
from bot.model.rights import Prepared, WishKind
from bot.ports import Clock
from bot.rights.belongings import Belongings
from bot.rights.keeping import Keeping
from bot.rights.port import Rights, Wished

log = structlog.get_logger(__name__)

BATCH = 32
SWEEP_EVERY = timedelta(hours=1)

CopyOf = Callable[[Belongings, datetime], Sequence[str]]
LogOf = Callable[[Person, Sequence[Audit]], Sequence[str]]


class RightsWork:
    """Serves wishes and retention. A wish is a row, so it outlives a crash; `copy_of` and `log_of` write the texts."""

    def __init__(
        self,
        rights: Rights,
        receive: Callable[[Sequence[Received]], Awaitable[None]],
        clock: Clock,
        copy_of: CopyOf,
        log_of: LogOf,
        keeping: Keeping,
    ) -> None:
        self._rights = rights
        self._receive = receive
        self._clock = clock
        self._copy_of = copy_of
        self._log_of = log_of
        self._keeping = keeping
        self._swept_at: datetime | None = None

    async def run(self) -> int:
        """Serve every wish that is due; return how many. A wish that cannot be served yet stays."""
        served, now = 0, self._clock()
        for wished in await self._rights.wishes(now, BATCH):
            served += await self._serve(wished, now)
        return served

    async def sweep(self) -> int:
        """Let go of what every person's setting and the policy no longer keep; return how much."""
        now, last, gone = self._clock(), "", 0
        while True:
            swept = await self._rights.sweep(now, last, self._keeping)
            last, gone = swept.last, gone + swept.gone
            if not last:
                return gone

    async def tick(self) -> None:
        """Do both, for the ticker: the sweep once an hour. A failure is reported and tried again."""
        try:
            await self.run()
            now = self._clock()
            if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
                gone = await self.sweep()
                self._swept_at = now
                log.info("retention_swept", gone=gone)
        except HandrailError as error:
            log.error("rights_failed", reason=str(error))

    async def _serve(self, wished: Wished, now: datetime) -> bool:
        if wished.kind is WishKind.ERASE:
            # An open case comes first; the wish stays and is tried again.
            return await self._rights.erase(wished.person_id, now)
        texts = await self._texts(wished, now)
        if texts is None:
            return False
        key = f"{wished.kind} {wished.person_id} {wished.at.timestamp():.6f}"
        await self._receive([Due(key, wished.person_id, now, Prepared(wished.kind, tuple(texts)))])
        return True

    async def _texts(self, wished: Wished, now: datetime) -> Sequence[str] | None:
        belongings = await self._rights.belongings(wished.person_id)
        if belongings is None:
            return None
        if wished.kind is WishKind.EXPORT:
            return self._copy_of(belongings, now)
        return self._log_of(belongings.person, belongings.notes)
