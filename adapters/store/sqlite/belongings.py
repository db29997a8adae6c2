"""Reads from SQLite all rows of one person, and people one after another."""

from __future__ import annotations

import sqlite3

from adapters.store.belongings import Sealed
from adapters.store.rows import Row
from adapters.store.sqlite import audit


def wishes(connection: sqlite3.Connection, now: int, limit: int) -> list[Row]:
    """Return (person_id, kind, at) of wishes that are due, the oldest first."""
    sql = """SELECT person_id, kind, at FROM wish WHERE at <= ? ORDER BY at LIMIT ?"""
    return connection.execute(sql, (now, limit)).fetchall()


def find(connection: sqlite3.Connection, fingerprint: str) -> str:
    """Return who has an address, or nothing."""
    row = connection.execute("""SELECT person_id FROM address WHERE fingerprint = ?""", (fingerprint,)).fetchone()
    return "" if row is None else str(row[0])


def is_taken(connection: sqlite3.Connection, person_id: str, fingerprint: str) -> bool:
    """Say whether a person or their address is known, or the person was erased."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM person WHERE person_id = ?1)
            OR EXISTS (SELECT 1 FROM tombstone WHERE person_id = ?1)
            OR EXISTS (SELECT 1 FROM address WHERE fingerprint = ?2)
    """
    return bool(connection.execute(sql, (person_id, fingerprint)).fetchone()[0])


def everything(connection: sqlite3.Connection, person_id: str) -> Sealed | None:
    """Return all rows of a person, in the order in which they came about."""
    person = connection.execute(
        """
        SELECT wrapped_key, profile, version, state FROM person JOIN session USING (person_id) WHERE person_id = ?
        """,
        (person_id,),
    ).fetchone()
    if person is None:
        return None

    def rows(sql: str) -> list[Row]:
        return connection.execute(sql, (person_id,)).fetchall()

    return Sealed(
        person=person,
        turns=rows(
            """
            SELECT received, version, at, level, events FROM turn WHERE person_id = ? ORDER BY at, version, received
            """
        ),
        entries=rows("""SELECT entry_id, body FROM entry WHERE person_id = ? ORDER BY at, entry_id"""),
        check_ins=rows(
            """
            SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version
            FROM check_in WHERE person_id = ? ORDER BY check_in_id
            """
        ),
        cases=rows("""SELECT case_id, body FROM escalation WHERE person_id = ? ORDER BY opened_at, case_id"""),
        texts=rows(
            """
            SELECT case_id, version, position, body FROM case_text WHERE person_id = ?
            ORDER BY case_id, version, position
            """
        ),
        notes=audit.of_person(connection, person_id),
    )


def profiles(connection: sqlite3.Connection, after: str, limit: int) -> list[Row]:
    """Return (person_id, wrapped_key, profile) of people after an id, in order."""
    sql = """SELECT person_id, wrapped_key, profile FROM person WHERE person_id > ? ORDER BY person_id LIMIT ?"""
    return connection.execute(sql, (after, limit)).fetchall()


def idle_sessions(connection: sqlite3.Connection, first: str, last: str, before: int) -> list[Row]:
    """Return (person_id, version, talked_at, state) of people from one id to another who last spoke before."""
    sql = """
        SELECT person_id, version, talked_at, state FROM session WHERE person_id BETWEEN ? AND ? AND talked_at < ?
    """
    return connection.execute(sql, (first, last, before)).fetchall()


def ratings(connection: sqlite3.Connection, first: str, last: str) -> list[Row]:
    """Return (person_id, entry_id, body) of everyone from one id to another."""
    sql = """SELECT person_id, entry_id, body FROM entry WHERE person_id BETWEEN ? AND ? ORDER BY person_id, at"""
    return connection.execute(sql, (first, last)).fetchall()
