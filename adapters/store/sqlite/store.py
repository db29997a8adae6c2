"""The store in one SQLite file: durable before anything is acknowledged, and never in the event loop's way."""

# ruff: noqa: D102  the docstrings stand on the port
from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from adapters.store.batch import batch_of, people_of
from adapters.store.check_ins import Plans, plans_of
from adapters.store.deliveries import deliveries_of, outcomes_of
from adapters.store.installations import installation_row, installations_of
from adapters.store.loading import Asked
from adapters.store.rows import NOTE, Row, micros, moment
from adapters.store.sqlite import cases, check_ins, commit, due, gauges, history, lease, load, outbox
from adapters.store.sqlite import installation as installation_table
from adapters.store.sqlite.backup import keep_before_upgrade
from adapters.store.sqlite.connection import OneHop, Urgency, Writer
from adapters.store.sqlite.reserve import Reserve
from adapters.store.sqlite.rights import SqliteRights
from adapters.store.sqlite.schema import make_private, prepare
from adapters.store.views import cases_of, entries_of, examined_of, loaded_of, waiting_of
from bot.checkins.due import Decide
from bot.errors import StoreError
from bot.model.cases import Escalation
from bot.model.people import Address, Platform
from bot.model.received import Due
from bot.model.schedules import Entry
from bot.model.sent import Delivery
from bot.model.turns import Turn
from bot.model.worry import Level
from bot.ports import Examined, Fence, Installation, Loaded, Lookup, Settled, StaleSession, Waiting, Wanted
from bot.privacy import Keyring, MasterKeys

log = structlog.get_logger(__name__)

PORTION = 512  # check-ins of one transaction: some six milliseconds, which a turn may have to wait
BULK = 100  # rows of one bulk transaction: what urgent work waits for at most


