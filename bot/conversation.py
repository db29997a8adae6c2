"""The one module that runs a turn: a batch of received things in, one load, pure decisions, one commit.

Nothing lingers: whatever waits when the writer is free is one transaction, a single message is a batch of one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import structlog

from bot.deciding import Decider
from bot.errors import StoreError
from bot.failpoints import failpoint
from bot.model.people import Address
from bot.model.received import CheckInDue, Due, Received, WaitDue
from bot.model.turns import Turn
from bot.model.worry import Level
from bot.ports import Clock, StaleSession, Store
from bot.rights.unstored import Unstored, storable
from bot.vitals import Vitals

log = structlog.get_logger(__name__)

LARGEST_BATCH = 256
# Bulk (check-ins, reminders) rides along in small portions, so that a person's message never waits behind much of it.
LARGEST_BULK = 64
TRIES = 8
# After so many decisions the event loop gets a breath: a full batch takes tens of milliseconds to decide.
AT_A_STRETCH = 32


class _Caller:
    """Somebody who waits until everything they brought is committed."""

    def __init__(self, brought: int) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open = brought

    def committed(self) -> None:
        """Note that one more thing is safe."""
        self._open -= 1
        if not self._open and not self.done.done():
            self.done.set_result(None)

    def failed(self, error: Exception) -> None:
        """Note that something is not safe."""
        if not self.done.done():
            self.done.set_exception(error)


class _Waiting(NamedTuple):
    """A received thing and who waits for its commit."""

    what: Received
    caller: _Caller


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
        self._unstored = Unstored()
        self._writer: asyncio.Task[None] | None = None

    async def receive(self, received: Sequence[Received]) -> None:
        """Return when every received thing is committed (or known from before). Raises StoreError when none was.

        The order of one caller's sequence is kept for each person.
        """
        if not received:
            return
        caller = _Caller(len(received))
        for one in received:
            (self._bulk if _is_bulk(one) else self._urgent).append(_Waiting(one, caller))
        if self._writer is None or self._writer.done():
            # A task of its own: a cancelled caller must not take the batch of others with it.
            self._writer = asyncio.create_task(self._write_all())
        failpoint("conversation.queued")
        await caller.done

    async def close(self) -> None:
        """Return when everything received so far is committed."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def _write_all(self) -> None:
        while batch := self._next_batch():
            try:
                await self._write_or_part(batch)
            except Exception as error:  # noqa: BLE001  the callers hear of it; the writer must go on
                for one in batch:
                    one.caller.failed(error)

    async def _write_or_part(self, batch: Sequence[_Waiting]) -> None:
        """Write a batch; a message that the database refuses for good is set aside and costs nobody else."""
        try:
            await self._write(batch)
        except StoreError as error:
            if not error.permanent:
                raise
            if len(batch) > 1:
                for one in batch:
                    await self._write_or_part([one])
                return
            await self._set_aside(batch[0].what)
            batch[0].caller.committed()

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
                one.caller.committed()
            return
        raise StoreError(f"another process moved the same sessions {TRIES} times in a row; the batch was not taken")

    async def _decide(self, received: Sequence[Received]) -> list[Turn]:
        now = self._clock()
        lookups = [self._decider.lookup(one) for one in received]
        failpoint("load.before")
        loaded = await self._store.load_many(lookups, now)
        failpoint("load.after")
        views, newcomers = dict(loaded.views), dict[Address, str]()
        taken = set(loaded.duplicates)
        turns = []
        for number, one in enumerate(received, 1):
            if number % AT_A_STRETCH == 0:
                await asyncio.sleep(0)
            if one.key in taken:
                continue
            taken.add(one.key)
            if one.key in loaded.damaged:
                await self._set_aside(one)
                continue
            about = loaded.subjects.get(one.key) or _newcomer(one, newcomers)
            about_whom = [self._unstored.put_back(views[person]) for person in about]
            turn = self._decider.decide(one, about_whom, one.key in loaded.as_staff, now)
            if turn is not None:
                person = turn.view.person
                if not turn.view.known:
                    newcomers[person.address] = person.person_id
                views[person.person_id] = msgspec.structs.replace(turn.view, known=True)
                turns.append(turn)
        return turns

    async def _set_aside(self, one: Received) -> None:
        """Keep a message that cannot be decided or stored (its person's rows do not open): nothing may be lost."""
        log.critical("message_set_aside", received=one.key, remedy="restore a back-up (docs/operating.md)")
        self._vitals.count("set_aside")
        if not isinstance(one, Due):
            await self._store.quarantine(one.address.platform, msgspec.json.encode(one), one.at)

    async def _commit(self, turns: Sequence[Turn]) -> None:
        if not turns:
            return
        failpoint("commit.before")
        await self._store.commit_many([storable(turn) for turn in turns])
        failpoint("commit.after")
        for turn in turns:
            self._unstored.remember(turn)
        self._vitals.count("turns", len(turns))
        self._vitals.count("batches")
        self._vitals.count("worrying_turns", sum(turn.level >= Level.HIGH for turn in turns))
        if any(turn.outbounds for turn in turns):
            self._outbox.set()


def _newcomer(one: Received, newcomers: Mapping[Address, str]) -> tuple[str, ...]:
    """Return who wrote for the first time earlier in this batch and writes again now."""
    known = None if isinstance(one, Due) else newcomers.get(one.address)
    return (known,) if known else ()


def _is_bulk(what: Received) -> bool:
    return isinstance(what, Due) and isinstance(what.what, CheckInDue | WaitDue)
