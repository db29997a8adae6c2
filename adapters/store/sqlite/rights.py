"""Serves a person's rights over their data on SQLite."""

# ruff: noqa: D102  the docstrings stand on the port

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from adapters.store.belongings import (
    batch_of_belongings,
    belongings_of,
    entry_of,
    links_of,
    notes_of,
    person_of,
    silenced_rows,
)
from adapters.store.rows import SEALED, Row, cut_row, micros, moment
from adapters.store.sqlite import audit, belongings, commit, erasure, keys
from adapters.store.sqlite.connection import OneHop, Urgency, Writer
from bot.auditing import Verdict, verified
from bot.errors import StoreError
from bot.model.cases import Audit
from bot.model.people import Address, Person
from bot.model.rights import WishKind
from bot.model.schedules import Entry
from bot.privacy import Keyring
from bot.rights.belongings import Belongings, ExportRefused
from bot.rights.keeping import UNREADABLE, Keeping
from bot.rights.port import Swept, Wished

PORTION = 100  # people of one transaction
PAUSE_SECONDS = 0.05
TRIES = 100


class SqliteRights:
    """Fills the Rights port on the store's two connections."""

    def __init__(self, writer: Writer, reader: OneHop, keyring: Keyring) -> None:
        self._writer = writer
        self._reader = reader
        self._keyring = keyring

    async def wishes(self, now: datetime, limit: int) -> list[Wished]:
        rows = await self._reader.run(partial(belongings.wishes, now=micros(now), limit=limit))
        return [Wished(person_id, WishKind(kind), moment(at)) for person_id, kind, at in rows]

    async def find(self, address: Address) -> str:
        return await self._reader.run(partial(belongings.find, fingerprint=self._keyring.fingerprint(address)))

    async def belongings(self, person_id: str) -> Belongings | None:
        sealed = await self._reader.run(partial(belongings.everything, person_id=person_id))
        return None if sealed is None else belongings_of(person_id, sealed, self._keyring)

    async def notes_about(self, person_id: str) -> list[Audit]:
        return notes_of(await self._reader.run(partial(audit.of_person, person_id=person_id)))

    async def note(self, notes: Sequence[Audit]) -> None:
        work = partial(audit.add, notes=links_of(notes), mark=self._keyring.audit_mark)
        await self._writer.write(Urgency.BULK, work)

    async def take_in(self, belongings_: Belongings) -> None:
        person = belongings_.person
        taken = partial(
            belongings.is_taken, person_id=person.person_id, fingerprint=self._keyring.fingerprint(person.address)
        )
        if await self._reader.run(taken):
            raise ExportRefused("this person is known here already, or was erased; nothing was taken in")
        batch = batch_of_belongings(belongings_, self._keyring)
        await self._writer.write(Urgency.BULK, partial(commit.commit, batch=batch))

    async def erase(self, person_id: str, now: datetime) -> bool:
        work = partial(erasure.erase, person_id=person_id, now=micros(now))
        if not await self._writer.write(Urgency.BULK, work):
            return False
        self._keyring.forget(person_id)
        await self._empty_log()
        return True

    async def sweep(self, now: datetime, after: str, keeping: Keeping) -> Swept:
        rows = await self._reader.run(partial(belongings.profiles, after=after, limit=PORTION))
        cuts = [cut_row(row[0], keeping.cut(person_of(row, self._keyring), now)) for row in rows]
        idle = []
        if rows:
            ends = partial(belongings.idle_sessions, first=rows[0][0], last=rows[-1][0], before=micros(now))
            idle = await self._reader.run(ends)
        silent = silenced_rows(idle, keeping, {row[0]: row[1] for row in cuts}, self._keyring)
        work = partial(erasure.let_go, cuts=cuts, silent=silent, unreadable=micros(now - UNREADABLE))
        gone = await self._writer.write(Urgency.BULK, work)
        last = rows[-1][0] if len(rows) == PORTION else ""
        if gone and not last:
            await self._empty_log()
        return Swept(last, gone)

    async def verify_notes(self, seen: str = "") -> Verdict:
        mark = self._keyring.audit_mark
        return await self._reader.run(lambda plain: verified(audit.links(plain), audit.head(plain), mark, seen))

    async def rewrap(self, limit: int) -> int:
        masters = self._keyring.masters
        old = await self._reader.run(partial(keys.wrapped, current=masters.current, limit=limit))
        rows = [(masters.rewrapped(bytes(key), f"person {person_id}"), person_id, key) for person_id, key in old]
        await self._writer.write(Urgency.BULK, partial(keys.replace, rows=rows))
        if rows:
            return len(rows)
        secret = await self._reader.run(keys.secret)
        if masters.is_current(secret):
            return 0
        new = masters.rewrapped(secret, "secret")
        await self._writer.write(Urgency.BULK, partial(keys.replace_secret, new=new))
        await self._empty_log()
        return 1

    async def keep_sealed(self, name: str, plain: bytes) -> None:
        row = (SEALED + name, self._keyring.seal_for_system(SEALED + name, plain))
        sql = """INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
        await self._writer.write(Urgency.BULK, lambda connection: connection.execute(sql, row))

    async def sealed(self, name: str) -> bytes | None:
        sql = """SELECT value FROM meta WHERE name = ?"""
        row = await self._reader.run(lambda connection: connection.execute(sql, (SEALED + name,)).fetchone())
        return None if row is None else self._keyring.open_for_system(SEALED + name, bytes(row[0]))

    def mark(self, content: bytes) -> bytes:
        return self._keyring.audit_mark(content)

    async def people(self, after: str, limit: int) -> list[tuple[Person, Sequence[Entry]]]:
        rows = await self._reader.run(partial(belongings.profiles, after=after, limit=limit))
        if not rows:
            return []
        ratings = await self._reader.run(partial(belongings.ratings, first=rows[0][0], last=rows[-1][0]))
        of_person: dict[str, list[Row]] = defaultdict(list)
        for person_id, *rest in ratings:
            of_person[person_id].append(tuple(rest))
        found: list[tuple[Person, Sequence[Entry]]] = []
        for row in rows:
            person = person_of(row, self._keyring)
            found.append((person, [entry_of(row[0], one, self._keyring) for one in of_person[row[0]]]))
        return found

    async def _empty_log(self) -> None:
        """Cut off the WAL, where deleted rows would still stand."""
        for _ in range(TRIES):
            if await self._writer.beside(erasure.empty_log):
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise StoreError("another process reads the database all the time, so its log still holds what was erased")
