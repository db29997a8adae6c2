"""Reads from SQLite what a person has rated."""

from __future__ import annotations

import sqlite3

from adapters.store.rows import Row


def entries(connection: sqlite3.Connection, person_id: str, since: int) -> list[Row]:
    """Return (entry_id, body), oldest first."""
    return connection.execute(
        """SELECT entry_id, body FROM entry WHERE person_id = ? AND at >= ? ORDER BY at""", (person_id, since)
    ).fetchall()
