"""Serves a person's rights over their data on PostgreSQL."""

# ruff: noqa: D102  the docstrings stand on the port

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import asyncpg

from adapters.store.belongings import (
    batch_of_belongings,
    belongings_of,
    entry_of,
    links_of,
    notes_of,
    person_of,
    silenced_rows,
)
from adapters.store.postgres import audit, belongings, commit, erasure, keys
from adapters.store.rows import SEALED, Row, cut_row, micros, moment
from bot.auditing import Verdict, verified
from bot.model.cases import Audit
from bot.model.people import Address, Person
from bot.model.rights import WishKind
from bot.model.schedules import Entry
from bot.privacy import Keyring
from bot.rights.belongings import Belongings, ExportRefused
from bot.rights.keeping import UNREADABLE, Keeping
from bot.rights.port import Swept, Wished

PORTION = 100  # people of one transaction
Connect = Callable[[], AbstractAsyncContextManager[asyncpg.Connection]]


class PostgresRights:
    """Fills the Rights port; `connect` lends a connection of the store's pool."""

    def __init__(self, connect: Connect, keyring: Keyring) -> None:
        self._connect = connect
        self._keyring = keyring

    async def wishes(self, now: datetime, limit: int) -> list[Wished]:
        async with self._connect() as connection:
            rows = await belongings.wishes(connection, micros(now), limit)
        return [Wished(person_id, WishKind(kind), moment(at)) for person_id, kind, at in rows]

    async def find(self, address: Address) -> str:
        async with self._connect() as connection:
            return await belongings.find(connection, self._keyring.fingerprint(address))

    async def belongings(self, person_id: str) -> Belongings | None:
        async with self._connect() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            sealed = await belongings.everything(connection, person_id)
        return None if sealed is None else belongings_of(person_id, sealed, self._keyring)

    async def notes_about(self, person_id: str) -> list[Audit]:
        async with self._connect() as connection:
            return notes_of(await audit.of_person(connection, person_id))

    async def note(self, notes: Sequence[Audit]) -> None:
        async with self._connect() as connection, connection.transaction():
            await audit.add(connection, links_of(notes), self._keyring.audit_mark)

    async def take_in(self, belongings_: Belongings) -> None:
        person = belongings_.person
        async with self._connect() as connection:
            if await belongings.is_taken(connection, person.person_id, self._keyring.fingerprint(person.address)):
                raise ExportRefused("this person is known here already, or was erased; nothing was taken in")
            await commit.commit(connection, batch_of_belongings(belongings_, self._keyring))

    async def erase(self, person_id: str, now: datetime) -> bool:
        async with self._connect() as connection:
            if not await erasure.erase(connection, person_id, micros(now)):
                return False
            self._keyring.forget(person_id)
            await connection.execute(erasure.VACUUMED)
        return True

    async def sweep(self, now: datetime, after: str, keeping: Keeping) -> Swept:
        async with self._connect() as connection:
            rows = await belongings.profiles(connection, after, PORTION)
            cuts = [cut_row(row[0], keeping.cut(person_of(row, self._keyring), now)) for row in rows]
            idle = await belongings.idle_sessions(connection, [row[0] for row in rows], micros(now))
            silent = silenced_rows(idle, keeping, {row[0]: row[1] for row in cuts}, self._keyring)
            gone = await erasure.let_go(connection, cuts, silent, micros(now - UNREADABLE))
        return Swept(rows[-1][0] if len(rows) == PORTION else "", gone)

    async def verify_notes(self, seen: str = "") -> Verdict:
        async with self._connect() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            links, head = await audit.links(connection), await audit.head(connection)
        return verified(links, head, self._keyring.audit_mark, seen)

    async def rewrap(self, limit: int) -> int:
        masters = self._keyring.masters
        async with self._connect() as connection:
            old = await keys.wrapped(connection, masters.current, limit)
            rows = [(masters.rewrapped(bytes(key), f"person {person_id}"), person_id, key) for person_id, key in old]
            await keys.replace(connection, rows)
            if rows:
                return len(rows)
            secret = await keys.secret(connection)
            if masters.is_current(secret):
                return 0
            await keys.replace_secret(connection, masters.rewrapped(secret, "secret"))
            await connection.execute("""VACUUM person, meta""")
        return 1

    async def keep_sealed(self, name: str, plain: bytes) -> None:
        sql = """
            INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """
        async with self._connect() as connection:
            await connection.execute(sql, SEALED + name, self._keyring.seal_for_system(SEALED + name, plain))

    async def sealed(self, name: str) -> bytes | None:
        async with self._connect() as connection:
            found = await connection.fetchval("""SELECT value FROM meta WHERE name = $1""", SEALED + name)
        return None if found is None else self._keyring.open_for_system(SEALED + name, bytes(found))

    def mark(self, content: bytes) -> bytes:
        return self._keyring.audit_mark(content)

    async def people(self, after: str, limit: int) -> list[tuple[Person, Sequence[Entry]]]:
        async with self._connect() as connection:
            rows = await belongings.profiles(connection, after, limit)
            ratings = await belongings.ratings(connection, [row[0] for row in rows])
        of_person: dict[str, list[Row]] = defaultdict(list)
        for person_id, *rest in ratings:
            of_person[person_id].append(tuple(rest))
        found: list[tuple[Person, Sequence[Entry]]] = []
        for row in rows:
            person = person_of(row, self._keyring)
            found.append((person, [entry_of(row[0], one, self._keyring) for one in of_person[row[0]]]))
        return found
