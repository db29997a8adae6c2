"""The one module that runs a turn: a batch of received things in, one load, pure decisions, one commit.

Nothing lingers: whatever waits when the writer is free is one transaction, a single message is a batch of one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

import msgspec
import structlog

from bot.deciding import Decider
from bot.errors import StoreError
from bot.model import CheckInDue, Due, Level, Received, Turn, View, WaitDue
from bot.ports import Clock, Loaded, StaleSession, Store
from bot.vitals import Vitals

log = structlog.get_logger(__name__)

LARGEST_BATCH = 256
# Bulk (check-ins, reminders) rides along in small portions, so that a person's message never waits behind much of it.
LARGEST_BULK = 64
TRIES = 8


class _Waiting(msgspec.Struct):
    """A received thing and the caller that waits for its commit."""

    what: Received
    done: asyncio.Future[None]


class Conversation:
    """Takes what platforms and the scheduler deliver; sets `outbox` after each commit that queued messages."""

    def __init__(self, store: Store, decider: Decider, clock: Clock, outbox: asyncio.Event, vitals: Vitals) -> None:
        self._store = store
        self._decider = decider
        self._clock = clock
        self._outbox = outbox
        self._vitals = vitals
        self._urgent: deque[_Waiting] = deque()
        self._bulk: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def receive(self, received: Sequence[Received]) -> None:
        """Return when every received thing is committed (or known from before). Raises StoreError when none was.

        The order of one caller's sequence is kept for each person.
        """
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(one, loop.create_future()) for one in received]
        for one in waiting:
            (self._bulk if _is_bulk(one.what) else self._urgent).append(one)
        if waiting and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write_all())
        # A cancelled caller must not take the batch of others with it.
        await asyncio.gather(*(asyncio.shield(one.done) for one in waiting))

    async def close(self) -> None:
        """Return when everything received so far is committed."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write_all(self) -> None:
        while batch := self._next_batch():
            try:
                await self._write(batch)
            except Exception as error:  # noqa: BLE001  the callers hear of it; the writer must go on
                for one in batch:
                    if not one.done.done():
                        one.done.set_exception(error)

    def _next_batch(self) -> list[_Waiting]:
        batch = [self._urgent.popleft() for _ in range(min(LARGEST_BATCH, len(self._urgent)))]
        bulk = min(LARGEST_BULK, LARGEST_BATCH - len(batch), len(self._bulk))
        return batch + [self._bulk.popleft() for _ in range(bulk)]

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        """Load, decide and commit; when another process moved a session first, do so again."""
        received = [one.what for one in batch]
        for _ in range(TRIES):
            turns = await self._decide(received)
            try:
                await self._commit(turns)
            except StaleSession:
                self._vitals.count("batches_decided_again")
                continue
            for one in batch:
                if not one.done.done():
                    one.done.set_result(None)
            return
        raise StoreError(f"another process moved the same sessions {TRIES} times in a row; the batch was not taken")

    async def _decide(self, received: Sequence[Received]) -> list[Turn]:
        now = self._clock()
        lookups = [self._decider.lookup(one) for one in received]
        loaded = await self._store.load_many(lookups, now)
        views = dict(loaded.views)
        taken = set(loaded.duplicates)
        turns = []
        for one in received:
            if one.key in taken:
                continue
            taken.add(one.key)
            turn = self._decider.decide(one, self._subjects(one, loaded, views), one.key in loaded.as_staff, now)
            if turn is not None:
                views[turn.view.person.person_id] = msgspec.structs.replace(turn.view, known=True)
                turns.append(turn)
        return turns

    def _subjects(self, one: Received, loaded: Loaded, views: Mapping[str, View]) -> list[View]:
        """Return the views that a received thing is about, as the turns before it in this batch left them."""
        found = [views[person_id] for person_id in loaded.subjects.get(one.key, ())]
        if found or isinstance(one, Due):
            return found
        # Someone new may have written twice in this batch.
        return [view for view in views.values() if view.person.address == one.address][:1]

    async def _commit(self, turns: Sequence[Turn]) -> None:
        if not turns:
            return
        await self._store.commit_many(turns)
        self._vitals.count("turns", len(turns))
        self._vitals.count("batches")
        self._vitals.count("worrying_turns", sum(turn.level >= Level.HIGH for turn in turns))
        if any(turn.outbounds for turn in turns):
            self._outbox.set()


def _is_bulk(what: Received) -> bool:
    return isinstance(what, Due) and isinstance(what.what, CheckInDue | WaitDue)
