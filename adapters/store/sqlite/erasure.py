"""Destroys what is stored in SQLite: all of one person, or what has been kept long enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from adapters.store.rows import Row

TABLES = (
    # The key goes first: whatever else would stay behind could not be read any more.
    """DELETE FROM person WHERE person_id = ?""",
    """DELETE FROM hold WHERE destination IN (SELECT fingerprint FROM address WHERE person_id = ?)""",
    """DELETE FROM address WHERE person_id = ?""",
    """DELETE FROM session WHERE person_id = ?""",
    """DELETE FROM turn WHERE person_id = ?""",
    """DELETE FROM entry WHERE person_id = ?""",
    """DELETE FROM check_in WHERE person_id = ?""",
    """DELETE FROM nudge WHERE person_id = ?""",
    """DELETE FROM case_text WHERE person_id = ?""",
    """DELETE FROM escalation WHERE person_id = ?""",
    """DELETE FROM outbox WHERE person_id = ?""",
    """DELETE FROM wish WHERE person_id = ?""",
)


def erase(connection: sqlite3.Connection, person_id: str, now: int) -> bool:
    """Erase a person unless a case is open; the chain of notes stays, it holds no words."""
    sql = """SELECT 1 FROM escalation WHERE person_id = ? AND state <> 'resolved'"""
    if connection.execute(sql, (person_id,)).fetchone() is not None:
        return False
    overwrite(connection)
    connection.execute(
        """INSERT OR IGNORE INTO tombstone (person_id, erased_at) VALUES (?, ?)""",
        (person_id, now),
    )
    for statement in TABLES:
        connection.execute(statement, (person_id,))
    return True


def let_go(connection: sqlite3.Connection, cuts: Sequence[Row], silent: Sequence[Row], unreadable: int) -> int:
    """Drop answers and words before each person's cuts: (person_id, answers, case_words, urgent_words or None).

    `silent` are idle sessions without their words: (state, person_id, version).
    """
    overwrite(connection)
    before = connection.total_changes
    connection.executemany(
        """UPDATE turn SET events = NULL WHERE person_id = ? AND at < ? AND events IS NOT NULL""",
        [(person_id, answers) for person_id, answers, _, _ in cuts],
    )
    connection.executemany(
        """
        DELETE FROM case_text WHERE person_id = ?1 AND case_id IN (
            SELECT case_id FROM escalation WHERE person_id = ?1 AND state = 'resolved' AND resolved_at < ?2
        )
        """,
        [(person_id, words) for person_id, _, words, _ in cuts],
    )
    connection.executemany(
        """DELETE FROM case_text WHERE person_id = ? AND at < ?""",
        [(person_id, urgent) for person_id, _, _, urgent in cuts if urgent is not None],
    )
    connection.executemany("""UPDATE session SET state = ? WHERE person_id = ? AND version = ?""", silent)
    connection.execute("""DELETE FROM quarantine WHERE at < ?""", (unreadable,))
    return connection.total_changes - before


def overwrite(connection: sqlite3.Connection) -> None:
    """From now on this connection writes zeros over what it deletes: DELETE alone leaves it readable in the file."""
    connection.execute("""PRAGMA secure_delete = ON""")


def empty_log(connection: sqlite3.Connection) -> bool:
    """Bring the WAL into the file and cut it off; False while someone still reads from it."""
    busy, *_ = connection.execute("""PRAGMA wal_checkpoint(TRUNCATE)""").fetchone()
    return not busy
