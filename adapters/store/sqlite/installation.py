"""Keeps in SQLite which workspaces installed the app."""

from __future__ import annotations

import sqlite3

from adapters.store.rows import Row


def keep(connection: sqlite3.Connection, row: Row) -> None:
    """Write (platform, workspace, at, body); a newer installation replaces the older one."""
    connection.execute(
        """
        INSERT INTO installation (platform, workspace, at, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (platform, workspace) DO UPDATE SET at = excluded.at, body = excluded.body
        """,
        row,
    )


def drop(connection: sqlite3.Connection, platform: str, workspace: str) -> None:
    """Forget a workspace."""
    connection.execute("""DELETE FROM installation WHERE platform = ? AND workspace = ?""", (platform, workspace))


def all_of(connection: sqlite3.Connection, platform: str) -> list[Row]:
    """Return (workspace, body)."""
    return connection.execute(
        """SELECT workspace, body FROM installation WHERE platform = ? ORDER BY workspace""", (platform,)
    ).fetchall()
