"""Takes raw updates in: read, quarantine what is broken, hand over, and only after the commit be polite.

Long polling and the webhook share it: when `take` returns, every update is safe.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec
import structlog
from msgspec import Raw
from telegram import Bot

from adapters.telegram.afterwards import Afterwards
from adapters.telegram.identity import Identity
from adapters.telegram.moves import Moves
from adapters.telegram.salvage import salvage
from adapters.telegram.updates import Arrival, Unparsable, read
from bot.model.people import Address
from bot.model.received import Inbound
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
        moves: Moves | None = None,
    ) -> None:
        self.quarantined = 0
        self.afterwards = Afterwards(bot)
        self._me = me
        self._receive = receive
        self._quarantine = quarantine
        self._clock = clock
        self._oncall_chat = oncall_chat
        self._moves = moves or Moves()

    async def take(self, raws: Sequence[bytes | Raw]) -> int:
        """Make the updates safe and return the highest update id among them (0 when none has one)."""
        # In the order in which they happened, whatever the order in which they came.
        arrivals = sorted([came for raw in raws if (came := await self._read(raw))], key=lambda one: one.update_id)
        await self._follow_moves(arrivals)
        inbounds = [found for arrival in arrivals if (found := self._known(arrival))]
        if inbounds:
            async with self.afterwards.typing(inbounds):
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

    async def _follow_moves(self, arrivals: Sequence[Arrival]) -> None:
        # When Telegram turns the on-call group into a supergroup its id changes: it is still our group.
        for arrival in arrivals:
            if arrival.was_group and self._moves.first(arrival.was_group) == self._oncall_chat:
                await self._moves.learn(arrival.was_group, arrival.new_group)

    def _concerns_us(self, arrival: Arrival) -> bool:
        return not arrival.group or self._moves.first(arrival.group) == self._oncall_chat

    def _known(self, arrival: Arrival) -> Inbound | None:
        """Return what an update says to us, from the place as we know it."""
        inbound = arrival.inbound
        if inbound is None or not self._concerns_us(arrival):
            return None
        first = self._moves.first(inbound.address.chat)
        if first == inbound.address.chat:
            return inbound
        return msgspec.structs.replace(inbound, address=Address(inbound.address.platform, first))

    def _be_polite(self, arrival: Arrival) -> None:
        if arrival.query:
            self.afterwards.answer(arrival.query)
        if not self._concerns_us(arrival):
            self.afterwards.leave(arrival.group)
