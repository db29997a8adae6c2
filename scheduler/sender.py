"""Drains the outbox: one sender for every platform, by lane, in order for each conversation, at each platform's pace.

At least one send per outbound. After an ambiguous send (a crash, a lost answer) pages and safety texts go out again; an
ordinary message goes out once more at most, marked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from bot.errors import DeliveryError, StoreError
from bot.failpoints import failpoint
from bot.model.people import Address, Platform
from bot.model.received import Due, Received, Undeliverable
from bot.model.sent import Delivery, Lane
from bot.ports import Channel, Clock, Fence, Settled, Store, Wanted
from bot.vitals import Vitals
from scheduler.aftermath import (
    TRIES_BEFORE_OTHER_WAYS,
    UNKNOWN,
    URGENT,
    accepted,
    after_failure,
    is_told,
    pause,
)
from scheduler.joining import editable, joined, joined_receipt
from scheduler.limits import Limits
from scheduler.line import AT_ONCE, JOINS_FOR, Line

log = structlog.get_logger(__name__)

# Longer than that a message is put back, so that it belongs to no sender meanwhile and a page may overtake it.
WAITS_AT_MOST = 0.5
GATHERS_FOR = 0.1


class Sender:
    """Sends what waits; `outbox` is set when something may.

    `receive` hears of refusals for good; `again` marks an ordinary message that goes out a second time. A platform
    without `limits` is sent to as fast as it takes.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[Platform, Channel],
        receive: Callable[[Sequence[Received]], Awaitable[None]],
        clock: Clock,
        outbox: asyncio.Event,
        again: str,
        limits: Mapping[Platform, Limits] | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._receive = receive
        self._clock = clock
        self._again = again
        self._lines = {platform: Line(platform, (limits or {}).get(platform)) for platform in Platform}
        self._vitals = vitals or Vitals()
        self._waiting = outbox
        self._fence: Fence | None = None
        self._settled: list[Settled] = []
        self._settling = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_everywhere = True

    def wake(self) -> None:
        """Say that something may wait in the outbox."""
        self._waiting.set()

    async def tick(self) -> None:
        """Wake for the ticker: retries and what another process left become due without a signal."""
        self._looks_everywhere = True
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
        self._looks_everywhere = True
        while started := await self._start_some():
            tried += started
            self._looks_everywhere = True
            await self.finish()
        return tried

    async def finish(self) -> None:
        """Wait until everything on its way has settled."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._write_settled()

    # --- claiming -----------------------------------------------------------------------------------------------------

    async def _start_some(self) -> int:
        wanted = self._wanted()
        if not wanted:
            self._look_again(wanted, ())
            return 0
        busy = frozenset(address for line in self._lines.values() for address in line.busy)
        failpoint("claim.before")
        claimed = await self._store.claim_outbox(self._clock(), wanted, busy, self._fence)
        if claimed:
            failpoint("claim.after")
        self._look_again(wanted, claimed)
        by_address: dict[Address, list[Delivery]] = {}
        for delivery in claimed:
            by_address.setdefault(delivery.outbound.address, []).append(delivery)
        for address, deliveries in by_address.items():
            line = self._lines[address.platform]
            line.busy.add(address)
            line.promised.add(address)
            self._start(self._deliver_all(line, address, deliveries))
        if self._settled and not self._settling.locked():
            self._start(self._write_settled())
        return len(claimed)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _wanted(self) -> list[Wanted]:
        """Return what each platform can take; what is addressed to one without a channel is given up now and then."""
        now = asyncio.get_running_loop().time()
        wanted = []
        for platform, line in self._lines.items():
            if platform in self._channels:
                wanted += line.wanted(now)
            elif self._looks_everywhere:
                wanted.append(Wanted(platform, AT_ONCE))
        self._looks_everywhere = False
        return wanted

    def _look_again(self, wanted: Sequence[Wanted], claimed: Sequence[Delivery]) -> None:
        """Wake when there may be more room, if what could be taken was not enough for what waits."""
        loop = asyncio.get_running_loop()
        taken = Counter(delivery.outbound.address.platform for delivery in claimed)
        enough = {one.platform for one in wanted if one.last is Lane.NUDGE and taken[one.platform] < one.limit}
        lines = [
            line for platform, line in self._lines.items() if platform in self._channels and platform not in enough
        ]
        moment = min((at for line in lines if (at := line.looks_again_at(loop.time())) is not None), default=None)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if moment is None else loop.call_at(moment, self._timed)

    def _timed(self) -> None:
        self._timer = None
        self.wake()

    # --- one conversation ---------------------------------------------------------------------------------------------

    async def _deliver_all(self, line: Line, address: Address, deliveries: Sequence[Delivery]) -> None:
        """Send to one conversation in order; after a failure the rest waits behind it."""
        behind: Settled | None = None
        ended: list[Settled] = []
        try:
            for together in _batches(deliveries) if line.pace else [[delivery] for delivery in deliveries]:
                if behind is None:
                    settled = await self._deliver(line, together)
                    behind = settled[0] if settled[0].retry_at is not None else None
                else:
                    settled = [Settled(delivery, retry_at=behind.retry_at, unsent=True) for delivery in together]
                self._settled += settled
                ended += settled
        finally:
            lane = deliveries[0].outbound.lane
            if line.pace and lane is Lane.NUDGE:
                # Nudges settle a few at a time: nobody waits for them, and pages wait for no transaction of theirs.
                await asyncio.sleep(GATHERS_FOR)
            await self._write_settled()
            line.promised.discard(address)
            self._free(line, address, lane)
        await self._tell_accepted(ended)

    def _free(self, line: Line, address: Address, lane: Lane) -> None:
        """Let the next message to a chat be claimed: at once, or when the chat's own pace allows it."""
        if lane is not Lane.NUDGE or self._timer is None:
            self.wake()
        rest = line.rests(address, page=True, requests=1) if line.pace else 0.0
        if line.pace and lane is Lane.PAGE:
            rest = max(rest, JOINS_FOR)
        if rest > 0:
            asyncio.get_running_loop().call_later(rest, self._rested, line, address)
        else:
            line.busy.discard(address)

    def _rested(self, line: Line, address: Address) -> None:
        line.busy.discard(address)
        if self._timer is None:
            self.wake()

    async def _write_settled(self) -> None:
        """Write how deliveries ended, many at once; what cannot be written now is written at the next try."""
        async with self._settling:
            settled, self._settled = self._settled, []
            if not settled:
                return
            for one in settled:
                if not one.unsent:
                    self._vitals.count("deliveries_accepted" if one.receipt else "deliveries_not_accepted")
            try:
                failpoint("settle.before")
                await self._store.settle(settled, self._clock())
                failpoint("settle.after")
            except StoreError as error:
                self._settled = settled + self._settled
                log.error("settling_failed", reason=str(error))

    # --- one message --------------------------------------------------------------------------------------------------

    async def _deliver(self, line: Line, together: Sequence[Delivery]) -> list[Settled]:
        """Send one message, which may stand for several pages, and say how each ended."""
        delivery = joined(together)
        outbound = delivery.outbound
        if why := self._lapsed(delivery):
            return [Settled(one, failed=why) for one in together]
        requests = line.pace.limits.requests(outbound) if line.pace else 1
        rest = line.rests(outbound.address, page=outbound.lane is Lane.PAGE, requests=requests)
        if rest > WAITS_AT_MOST:
            later = self._clock() + timedelta(seconds=rest)
            return [Settled(one, retry_at=later, unsent=True) for one in together]
        await asyncio.sleep(rest)
        channel = self._channels.get(outbound.address.platform)
        if channel is None:
            nowhere = DeliveryError(f"no channel for {outbound.address.platform}", permanent=True)
            return [await self._after(line, nowhere, one) for one in together]
        try:
            receipt = await self._send(line, channel, self._marked(editable(delivery)), requests)
        except DeliveryError as error:
            return [await self._after(line, error, one) for one in together]
        line.trouble.succeeded()
        return [Settled(one, receipt=joined_receipt(receipt, len(together))) for one in together]

    def _lapsed(self, delivery: Delivery) -> str:
        """Return why a message is not sent any more, or nothing."""
        outbound = delivery.outbound
        if outbound.not_after is not None and self._clock() > outbound.not_after:
            return "too late"
        return UNKNOWN if delivery.ambiguous > 1 and outbound.lane not in URGENT else ""

    def _marked(self, delivery: Delivery) -> Delivery:
        outbound = delivery.outbound
        if not delivery.ambiguous or outbound.lane in URGENT or outbound.edits:
            return delivery
        marked = msgspec.structs.replace(outbound, text=f"{self._again} {outbound.text}")
        return msgspec.structs.replace(delivery, outbound=marked)

    async def _send(self, line: Line, channel: Channel, delivery: Delivery, requests: int) -> str:
        outbound = delivery.outbound
        started = await line.enter(outbound.address, page=outbound.lane is Lane.PAGE, requests=requests)
        try:
            failpoint("send.before")
            receipt = await channel.send(delivery)
        except DeliveryError:
            raise
        except Exception as error:  # noqa: BLE001  a fault of an adapter must cost one message, not the sender
            # Only its kind: the text of a foreign error may quote a person.
            raise DeliveryError(f"the channel failed: {type(error).__name__}", ambiguous=True) from None
        finally:
            line.leave(outbound.address, started, requests=requests)
        failpoint("send.after")
        return receipt

    async def _after(self, line: Line, error: DeliveryError, delivery: Delivery) -> Settled:
        """Decide what follows a failed send; giving up is told to the conversation before the row is closed."""
        now, outbound, in_outage = self._clock(), delivery.outbound, line.trouble.is_outage
        error = line.trouble.failed(outbound.address, error, asyncio.get_running_loop().time())
        log.warning(
            "delivery_failed",
            lane=outbound.lane.name,
            platform=outbound.address.platform.value,
            attempt=delivery.attempt,
            reason=str(error),
        )
        if in_outage and not (error.permanent or error.ambiguous or error.retry_after):
            return Settled(delivery, retry_at=now + pause(delivery), unsent=True)
        settled = after_failure(delivery, error, now)
        if settled.failed and not error.unwanted:
            unreachable = error.permanent and not error.message_only
            await self._tell("undeliverable", delivery, Undeliverable(0, outbound.address, unreachable))
        elif outbound.lane is Lane.PAGE and delivery.attempt == TRIES_BEFORE_OTHER_WAYS:
            await self._tell("late", delivery, Undeliverable(0, outbound.address, unreachable=False, late=True))
        return settled

    async def _tell(self, kind: str, delivery: Delivery, what: Undeliverable) -> None:
        outbound = delivery.outbound
        what = msgspec.structs.replace(what, outbound_id=outbound.outbound_id)
        due = Due(f"{kind}:{outbound.outbound_id}", outbound.person_id, self._clock(), what)
        with contextlib.suppress(StoreError):
            await self._receive([due])

    async def _tell_accepted(self, ended: Sequence[Settled]) -> None:
        """Tell the conversation which pages and relayed words have arrived: staff see it, replies find their case."""
        told = [one for one in ended if one.receipt and is_told(one.delivery.outbound)]
        with contextlib.suppress(StoreError):
            if told:
                failpoint("accepted.before")
            await self._receive([accepted(one, self._clock()) for one in told])
            if told:
                failpoint("accepted.after")


def _batches(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """Return what goes out together: new pages do, everything else goes alone."""
    pages = [one for one in deliveries if one.outbound.lane is Lane.PAGE and not one.outbound.edits]
    alone = [[one] for one in deliveries if one not in pages]
    return [*([pages] if pages else []), *alone]
