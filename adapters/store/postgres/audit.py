"""Writes and reads the chain of notes in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg

from adapters.store.rows import Row, audit_head, audit_link, audit_row, numbered, packed_head
from bot.auditing import Link, Mark, chained

CHAIN_LOCK = 7_236_152  # any number of its own; the same in every process


async def add(connection: asyncpg.Connection, notes: Iterable[Link], mark: Mark) -> None:
    """Append notes to the chain, in the transaction of what they are about."""
    if not (notes := list(notes)):
        return
    # Notes are few; two processes that add one each must not both follow the same mark.
    await connection.execute("""SELECT pg_advisory_xact_lock($1)""", CHAIN_LOCK)
    number, previous = await head(connection)
    links = list(chained(numbered(notes, number), previous, mark))
    await connection.execute(
        """
        INSERT INTO audit (number, at, actor, act, case_id, person_id, mark)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
        """,
        *zip(*(audit_row(link) for link in links), strict=True),
    )
    await connection.execute(
        """
        INSERT INTO meta (name, value) VALUES ('audit head', $1)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        packed_head(links[-1]),
    )


async def head(connection: asyncpg.Connection) -> tuple[int, bytes]:
    """Return the last number and mark of the chain."""
    return audit_head(await connection.fetchval("""SELECT value FROM meta WHERE name = 'audit head'"""))


async def adopt(connection: asyncpg.Connection, mark: Mark) -> None:
    """Chain the notes of an older schema, in the transaction that brings it forward."""
    if await connection.fetchval("""SELECT to_regclass('audit_unchained')""") is None:
        return
    rows = await connection.fetch(
        """SELECT at, actor, act, case_id, person_id FROM audit_unchained ORDER BY at, person_id, received, position"""
    )
    await add(connection, [Link(0, *row) for row in rows], mark)
    await connection.execute("""DROP TABLE audit_unchained""")


async def links(connection: asyncpg.Connection) -> list[Link]:
    """Return the whole chain in order."""
    rows = await connection.fetch(
        """SELECT number, at, actor, act, case_id, person_id, mark FROM audit ORDER BY number"""
    )
    return [audit_link(tuple(row)) for row in rows]


async def of_person(connection: asyncpg.Connection, person_id: str) -> list[Row]:
    """Return the notes about a person, oldest first."""
    rows = await connection.fetch(
        """
        SELECT number, at, actor, act, case_id, person_id, mark FROM audit WHERE person_id = $1 ORDER BY number
        """,
        person_id,
    )
    return [tuple(row) for row in rows]
