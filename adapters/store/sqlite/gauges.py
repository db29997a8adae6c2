"""Counts in SQLite what waits."""

from __future__ import annotations

import sqlite3

from adapters.store.rows import Row


def outbox(connection: sqlite3.Connection) -> list[Row]:
    """Return (lane, how many, the oldest queued_at)."""
    return connection.execute(
        """SELECT lane, count(*), min(queued_at) FROM outbox WHERE state < 3 GROUP BY lane"""
    ).fetchall()


def unclaimed(connection: sqlite3.Connection) -> Row:
    """Return (how many, the oldest opened_at) of the cases that nobody has taken."""
    row: Row = connection.execute(
        """SELECT count(*), min(opened_at) FROM escalation WHERE state = 'paging'"""
    ).fetchone()
    return row


def examine(connection: sqlite3.Connection) -> Row:
    """Return (version, people, ok or what is damaged, the clock in microseconds)."""
    (version,) = connection.execute("""SELECT version_num FROM alembic_version""").fetchone()
    (people,) = connection.execute("""SELECT count(*) FROM address""").fetchone()
    (sound,) = connection.execute("""PRAGMA quick_check(1)""").fetchone()
    (now,) = connection.execute("""SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)""").fetchone()
    return version, people, sound, now
