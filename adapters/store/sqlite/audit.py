"""Writes and reads the chain of notes in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from adapters.store.rows import Row, audit_head, audit_link, audit_row, numbered, packed_head
from bot.auditing import Link, Mark, chained


def add(connection: sqlite3.Connection, notes: Iterable[Link], mark: Mark) -> None:
    """Append notes to the chain, in the transaction of what they are about."""
    if not (notes := list(notes)):
        return
    number, previous = head(connection)
    links = list(chained(numbered(notes, number), previous, mark))
    connection.executemany(
        """INSERT INTO audit (number, at, actor, act, case_id, person_id, mark) VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [audit_row(link) for link in links],
    )
    connection.execute(
        """
        INSERT INTO meta (name, value) VALUES ('audit head', ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        (packed_head(links[-1]),),
    )


def head(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Return the last number and mark of the chain."""
    row = connection.execute("""SELECT value FROM meta WHERE name = 'audit head'""").fetchone()
    return audit_head(None if row is None else bytes(row[0]))


def adopt(connection: sqlite3.Connection, mark: Mark) -> None:
    """Chain the notes of an older schema, in the transaction that brings it forward."""
    if connection.execute("""SELECT 1 FROM sqlite_master WHERE name = 'audit_unchained'""").fetchone() is None:
        return
    rows = connection.execute(
        """SELECT at, actor, act, case_id, person_id FROM audit_unchained ORDER BY at, person_id, received, position"""
    ).fetchall()
    add(connection, [Link(0, *row) for row in rows], mark)
    connection.execute("""DROP TABLE audit_unchained""")


def links(connection: sqlite3.Connection) -> Iterator[Link]:
    """Yield the whole chain in order."""
    rows = connection.execute("""SELECT number, at, actor, act, case_id, person_id, mark FROM audit ORDER BY number""")
    return (audit_link(row) for row in rows)


def of_person(connection: sqlite3.Connection, person_id: str) -> list[Row]:
    """Return the notes about a person, oldest first."""
    return connection.execute(
        """
        SELECT number, at, actor, act, case_id, person_id, mark FROM audit WHERE person_id = ? ORDER BY number
        """,
        (person_id,),
    ).fetchall()