class SqliteStore:
    """Fills the Store port; one connection writes, another one reads."""

    def __init__(self, writer: Writer, reader: OneHop, keyring: Keyring) -> None:
        self._writer = writer
        self._reader = reader
        self._keyring = keyring
        self.rights = SqliteRights(writer, reader, keyring)

    @classmethod
    async def open(cls, path: Path, masters: MasterKeys) -> SqliteStore:
        """Open the file, made anew where there is none; KeyMismatch when it was made with another key."""
        make_private(path)
        await asyncio.to_thread(keep_before_upgrade, path)
        writing = await OneHop.open(path, read_only=False)
        try:
            keyring = Keyring(masters, await writing.run(lambda plain: prepare(plain, path, masters)))
            reading = await OneHop.open(path, read_only=True)
        except BaseException:
            await writing.close()
            raise
        reserve = Reserve(path)
        if not await asyncio.to_thread(reserve.keep):
            log.error("disk_full", remedy="free some space; until then only worrying messages and pages are written")
        return cls(Writer(writing, reserve), reading, keyring)

    async def load_many(self, lookups: Sequence[Lookup], now: datetime) -> Loaded:
        asked = Asked.of(lookups, self._keyring)
        found = await self._reader.run(partial(load.find, asked=asked, now=now))
        return loaded_of(found, self._keyring)

    async def commit_many(self, turns: Sequence[Turn]) -> None:
        await self._learn_keys(turns)
        batch = batch_of(turns, self._keyring)
        work = partial(commit.commit, batch=batch)
        await self._writer.write(Urgency.TURN, work, is_vital=batch.is_vital)

    async def claim_due(self, now: datetime, limit: int) -> list[Due]:
        return await self._reader.run(lambda plain: due.due(plain, now, limit))

    async def plan_check_ins(self, now: datetime, limit: int, decide: Decide) -> int:
        planned = 0
        reading, writing = self._read_due(now, check_ins.FIRST), _done()
        try:
            # While one portion is decided here, the one before is written and the one behind is read, each on a thread.
            while rows := await reading:
                planned += len(rows)
                last = (rows[-1][5], rows[-1][0], rows[-1][1])
                reading = self._read_due(now, last) if planned < limit else _done()
                plans = plans_of(rows, decide)
                await writing
                writing = asyncio.ensure_future(self._write_plans(plans))
        finally:
            await asyncio.gather(reading, writing, return_exceptions=True)
        await writing
        return planned

    def _read_due(self, now: datetime, after: tuple[int, str, str]) -> asyncio.Future[list[Row]]:
        work = partial(check_ins.due, now=micros(now), limit=PORTION, after=after)
        return asyncio.ensure_future(self._reader.run(work))

    async def _write_plans(self, plans: Plans) -> None:
        # Another process that planned one of these first has planned most; what is left is due at the next look.
        with suppress(StaleSession):
            await self._writer.write(Urgency.BULK, partial(check_ins.write, plans=plans))

    async def claim_outbox(
        self, now: datetime, wanted: Sequence[Wanted], busy: frozenset[Address], fence: Fence | None = None
    ) -> list[Delivery]:
        marks = [self._keyring.fingerprint(address) for address in busy]
        work = partial(outbox.claim, now=micros(now), wanted=wanted, busy=marks, fence=fence)
        return deliveries_of(await self._writer.write(Urgency.CLAIM, work, is_vital=True), self._keyring)

    async def settle(self, outcomes: Sequence[Settled], now: datetime) -> None:
        for start in range(0, len(outcomes), BULK):
            rows = outcomes_of(outcomes[start : start + BULK], micros(now), self._keyring)
            await self._writer.write(Urgency.BULK, partial(outbox.settle, outcomes=rows), is_vital=True)

    async def open_cases(self) -> list[Escalation]:
        return cases_of(await self._reader.run(due.open_cases), self._keyring)

    async def closed_cases(self, since: datetime, until: datetime) -> list[Escalation]:
        work = partial(cases.closed, since=micros(since), until=micros(until))
        return cases_of(await self._reader.run(work), self._keyring)

    async def people_at(self, level: Level, since: datetime) -> int:
        return await self._reader.run(partial(cases.people_at, level=int(level), since=micros(since)))

    async def next_event_at(self) -> datetime | None:
        at = await self._reader.run(due.next_event)
        return None if at is None else moment(at)

    async def quarantine(self, channel: Platform, raw: bytes, at: datetime) -> None:
        name = secrets.token_hex(8)
        row = (name, channel.value, micros(at), self._keyring.seal_for_system(f"quarantine.raw {name}", raw))
        sql = """INSERT INTO quarantine (quarantine_id, channel, at, raw) VALUES (?, ?, ?, ?)"""
        await self._writer.write(Urgency.TURN, lambda plain: plain.execute(sql, row))

    async def keep_note(self, name: str, value: str) -> None:
        sql = """INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
        row = (NOTE + name, value.encode())
        await self._writer.write(Urgency.TURN, lambda plain: plain.execute(sql, row))

    async def notes(self, prefix: str) -> dict[str, str]:
        sql = """SELECT name, value FROM meta WHERE substr(name, 1, ?) = ?"""
        start = NOTE + prefix
        rows = await self._reader.run(lambda plain: plain.execute(sql, (len(start), start)).fetchall())
        return {name.removeprefix(NOTE): value.decode() for name, value in rows}

    async def take_lease(self, name: str, holder: str, span: timedelta) -> Fence | None:
        micros_held = span // timedelta(microseconds=1)
        number = await self._writer.write(
            Urgency.TURN, partial(lease.take, name=name, holder=holder, micros=micros_held), is_vital=True
        )
        return None if number is None else Fence(name, number)

    async def drop_lease(self, name: str, holder: str) -> None:
        await self._writer.write(Urgency.TURN, partial(lease.drop, name=name, holder=holder), is_vital=True)

    async def waiting(self) -> Waiting:
        return await self._reader.run(lambda plain: waiting_of(gauges.outbox(plain), gauges.unclaimed(plain)))

    async def examine(self) -> Examined:
        return examined_of(await self._reader.run(gauges.examine))

    async def entries(self, person_id: str, since: datetime) -> list[Entry]:
        rows = await self._reader.run(partial(history.entries, person_id=person_id, since=micros(since)))
        return entries_of(person_id, rows, self._keyring)

    async def keep_installation(self, installation: Installation, now: datetime) -> None:
        row = installation_row(installation, now, self._keyring)
        await self._writer.write(Urgency.TURN, partial(installation_table.keep, row=row))

    async def drop_installation(self, platform: Platform, workspace: str) -> None:
        work = partial(installation_table.drop, platform=platform.value, workspace=workspace)
        await self._writer.write(Urgency.TURN, work)

    async def installations(self, platform: Platform) -> list[Installation]:
        rows = await self._reader.run(partial(installation_table.all_of, platform=platform.value))
        return installations_of(platform, rows, self._keyring)

    async def close(self) -> None:
        await self._writer.close()
        await self._reader.close()

    async def _learn_keys(self, turns: Sequence[Turn]) -> None:
        """Fetch the data keys that are not at hand: rare, because a load came before."""
        if missing := sorted(person for person in people_of(turns) if not self._keyring.knows(person)):
            for person_id, wrapped in await self._reader.run(partial(load.keys, people=missing)):
                self._keyring.learn(person_id, wrapped)
            if unknown := [person for person in missing if not self._keyring.knows(person)]:
                raise StoreError(f"{len(unknown)} turns are about people who do not exist", permanent=True)


def _done() -> asyncio.Future[Any]:
    """Return a future that has come to nothing."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future
