"""The store in PostgreSQL: any number of processes share it, fenced by each session's version."""

# ruff: noqa: D102  the docstrings stand on the port

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg

from adapters.store.batch import batch_of, people_of
from adapters.store.check_ins import plans_of
from adapters.store.deliveries import deliveries_of, outcomes_of
from adapters.store.installations import installation_row, installations_of
from adapters.store.loading import Asked
from adapters.store.postgres import cases, check_ins, commit, due, gauges, history, lease, load, outbox
from adapters.store.postgres import installation as installation_table
from adapters.store.postgres.errors import explained
from adapters.store.postgres.rights import PostgresRights
from adapters.store.postgres.schema import prepare
from adapters.store.rows import NOTE, micros, moment
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
from bot.ports import Examined, Fence, Installation, Loaded, Lookup, Settled, Waiting, Wanted
from bot.privacy import Keyring, MasterKeys

CONNECTIONS = 8
# Of these, so many are for what leads to a page (turns, claims, settling, leases); exports, charts, gauges and bulk
# share the others, and wait for each other when they are slow.
KEPT = 5
PLANNERS = 2
PORTION = 512  # check-ins of one transaction
CONNECT_SECONDS = 5
# Every statement of ours walks an index, row by row. Without statistics (a new table, a queue that grew in a minute)
# the planner reads and sorts everything instead. Compiling a plan costs more than any of them runs.
PLANS = {
    "application_name": "handrail",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "jit": "off",
}
COMMAND_SECONDS = 15


