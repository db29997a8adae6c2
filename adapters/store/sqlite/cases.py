"""Reads from SQLite the cases that were closed, and how many people stood at a level."""

from __future__ import annotations

import sqlite3

from adapters.store.rows import Row


def closed(connection: sqlite3.Connection, since: int, until: int) -> list[Row]:
    """Return (person_id, case_id, body, wrapped_key) of the cases closed in a stretch of time, oldest first."""
    return connection.execute(
        """
        SELECT person_id, case_id, body, wrapped_key
        FROM escalation JOIN person USING (person_id)
        WHERE resolved_at >= ? AND resolved_at < ? ORDER BY resolved_at, case_id
        """,
        (since, until),
    ).fetchall()


def people_at(connection: sqlite3.Connection, level: int, since: int) -> int:
    """Return how many people who wrote since then stand at a level."""
    sql = """SELECT count(*) FROM session WHERE level = ? AND talked_at >= ?"""
    (count,) = connection.execute(sql, (level, since)).fetchone()
    return int(count)
