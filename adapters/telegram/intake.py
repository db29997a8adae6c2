"""Takes raw updates in: read, quarantine what is broken, hand over, and only after the commit be polite.

Long polling and the webhook share it: when `take` returns, every update is safe.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from msgspec import Raw
from telegram import Bot

from adapters.telegram.afterwards import Afterwards
from adapters.telegram.identity import Identity
from adapters.telegram.salvage import salvage
from adapters.telegram.updates import Arrival, Unparsable, read
from bot.model import Inbound
from bot.ports import Clock

Receive = Callable[[Sequence[Inbound]], Awaitable[object]]
Quarantine = Callable[[bytes], Awaitable[object]]

log = structlog.get_logger(__name__)


class Intake:
    """The door for updates of one bot.

    `receive` returns after the commit; `quarantine` keeps an update that could not be read; both may raise StoreError.
    `oncall_chat` is the one group in which the bot stays and listens.
    """

    def __init__(
        self,
        bot: Bot,
        me: Identity,
        *,
        receive: Receive,
        quarantine: Quarantine,
        clock: Clock,
        oncall_chat: str = "",
    ) -> None:
        self.quarantined = 0
        self.afterwards = Afterwards(bot)
        self._me = me
        self._receive = receive
        self._quarantine = quarantine
        self._clock = clock
        self._own_groups = {oncall_chat} - {""}

    async def take(self, raws: Sequence[bytes | Raw]) -> int:
        """Make the updates safe and return the highest update id among them (0 when none has one)."""
        arrivals = [arrival for raw in raws if (arrival := await self._read(raw))]
        self._follow_moves(arrivals)
        inbounds = [arrival.inbound for arrival in arrivals if arrival.inbound and self._concerns_us(arrival)]
        if inbounds:
            await self._receive(inbounds)
        for arrival in arrivals:
            self._be_polite(arrival)
        return max((arrival.update_id for arrival in arrivals), default=0)

    async def _read(self, raw: bytes | Raw) -> Arrival | None:
        now = self._clock()
        try:
            return read(raw, self._me, now)
        except Unparsable:
            await self._quarantine(bytes(raw))
            self.quarantined += 1
            log.warning("update_quarantined", platform="telegram")
            return salvage(bytes(raw), self._me, now)

    def _follow_moves(self, arrivals: Sequence[Arrival]) -> None:
        # When Telegram turns the on-call group into a supergroup its id changes: it is still our group.
        self._own_groups.update(arrival.group for arrival in arrivals if arrival.was_group in self._own_groups)

    def _concerns_us(self, arrival: Arrival) -> bool:
        return not arrival.group or arrival.group in self._own_groups

    def _be_polite(self, arrival: Arrival) -> None:
        if arrival.query:
            self.afterwards.answer(arrival.query)
        if not self._concerns_us(arrival):
            self.afterwards.leave(arrival.group)
