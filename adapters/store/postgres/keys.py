"""Reads and replaces wrapped keys in PostgreSQL, for a rotation of the master key."""

from __future__ import annotations

import asyncpg

from adapters.store.rows import Row


async def wrapped(connection: asyncpg.Connection, current: bytes, limit: int) -> list[Row]:
    """Return (person_id, wrapped_key) of keys that are not under the current master key."""
    sql = """SELECT person_id, wrapped_key FROM person WHERE substr(wrapped_key, 1, $1) <> $2 LIMIT $3"""
    return [tuple(row) for row in await connection.fetch(sql, len(current), current, limit)]


async def secret(connection: asyncpg.Connection) -> bytes:
    """Return the database's wrapped secret."""
    return bytes(await connection.fetchval("""SELECT value FROM meta WHERE name = 'secret'"""))


async def replace(connection: asyncpg.Connection, rows: list[Row]) -> None:
    """Write (new, person_id, old) keys; one that changed meanwhile is left alone."""
    await connection.executemany(
        """UPDATE person SET wrapped_key = $1 WHERE person_id = $2 AND wrapped_key = $3""", rows
    )


async def replace_secret(connection: asyncpg.Connection, new: bytes) -> None:
    """Write the wrapped secret."""
    await connection.execute("""UPDATE meta SET value = $1 WHERE name = 'secret'""", new)
