"""Leases in SQLite: which process polls a bot and which one sends."""

from __future__ import annotations

import sqlite3

from bot.ports import Fence


def take(connection: sqlite3.Connection, name: str, holder: str, micros: int) -> int | None:
    """Take or renew a lease for so long; return its number, which grows with every change of holder."""
    row = connection.execute(
        """
        INSERT INTO lease (name, holder, number, until)
        VALUES (?1, ?2, 1, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) + ?3)
        ON CONFLICT (name) DO UPDATE SET
            number = lease.number + (lease.holder <> excluded.holder),
            holder = excluded.holder,
            until = excluded.until
        WHERE lease.holder = excluded.holder
            OR lease.until <= CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
        RETURNING number
        """,
        (name, holder, micros),
    ).fetchone()
    return None if row is None else int(row[0])


def drop(connection: sqlite3.Connection, name: str, holder: str) -> None:
    """Let another process have the lease at once."""
    connection.execute("""UPDATE lease SET until = 0 WHERE name = ? AND holder = ?""", (name, holder))


def stands(connection: sqlite3.Connection, fence: Fence) -> bool:
    """Say whether a lease still has this number."""
    sql = """SELECT 1 FROM lease WHERE name = ? AND number = ?"""
    return connection.execute(sql, (fence.name, fence.number)).fetchone() is not None
