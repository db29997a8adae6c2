"""Writes a batch of turns into SQLite: each table once, in one transaction."""

from __future__ import annotations

import sqlite3

from adapters.store.batch import Batch
from adapters.store.rows import Row
from adapters.store.sqlite import audit
from bot.ports import StaleSession


def commit(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write all rows; StaleSession when a session moved or a key was taken meanwhile."""
    _move_sessions(connection, batch.moved_sessions)
    try:
        _add_people(connection, batch)
        _add_turns(connection, batch.turns)
    except sqlite3.IntegrityError as error:
        raise StaleSession("another process took this message or met this person first") from error
    _change_people(connection, batch)
    _write_cases(connection, batch)
    _write_check_ins(connection, batch)
    _write_entries(connection, batch)
    _write_wishes(connection, batch)
    _add_outbounds(connection, batch.outbounds)
    _call_off(connection, batch.called_off)


def _many(connection: sqlite3.Connection, sql: str, rows: list[Row]) -> int:
    return connection.executemany(sql, rows).rowcount if rows else 0


def _move_sessions(connection: sqlite3.Connection, rows: list[Row]) -> None:
    moved = _many(
        connection,
        """UPDATE session SET version = ?, wake_at = ?, level = ?, state = ?, talked_at = ?
        WHERE person_id = ? AND version = ?""",
        rows,
    )
    if moved != len(rows):
        raise StaleSession("another process moved a session first")


def _add_people(connection: sqlite3.Connection, batch: Batch) -> None:
    _many(connection, """INSERT INTO address (fingerprint, person_id) VALUES (?, ?)""", batch.addresses)
    _many(
        connection,
        """INSERT INTO person (profile, reachable, person_id, wrapped_key, created_at) VALUES (?, ?, ?, ?, ?)""",
        batch.persons,
    )
    _many(
        connection,
        """INSERT INTO session (version, wake_at, level, state, talked_at, person_id) VALUES (?, ?, ?, ?, ?, ?)""",
        batch.sessions,
    )


def _add_turns(connection: sqlite3.Connection, rows: list[Row]) -> None:
    _many(
        connection,
        """INSERT INTO turn (person_id, received, version, at, level, events) VALUES (?, ?, ?, ?, ?, ?)""",
        rows,
    )


def _change_people(connection: sqlite3.Connection, batch: Batch) -> None:
    _many(
        connection,
        """UPDATE person SET profile = ?, reachable = ? WHERE person_id = ?""",
        batch.changed_persons,
    )
    _many(
        connection,
        """UPDATE address SET fingerprint = ?1 WHERE person_id = ?2 AND fingerprint <> ?1""",
        batch.changed_addresses,
    )


def _write_cases(connection: sqlite3.Connection, batch: Batch) -> None:
    _many(
        connection,
        """
        INSERT INTO escalation (person_id, case_id, token, state, level, staff_chat, next_at, opened_at, resolved_at,
                                outcome, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (person_id, case_id) DO UPDATE SET
            token = excluded.token, state = excluded.state, level = excluded.level, staff_chat = excluded.staff_chat,
            next_at = excluded.next_at, resolved_at = excluded.resolved_at, outcome = excluded.outcome,
            body = excluded.body
        """,
        batch.escalations,
    )
    _many(
        connection,
        """INSERT INTO case_text (person_id, case_id, version, position, at, body) VALUES (?, ?, ?, ?, ?, ?)""",
        batch.texts,
    )
    audit.add(connection, batch.audits, batch.mark)


def _write_check_ins(connection: sqlite3.Connection, batch: Batch) -> None:
    _many(
        connection,
        """DELETE FROM check_in WHERE person_id = ? AND check_in_id = ?""",
        batch.dropped_check_ins,
    )
    written = _many(
        connection,
        """
        INSERT INTO check_in (person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (person_id, check_in_id) DO UPDATE SET
            at = excluded.at, zone = excluded.zone, weekdays = excluded.weekdays, next_due_at = excluded.next_due_at,
            rhythm = excluded.rhythm, version = excluded.version
        WHERE check_in.version = excluded.version - 1
        """,
        batch.check_ins,
    )
    if written != len(batch.check_ins):
        raise StaleSession("a check-in fell due meanwhile")
    taken = _many(connection, """DELETE FROM nudge WHERE nudge_id = ? AND person_id = ?""", batch.taken_nudges)
    if taken != len(batch.taken_nudges):
        raise StaleSession("another process took a nudge first")


def _write_entries(connection: sqlite3.Connection, batch: Batch) -> None:
    _many(
        connection,
        """
        INSERT INTO entry (person_id, entry_id, at, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (person_id, entry_id) DO UPDATE SET at = excluded.at, body = excluded.body
        """,
        batch.entries,
    )
    _many(connection, """DELETE FROM entry WHERE person_id = ? AND entry_id = ?""", batch.dropped_entries)


def _write_wishes(connection: sqlite3.Connection, batch: Batch) -> None:
    _many(connection, """DELETE FROM wish WHERE person_id = ? AND kind = ?""", batch.dropped_wishes)
    _many(
        connection,
        """
        INSERT INTO wish (person_id, kind, at) VALUES (?, ?, ?)
        ON CONFLICT (person_id, kind) DO UPDATE SET at = excluded.at
        """,
        batch.wishes,
    )


def _call_off(connection: sqlite3.Connection, rows: list[Row]) -> None:
    _many(
        connection,
        """
        UPDATE outbox SET state = 4, failed = 'called off', payload = x''
        WHERE person_id = ? AND outbound_id = ? AND state < 2
        """,
        rows,
    )


def _add_outbounds(connection: sqlite3.Connection, rows: list[Row]) -> None:
    _many(
        connection,
        """
        INSERT INTO outbox (person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state,
                            ready_at, attempts, ambiguous, receipt, failed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', '')
        """,
        rows,
    )
