"""Reads from PostgreSQL the cases that were closed, and how many people stood at a level."""

from __future__ import annotations

import asyncpg

from adapters.store.rows import Row


async def closed(connection: asyncpg.Connection, since: int, until: int) -> list[Row]:
    """Return (person_id, case_id, body, wrapped_key) of the cases closed in a stretch of time, oldest first."""
    rows = await connection.fetch(
        """
        SELECT person_id, case_id, body, wrapped_key
        FROM escalation JOIN person USING (person_id)
        WHERE resolved_at >= $1 AND resolved_at < $2 ORDER BY resolved_at, case_id
        """,
        since,
        until,
    )
    return [tuple(row) for row in rows]


async def people_at(connection: asyncpg.Connection, level: int, since: int) -> int:
    """Return how many people who wrote since then stand at a level."""
    sql = """SELECT count(*) FROM session WHERE level = $1 AND talked_at >= $2"""
    return int(await connection.fetchval(sql, level, since))
