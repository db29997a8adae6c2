"""Counts in PostgreSQL what waits."""

from __future__ import annotations

import asyncpg

from adapters.store.rows import Row


async def outbox(connection: asyncpg.Connection) -> list[Row]:
    """Return (lane, how many, the oldest queued_at)."""
    sql = """SELECT lane, count(*), min(queued_at) FROM outbox WHERE state < 3 GROUP BY lane"""
    return [tuple(row) for row in await connection.fetch(sql)]


async def unclaimed(connection: asyncpg.Connection) -> Row:
    """Return (how many, the oldest opened_at) of the cases that nobody has taken."""
    sql = """SELECT count(*), min(opened_at) FROM escalation WHERE state = 'paging'"""
    return tuple(await connection.fetchrow(sql))


async def examine(connection: asyncpg.Connection) -> Row:
    """Return (version, people, ok, the clock in microseconds); PostgreSQL checks its pages as it reads them."""
    version = await connection.fetchval("""SELECT version_num FROM alembic_version""")
    people = await connection.fetchval("""SELECT count(*) FROM address""")
    now = await connection.fetchval("""SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint""")
    return version, people, "ok", now
