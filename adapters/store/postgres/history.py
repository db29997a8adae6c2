"""Reads from PostgreSQL what a person has rated."""

from __future__ import annotations

import asyncpg

from adapters.store.rows import Row


async def entries(connection: asyncpg.Connection, person_id: str, since: int) -> list[Row]:
    """Return (entry_id, body), oldest first."""
    sql = """SELECT entry_id, body FROM entry WHERE person_id = $1 AND at >= $2 ORDER BY at"""
    return [tuple(row) for row in await connection.fetch(sql, person_id, since)]
