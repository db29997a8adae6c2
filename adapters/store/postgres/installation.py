"""Keeps in PostgreSQL which workspaces installed the app."""

from __future__ import annotations

import asyncpg

from adapters.store.rows import Row


async def keep(connection: asyncpg.Connection, row: Row) -> None:
    """Write (platform, workspace, at, body); a newer installation replaces the older one."""
    await connection.execute(
        """
        INSERT INTO installation (platform, workspace, at, body) VALUES ($1, $2, $3, $4)
        ON CONFLICT (platform, workspace) DO UPDATE SET at = excluded.at, body = excluded.body
        """,
        *row,
    )


async def drop(connection: asyncpg.Connection, platform: str, workspace: str) -> None:
    """Forget a workspace."""
    await connection.execute("""DELETE FROM installation WHERE platform = $1 AND workspace = $2""", platform, workspace)


async def all_of(connection: asyncpg.Connection, platform: str) -> list[Row]:
    """Return (workspace, body)."""
    sql = """SELECT workspace, body FROM installation WHERE platform = $1 ORDER BY workspace"""
    return [tuple(row) for row in await connection.fetch(sql, platform)]