class PostgresStore:
    """Fills the Store port over a small pool of connections."""

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._others = asyncio.Semaphore(CONNECTIONS - KEPT)
        self.rights = PostgresRights(self._connection, keyring)

    @classmethod
    async def open(cls, url: str, masters: MasterKeys) -> PostgresStore:
        """Connect, migrate and check the key; KeyMismatch when the database was made with another one."""
        with explained():
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=CONNECTIONS,
                timeout=CONNECT_SECONDS,
                command_timeout=COMMAND_SECONDS,
                reset=_leave_as_is,
                server_settings=PLANS,
            )
        try:
            with explained():
                async with pool.acquire() as connection:
                    secret = await prepare(connection, masters)
            return cls(pool, Keyring(masters, secret))
        except BaseException:
            await pool.close()
            raise

    async def load_many(self, lookups: Sequence[Lookup], now: datetime) -> Loaded:
        asked = Asked.of(lookups, self._keyring)
        async with self._urgent_connection() as connection:
            found = await load.find(connection, asked, now)
        return loaded_of(found, self._keyring)

    async def commit_many(self, turns: Sequence[Turn]) -> None:
        async with self._urgent_connection() as connection:
            await self._learn_keys(connection, turns)
            await commit.commit(connection, batch_of(turns, self._keyring))

    async def claim_due(self, now: datetime, limit: int) -> list[Due]:
        async with self._urgent_connection() as connection:
            return await due.due(connection, now, limit)

    async def plan_check_ins(self, now: datetime, limit: int, decide: Decide) -> int:
        # Two at once: while the server writes one portion, the next one is decided here.
        share = min(PORTION, limit)
        return sum(await asyncio.gather(*(self._plan(now, share, decide) for _ in range(PLANNERS))))

    async def _plan(self, now: datetime, limit: int, decide: Decide) -> int:
        async with self._connection() as connection, connection.transaction():
            rows = await check_ins.due(connection, micros(now), limit)
            if rows:
                await check_ins.write(connection, plans_of(map(tuple, rows), decide))
            return len(rows)

    async def claim_outbox(
        self, now: datetime, wanted: Sequence[Wanted], busy: frozenset[Address], fence: Fence | None = None
    ) -> list[Delivery]:
        marks = [self._keyring.fingerprint(address) for address in busy]
        async with self._urgent_connection() as connection:
            rows = await outbox.claim(connection, micros(now), wanted, marks, fence)
        return deliveries_of(rows, self._keyring)

    async def settle(self, outcomes: Sequence[Settled], now: datetime) -> None:
        rows = outcomes_of(outcomes, micros(now), self._keyring)
        async with self._urgent_connection() as connection:
            await outbox.settle(connection, rows)

    async def open_cases(self) -> list[Escalation]:
        async with self._connection() as connection:
            return cases_of(await due.open_cases(connection), self._keyring)

    async def closed_cases(self, since: datetime, until: datetime) -> list[Escalation]:
        async with self._connection() as connection:
            return cases_of(await cases.closed(connection, micros(since), micros(until)), self._keyring)

    async def people_at(self, level: Level, since: datetime) -> int:
        async with self._connection() as connection:
            return await cases.people_at(connection, int(level), micros(since))

    async def next_event_at(self) -> datetime | None:
        async with self._connection() as connection:
            at = await due.next_event(connection)
        return None if at is None else moment(at)

    async def quarantine(self, channel: Platform, raw: bytes, at: datetime) -> None:
        name = secrets.token_hex(8)
        sealed = self._keyring.seal_for_system(f"quarantine.raw {name}", raw)
        sql = """INSERT INTO quarantine (quarantine_id, channel, at, raw) VALUES ($1, $2, $3, $4)"""
        async with self._connection() as connection:
            await connection.execute(sql, name, channel.value, micros(at), sealed)

    async def keep_note(self, name: str, value: str) -> None:
        sql = """
            INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """
        async with self._connection() as connection:
            await connection.execute(sql, NOTE + name, value.encode())

    async def notes(self, prefix: str) -> dict[str, str]:
        sql = """SELECT name, value FROM meta WHERE starts_with(name, $1)"""
        async with self._connection() as connection:
            rows = await connection.fetch(sql, NOTE + prefix)
        return {str(row["name"]).removeprefix(NOTE): bytes(row["value"]).decode() for row in rows}

    async def take_lease(self, name: str, holder: str, span: timedelta) -> Fence | None:
        async with self._urgent_connection() as connection:
            number = await lease.take(connection, name, holder, span // timedelta(microseconds=1))
        return None if number is None else Fence(name, number)

    async def drop_lease(self, name: str, holder: str) -> None:
        async with self._urgent_connection() as connection:
            await lease.drop(connection, name, holder)

    async def waiting(self) -> Waiting:
        async with self._connection() as connection:
            return waiting_of(await gauges.outbox(connection), await gauges.unclaimed(connection))

    async def examine(self) -> Examined:
        async with self._connection() as connection:
            return examined_of(await gauges.examine(connection))

    async def entries(self, person_id: str, since: datetime) -> list[Entry]:
        async with self._connection() as connection:
            rows = await history.entries(connection, person_id, micros(since))
        return entries_of(person_id, rows, self._keyring)

    async def keep_installation(self, installation: Installation, now: datetime) -> None:
        async with self._connection() as connection:
            await installation_table.keep(connection, installation_row(installation, now, self._keyring))

    async def drop_installation(self, platform: Platform, workspace: str) -> None:
        async with self._connection() as connection:
            await installation_table.drop(connection, platform.value, workspace)

    async def installations(self, platform: Platform) -> list[Installation]:
        async with self._connection() as connection:
            rows = await installation_table.all_of(connection, platform.value)
        return installations_of(platform, rows, self._keyring)

    async def close(self) -> None:
        with explained():
            await self._pool.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._others, self._urgent_connection() as connection:
            yield connection

    @asynccontextmanager
    async def _urgent_connection(self) -> AsyncIterator[asyncpg.Connection]:
        with explained():
            async with self._pool.acquire() as connection:
                yield connection

    async def _learn_keys(self, connection: asyncpg.Connection, turns: Sequence[Turn]) -> None:
        """Fetch the data keys that are not at hand: rare, because a load came before."""
        if missing := sorted(person for person in people_of(turns) if not self._keyring.knows(person)):
            for person_id, wrapped in await load.keys(connection, missing):
                self._keyring.learn(person_id, wrapped)
            if unknown := [person for person in missing if not self._keyring.knows(person)]:
                raise StoreError(f"{len(unknown)} turns are about people who do not exist", permanent=True)


async def _leave_as_is(connection: asyncpg.Connection) -> None:
    """Reset nothing: we change no setting of a connection, and asyncpg's reset is one more round trip a use."""
