"""Plans due check-ins in SQLite, many in one transaction, and queues their nudges."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from itertools import chain

from adapters.store.check_ins import ROOM, Plans
from adapters.store.rows import Row
from bot.model.sent import Lane
from bot.ports import StaleSession

FIRST = (0, "", "")
MOVE = """
    UPDATE check_in
    SET next_due_at = given.column1, at = given.column2, rhythm = given.column3, version = check_in.version + 1
    FROM (VALUES :rows) AS given
    WHERE person_id = given.column4 AND check_in_id = given.column5 AND version = given.column6
"""
QUEUE = """INSERT INTO nudge (person_id, check_in_id, due_at, kind) VALUES :rows"""


def due(connection: sqlite3.Connection, now: int, limit: int, after: tuple[int, str, str]) -> list[Row]:
    """Return due check-ins after (next_due_at, person_id, check_in_id), with what their decision needs."""
    # Sub-queries, each one probe of a primary key: the rows of a moment lie side by side in every table.
    return connection.execute(
        """
        SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version,
            (SELECT talked_at FROM session WHERE session.person_id = check_in.person_id),
            (SELECT max(resolved_at) FROM escalation WHERE escalation.person_id = check_in.person_id),
            EXISTS (SELECT 1 FROM escalation WHERE escalation.person_id = check_in.person_id AND state <> 'resolved')
        FROM check_in
        WHERE next_due_at <= ? AND (next_due_at, person_id, check_in_id) > (?, ?, ?)
        ORDER BY next_due_at, person_id, check_in_id LIMIT ?
        """,
        (now, *after, limit),
    ).fetchall()


def write(connection: sqlite3.Connection, plans: Plans) -> None:
    """Move the due times and queue the nudges; StaleSession when another process planned one of them first."""
    # One call each, with all rows as its parameters: executemany would ask for Python's lock at every row, and the
    # thread that decides on the next rows holds it.
    moved = connection.execute(MOVE.replace(":rows", _places(6, len(plans.moved))), _flat(plans.moved)).rowcount
    if moved != len(plans.moved):
        raise StaleSession("another process planned a check-in first")
    if plans.nudges:
        connection.execute(QUEUE.replace(":rows", _places(4, len(plans.nudges))), _flat(plans.nudges))


@lru_cache(maxsize=512)
def _places(columns: int, rows: int) -> str:
    """Return the places of a statement's parameters: `(?, ?), (?, ?)`."""
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)


def _flat(rows: list[Row]) -> list[object]:
    return list(chain.from_iterable(rows))


def nudges(connection: sqlite3.Connection, limit: int) -> list[Row]:
    """Return (person_id, check_in_id, due_at, nudge_id, kind) of the oldest nudges that the outbox has room for."""
    waiting = connection.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM outbox WHERE state = 0 AND platform IN ('console', 'telegram', 'slack') AND lane = ? LIMIT ?
        )
        """,
        (int(Lane.NUDGE), ROOM),
    ).fetchone()[0]
    return connection.execute(
        """SELECT person_id, check_in_id, due_at, nudge_id, kind FROM nudge ORDER BY nudge_id LIMIT ?""",
        (max(0, min(limit, ROOM - waiting)),),
    ).fetchall()
