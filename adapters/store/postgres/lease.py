"""Leases in PostgreSQL: which process polls a bot and which one sends. The server's clock decides."""

from __future__ import annotations

import asyncpg

from bot.ports import Fence


async def take(connection: asyncpg.Connection, name: str, holder: str, micros: int) -> int | None:
    """Take or renew a lease for so long; return its number, which grows with every change of holder."""
    number: int | None = await connection.fetchval(
        """
        INSERT INTO lease (name, holder, number, until)
        VALUES ($1, $2, 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3)
        ON CONFLICT (name) DO UPDATE SET
            number = lease.number + (lease.holder <> excluded.holder)::int,
            holder = excluded.holder,
            until = excluded.until
        WHERE lease.holder = excluded.holder
            OR lease.until <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
        RETURNING number
        """,
        name,
        holder,
        micros,
    )
    return number


async def drop(connection: asyncpg.Connection, name: str, holder: str) -> None:
    """Let another process have the lease at once."""
    await connection.execute("""UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2""", name, holder)


async def stands(connection: asyncpg.Connection, fence: Fence) -> bool:
    """Say whether a lease still has this number; it keeps it until the transaction ends."""
    sql = """SELECT 1 FROM lease WHERE name = $1 AND number = $2 FOR SHARE"""
    return await connection.fetchval(sql, fence.name, fence.number) is not None
