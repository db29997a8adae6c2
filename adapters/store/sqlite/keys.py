"""Reads and replaces wrapped keys in SQLite, for a rotation of the master key."""

from __future__ import annotations

import sqlite3

from adapters.store.rows import Row


def wrapped(connection: sqlite3.Connection, current: bytes, limit: int) -> list[Row]:
    """Return (person_id, wrapped_key) of keys that are not under the current master key."""
    sql = """SELECT person_id, wrapped_key FROM person WHERE substr(wrapped_key, 1, ?) <> ? LIMIT ?"""
    return connection.execute(sql, (len(current), current, limit)).fetchall()


def secret(connection: sqlite3.Connection) -> bytes:
    """Return the database's wrapped secret."""
    return bytes(connection.execute("""SELECT value FROM meta WHERE name = 'secret'""").fetchone()[0])


def replace(connection: sqlite3.Connection, rows: list[Row]) -> None:
    """Write (new, person_id, old) keys; one that changed meanwhile is left alone."""
    connection.executemany("""UPDATE person SET wrapped_key = ? WHERE person_id = ? AND wrapped_key = ?""", rows)


def replace_secret(connection: sqlite3.Connection, new: bytes) -> None:
    """Write the wrapped secret."""
    connection.execute("""UPDATE meta SET value = ? WHERE name = 'secret'""", (new,))
