"""Reads from PostgreSQL all rows of one person, and people one after another."""

from __future__ import annotations

import asyncpg

from adapters.store.belongings import Sealed
from adapters.store.postgres import audit
from adapters.store.rows import Row


async def wishes(connection: asyncpg.Connection, now: int, limit: int) -> list[Row]:
    """Return (person_id, kind, at) of wishes that are due, the oldest first."""
    sql = """SELECT person_id, kind, at FROM wish WHERE at <= $1 ORDER BY at LIMIT $2"""
    return [tuple(row) for row in await connection.fetch(sql, now, limit)]


async def find(connection: asyncpg.Connection, fingerprint: str) -> str:
    """Return who has an address, or nothing."""
    found = await connection.fetchval("""SELECT person_id FROM address WHERE fingerprint = $1""", fingerprint)
    return str(found or "")


async def is_taken(connection: asyncpg.Connection, person_id: str, fingerprint: str) -> bool:
    """Say whether a person or their address is known, or the person was erased."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM person WHERE person_id = $1)
            OR EXISTS (SELECT 1 FROM tombstone WHERE person_id = $1)
            OR EXISTS (SELECT 1 FROM address WHERE fingerprint = $2)
    """
    return bool(await connection.fetchval(sql, person_id, fingerprint))


async def everything(connection: asyncpg.Connection, person_id: str) -> Sealed | None:
    """Return all rows of a person, in the order in which they came about."""
    person = await connection.fetchrow(
        """
        SELECT wrapped_key, profile, version, state FROM person JOIN session USING (person_id) WHERE person_id = $1
        """,
        person_id,
    )
    if person is None:
        return None

    async def rows(sql: str) -> list[Row]:
        return [tuple(row) for row in await connection.fetch(sql, person_id)]

    return Sealed(
        person=tuple(person),
        turns=await rows(
            """
            SELECT received, version, at, level, events FROM turn WHERE person_id = $1
            ORDER BY at, version, received COLLATE "C"
            """
        ),
        entries=await rows(
            """SELECT entry_id, body FROM entry WHERE person_id = $1 ORDER BY at, entry_id COLLATE "C" """
        ),
        check_ins=await rows(
            """
            SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version
            FROM check_in WHERE person_id = $1 ORDER BY check_in_id COLLATE "C"
            """
        ),
        cases=await rows(
            """SELECT case_id, body FROM escalation WHERE person_id = $1 ORDER BY opened_at, case_id COLLATE "C" """
        ),
        texts=await rows(
            """
            SELECT case_id, version, position, body FROM case_text WHERE person_id = $1
            ORDER BY case_id COLLATE "C", version, position
            """
        ),
        notes=await audit.of_person(connection, person_id),
    )


async def profiles(connection: asyncpg.Connection, after: str, limit: int) -> list[Row]:
    """Return (person_id, wrapped_key, profile) of people after an id, in order."""
    sql = """SELECT person_id, wrapped_key, profile FROM person WHERE person_id > $1 ORDER BY person_id LIMIT $2"""
    return [tuple(row) for row in await connection.fetch(sql, after, limit)]


async def idle_sessions(connection: asyncpg.Connection, people: list[str], before: int) -> list[Row]:
    """Return (person_id, version, talked_at, state) of people who last spoke before."""
    sql = """SELECT person_id, version, talked_at, state FROM session WHERE person_id = ANY ($1) AND talked_at < $2"""
    return [tuple(row) for row in await connection.fetch(sql, people, before)]


async def ratings(connection: asyncpg.Connection, people: list[str]) -> list[Row]:
    """Return (person_id, entry_id, body) of people."""
    sql = """SELECT person_id, entry_id, body FROM entry WHERE person_id = ANY ($1) ORDER BY person_id, at"""
    return [tuple(row) for row in await connection.fetch(sql, people)]
