"""Reads from SQLite all that a batch of messages needs, in a few set-based statements."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

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


def find(connection: sqlite3.Connection, asked: Asked, now: datetime) -> Found:
    """Return the rows that lookups lead to."""
    remembered = micros(now - REMEMBERS_CLOSED)
    leads = Leads(
        addresses=_addresses(connection, asked),
        cards=_cards(connection, asked),
        staff_chats=_staff_chats(connection, asked, remembered),
        cases=_all_cases(connection, asked, remembered),
    )
    subjects = subjects_of(asked, leads)
    if not subjects.suspects:
        return Found(subjects)
    people = _list(subjects.people)
    cases = _cases(connection, people, micros(now - LINKS_CLOSED))
    return Found(
        subjects,
        duplicates=_duplicates(connection, subjects),
        people=_people(connection, people),
        cases=cases,
        texts=_texts(connection, subjects.staff_reads(cases)),
        check_ins=_check_ins(connection, people),
    )


def _list(values: object) -> str:
    """Return values as one JSON parameter, which json_each turns into rows."""
    return msgspec.json.encode(values).decode()


def _addresses(connection: sqlite3.Connection, asked: Asked) -> list[Row]:
    if not asked.addresses:
        return []
    return connection.execute(
        """SELECT fingerprint, person_id FROM json_each(?) JOIN address ON fingerprint = value""",
        (_list(list(asked.addresses.values())),),
    ).fetchall()


def _cards(connection: sqlite3.Connection, asked: Asked) -> list[Row]:
    if not asked.cards:
        return []
    return connection.execute(
        """SELECT token, person_id FROM json_each(?) JOIN escalation ON token = value""",
        (_list(list(asked.cards.values())),),
    ).fetchall()


def _staff_chats(connection: sqlite3.Connection, asked: Asked, remembered: int) -> list[Row]:
    if not asked.staff_chats:
        return []
    return connection.execute(
        """
        SELECT staff_chat, person_id, state <> 'resolved'
        FROM json_each(?) JOIN escalation ON staff_chat = value
        WHERE state <> 'resolved' OR resolved_at > ?
        ORDER BY level DESC, opened_at
        """,
        (_list(list(asked.staff_chats.values())), remembered),
    ).fetchall()


def _all_cases(connection: sqlite3.Connection, asked: Asked, remembered: int) -> list[Row]:
    if not asked.all_open:
        return []
    return connection.execute(
        """
        SELECT person_id, state <> 'resolved' FROM escalation
        WHERE state <> 'resolved' OR resolved_at > ?
        ORDER BY level DESC, opened_at
        """,
        (remembered,),
    ).fetchall()


def _duplicates(connection: sqlite3.Connection, subjects: Subjects) -> list[Row]:
    return connection.execute(
        """
        SELECT received
        FROM json_each(?) AS suspect JOIN turn
            ON person_id = json_extract(suspect.value, '$[0]') AND received = json_extract(suspect.value, '$[1]')
        """,
        (_list(subjects.suspects),),
    ).fetchall()


def _people(connection: sqlite3.Connection, people: str) -> list[Row]:
    return connection.execute(
        """
        SELECT person.person_id, wrapped_key, profile, version, state
        FROM json_each(?)
            JOIN person ON person.person_id = value
            JOIN session ON session.person_id = value
        """,
        (people,),
    ).fetchall()


def _cases(connection: sqlite3.Connection, people: str, linked: int) -> list[Row]:
    return connection.execute(
        """
        SELECT person_id, case_id, state, body
        FROM json_each(?) JOIN escalation ON person_id = value
        WHERE state <> 'resolved' OR resolved_at > ?
        ORDER BY resolved_at
        """,
        (people, linked),
    ).fetchall()


def _texts(connection: sqlite3.Connection, cases: list[tuple[str, str]]) -> list[Row]:
    if not cases:
        return []
    return connection.execute(
        """
        SELECT person_id, case_id, version, position, body
        FROM (
            SELECT person_id, case_id, version, position, body,
                row_number() OVER (PARTITION BY person_id ORDER BY version DESC, position DESC) AS age
            FROM json_each(?) AS asked JOIN case_text
                ON person_id = json_extract(asked.value, '$[0]') AND case_id = json_extract(asked.value, '$[1]')
        )
        WHERE age <= ?
        ORDER BY person_id, version, position
        """,
        (_list(cases), SHOWN_TEXTS),
    ).fetchall()


def _check_ins(connection: sqlite3.Connection, people: str) -> list[Row]:
    return connection.execute(
        """
        SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version
        FROM json_each(?) JOIN check_in ON person_id = value
        ORDER BY person_id, check_in_id
        """,
        (people,),
    ).fetchall()


def keys(connection: sqlite3.Connection, people: list[str]) -> list[Row]:
    """Return (person_id, wrapped_key)."""
    return connection.execute(
        """SELECT person_id, wrapped_key FROM json_each(?) JOIN person ON person_id = value""",
        (_list(people),),
    ).fetchall()
