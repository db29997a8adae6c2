"""Reads from PostgreSQL all that a batch of messages needs, in a few set-based statements."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from adapters.store.loading import (
    LINKS_CLOSED,
    REMEMBERS_CLOSED,
    SHOWN_TEXTS,
    Asked,
    Leads,
    Subjects,
    subjects_of,
)
from adapters.store.rows import Row, micros
from adapters.store.views import Found


async def find(connection: asyncpg.Connection, asked: Asked, now: datetime) -> Found:
    """Return the rows that lookups lead to."""
    remembered = micros(now - REMEMBERS_CLOSED)
    leads = Leads(
        addresses=await _addresses(connection, asked),
        cards=await _cards(connection, asked),
        staff_chats=await _staff_chats(connection, asked, remembered),
        cases=await _all_cases(connection, asked, remembered),
    )
    subjects = subjects_of(asked, leads)
    if not subjects.suspects:
        return Found(subjects)
    # Sessions first: whatever moves after this moves their version too, and the commit's fence sees it. So no
    # transaction is needed around these, which saves two round trips.
    people = await _people(connection, subjects.people)
    cases = await _cases(connection, subjects.people, micros(now - LINKS_CLOSED))
    return Found(
        subjects,
        duplicates=await _duplicates(connection, subjects),
        people=people,
        cases=cases,
        texts=await _texts(connection, subjects.staff_reads(cases)),
        check_ins=await _check_ins(connection, subjects.people),
    )


async def _addresses(connection: asyncpg.Connection, asked: Asked) -> list[Row]:
    if not asked.addresses:
        return []
    return await _rows(
        connection,
        """SELECT fingerprint, person_id FROM address WHERE fingerprint = ANY ($1::text[])""",
        list(asked.addresses.values()),
    )


async def _cards(connection: asyncpg.Connection, asked: Asked) -> list[Row]:
    if not asked.cards:
        return []
    return await _rows(
        connection,
        """SELECT token, person_id FROM escalation WHERE token = ANY ($1::text[])""",
        list(asked.cards.values()),
    )


async def _staff_chats(connection: asyncpg.Connection, asked: Asked, remembered: int) -> list[Row]:
    if not asked.staff_chats:
        return []
    return await _rows(
        connection,
        """
        SELECT staff_chat, person_id, state <> 'resolved' FROM escalation
        WHERE staff_chat = ANY ($1::text[]) AND (state <> 'resolved' OR resolved_at > $2)
        ORDER BY level DESC, opened_at
        """,
        list(asked.staff_chats.values()),
        remembered,
    )


async def _all_cases(connection: asyncpg.Connection, asked: Asked, remembered: int) -> list[Row]:
    if not asked.all_open:
        return []
    return await _rows(
        connection,
        """
        SELECT person_id, state <> 'resolved' FROM escalation
        WHERE state <> 'resolved' OR resolved_at > $1
        ORDER BY level DESC, opened_at
        """,
        remembered,
    )


async def _duplicates(connection: asyncpg.Connection, subjects: Subjects) -> list[Row]:
    people, keys = zip(*subjects.suspects, strict=True)
    return await _rows(
        connection,
        """
        SELECT received
        FROM unnest($1::text[], $2::text[]) AS suspect (person_id, received) JOIN turn USING (person_id, received)
        """,
        people,
        keys,
    )


async def _people(connection: asyncpg.Connection, people: list[str]) -> list[Row]:
    return await _rows(
        connection,
        """
        SELECT person_id, wrapped_key, profile, version, state
        FROM person JOIN session USING (person_id)
        WHERE person_id = ANY ($1::text[])
        """,
        people,
    )


async def _cases(connection: asyncpg.Connection, people: list[str], linked: int) -> list[Row]:
    return await _rows(
        connection,
        """
        SELECT person_id, case_id, state, body FROM escalation
        WHERE person_id = ANY ($1::text[]) AND (state <> 'resolved' OR resolved_at > $2)
        ORDER BY resolved_at
        """,
        people,
        linked,
    )


async def _texts(connection: asyncpg.Connection, cases: list[tuple[str, str]]) -> list[Row]:
    if not cases:
        return []
    people, case_ids = zip(*cases, strict=True)
    return await _rows(
        connection,
        """
        SELECT person_id, case_id, version, position, body
        FROM unnest($1::text[], $2::text[]) AS asked (person_id, case_id), LATERAL (
            SELECT version, position, body FROM case_text
            WHERE case_text.person_id = asked.person_id AND case_text.case_id = asked.case_id
            ORDER BY version DESC, position DESC LIMIT $3
        ) AS newest
        ORDER BY person_id, version, position
        """,
        people,
        case_ids,
        SHOWN_TEXTS,
    )


async def _check_ins(connection: asyncpg.Connection, people: list[str]) -> list[Row]:
    return await _rows(
        connection,
        """
        SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version FROM check_in
        WHERE person_id = ANY ($1::text[])
        ORDER BY person_id, check_in_id
        """,
        people,
    )


async def keys(connection: asyncpg.Connection, people: list[str]) -> list[Row]:
    """Return (person_id, wrapped_key)."""
    sql = """SELECT person_id, wrapped_key FROM person WHERE person_id = ANY ($1::text[])"""
    return await _rows(connection, sql, people)


async def _rows(connection: asyncpg.Connection, sql: str, *values: object) -> list[Row]:
    return [tuple(record) for record in await connection.fetch(sql, *values)]
