"""Drains the outbox: one sender for every platform, by lane, in order for each conversation.

At least one send per outbound. After an ambiguous send (a crash, a lost answer) pages and safety texts go out again; an
ordinary message goes out once more at most, marked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import msgspec
import structlog

from bot.errors import DeliveryError, StoreError
from bot.model import Address, Delivery, Due, Lane, Platform, Received, Undeliverable
from bot.ports import Channel, Clock, Fence, Settled, Store
from bot.vitals import Vitals
from scheduler.limits import Window

log = structlog.get_logger(__name__)

CLAIM = 100
AT_ONCE = 64
URGENT = (Lane.PAGE, Lane.SAFETY)
GIVES_UP_AFTER = {Lane.PAGE: 1000, Lane.SAFETY: 1000, Lane.RELAY: 40, Lane.REPLY: 20, Lane.NUDGE: 5}
LONGEST_WAIT = timedelta(seconds=60)
LONGEST_URGENT_WAIT = timedelta(seconds=5)


class Sender:
    """Sends what waits; `outbox` is set when something may.

    `receive` hears of refusals for good; `again` marks an ordinary message that goes out a second time.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[Platform, Channel],
        receive: Callable[[Sequence[Received]], Awaitable[None]],
        clock: Clock,
        outbox: asyncio.Event,
        again: str,
        windows: Mapping[Platform, Window] | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._receive = receive
        self._clock = clock
        self._again = again
        self._windows = windows or {}
        self._vitals = vitals or Vitals()
        self._waiting = outbox
        self._fence: Fence | None = None
        self._busy: set[Address] = set()
        self._settled: list[Settled] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Say that something may wait in the outbox."""
        self._waiting.set()

    async def tick(self) -> None:
        """Wake for the ticker: retries and what another process left become due without a signal."""
        self.wake()

    async def run(self, fence: Fence | None = None) -> None:
        """Send until cancelled, with a `fence` only while its lease stands; then finish what is on its way."""
        self._fence = fence
        try:
            while True:
                await self._waiting.wait()
                self._waiting.clear()
                try:
                    await self._start_some()
                except StoreError as error:
                    log.error("outbox_unreachable", reason=str(error))
        finally:
            await self.finish()

    async def drain(self) -> int:
        """Send everything that can go now, and return how many were tried."""
        tried = 0
        while started := await self._start_some():
            tried += started
            await self.finish()
        return tried

    async def finish(self) -> None:
        """Wait until everything on its way has settled."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._write_settled()

    async def _start_some(self) -> int:
        await self._write_settled()
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return 0
        claimed = await self._store.claim_outbox(self._clock(), min(room, CLAIM), frozenset(self._busy), self._fence)
        by_address: dict[Address, list[Delivery]] = {}
        for delivery in claimed:
            by_address.setdefault(delivery.outbound.address, []).append(delivery)
        for address, deliveries in by_address.items():
            self._busy.add(address)
            task = asyncio.create_task(self._deliver_all(address, deliveries))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def _deliver_all(self, address: Address, deliveries: Sequence[Delivery]) -> None:
        """Send to one conversation in order; after a failure the rest waits behind it."""
        held: Settled | None = None
        try:
            for delivery in deliveries:
                if held is None:
                    settled = await self._deliver(delivery)
                    held = settled if settled.retry_at is not None else None
                else:
                    settled = Settled(delivery, retry_at=held.retry_at)
                self._settled.append(settled)
        finally:
            await self._write_settled()
            self._busy.discard(address)
            self.wake()

    async def _write_settled(self) -> None:
        """Write how deliveries ended, many at once; what cannot be written now is written at the next try."""
        settled, self._settled = self._settled, []
        if not settled:
            return
        for one in settled:
            self._vitals.count("deliveries_accepted" if one.receipt else "deliveries_not_accepted")
        try:
            await self._store.settle(settled, self._clock())
        except StoreError as error:
            self._settled = settled + self._settled
            log.error("settling_failed", reason=str(error))

    async def _deliver(self, delivery: Delivery) -> Settled:
        outbound = delivery.outbound
        urgent = outbound.lane in URGENT
        if delivery.ambiguous and not urgent and delivery.attempt > 2:
            return Settled(delivery, failed="unknown: it may have arrived")
        if delivery.ambiguous and not urgent and not outbound.edits:
            marked = msgspec.structs.replace(outbound, text=f"{self._again} {outbound.text}")
            delivery = msgspec.structs.replace(delivery, outbound=marked)
        channel = self._channels.get(outbound.address.platform)
        if channel is None:
            return await self._refuse(delivery, f"no channel for {outbound.address.platform}")
        try:
            return Settled(delivery, receipt=await self._send(channel, delivery))
        except DeliveryError as error:
            return await self._after(error, delivery)

    async def _send(self, channel: Channel, delivery: Delivery) -> str:
        window = self._windows.get(channel.platform)
        if window is None:
            return await channel.send(delivery)
        started = await window.enter(delivery.outbound.lane)
        try:
            return await channel.send(delivery)
        finally:
            window.leave(started)

    async def _after(self, error: DeliveryError, delivery: Delivery) -> Settled:
        """Decide what follows a failed send."""
        now, outbound = self._clock(), delivery.outbound
        log.warning(
            "delivery_failed",
            lane=outbound.lane.name,
            platform=outbound.address.platform.value,
            attempt=delivery.attempt,
            reason=str(error),
        )
        if error.permanent:
            return await self._refuse(delivery, str(error))
        if error.retry_after is not None:
            until = now + error.retry_after
            return Settled(delivery, retry_at=until, hold_scope_until=until)
        if delivery.attempt >= (2 if error.ambiguous else GIVES_UP_AFTER[outbound.lane]):
            # The lost answer of a second try: at most one extra page or safety text (I17); the policy pages anew.
            return await self._refuse(delivery, "unknown: it may have arrived" if error.ambiguous else str(error))
        return Settled(delivery, retry_at=now + pause(delivery))

    async def _refuse(self, delivery: Delivery, why: str) -> Settled:
        """Give up, and let the conversation know before the row is closed."""
        outbound = delivery.outbound
        refusal = Undeliverable(outbound.outbound_id, outbound.address)
        due = Due(f"undeliverable:{outbound.outbound_id}", outbound.person_id, self._clock(), refusal)
        with contextlib.suppress(StoreError):
            await self._receive([due])
        return Settled(delivery, failed=why)


def pause(delivery: Delivery) -> timedelta:
    """Return how long to wait before the next try: doubling from one second; urgent lanes never wait long."""
    longest = LONGEST_URGENT_WAIT if delivery.outbound.lane in URGENT else LONGEST_WAIT
    return min(longest, timedelta(seconds=2 ** min(delivery.attempt - 1, 6)))
