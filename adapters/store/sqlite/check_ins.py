"""Plans due check-ins in SQLite, many in one transaction, and queues their nudges."""

from __future__ import annotations

import sqlite3

from adapters.store.check_ins import ROOM, Plans
from adapters.store.rows import Row
from bot.model import Lane
from bot.ports import StaleSession


def due(connection: sqlite3.Connection, now: int, limit: int) -> list[Row]:
    """Return due check-ins with what their decision needs; those of one moment come in the order of their people."""
    # Sub-queries, each one probe of a primary key: the rows of a moment lie side by side in every table.
    return connection.execute(
        """
        SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version,
            (SELECT talked_at FROM session WHERE session.person_id = check_in.person_id),
            (SELECT max(resolved_at) FROM escalation WHERE escalation.person_id = check_in.person_id),
            EXISTS (SELECT 1 FROM escalation WHERE escalation.person_id = check_in.person_id AND state <> 'resolved')
        FROM check_in
        WHERE next_due_at <= ?
        ORDER BY next_due_at LIMIT ?
        """,
        (now, limit),
    ).fetchall()


def write(connection: sqlite3.Connection, plans: Plans) -> None:
    """Move the due times and queue the nudges; StaleSession when another process planned one of them first."""
    moved = connection.executemany(
        """
        UPDATE check_in SET next_due_at = ?, at = ?, rhythm = ?, version = version + 1
        WHERE person_id = ? AND check_in_id = ? AND version = ?
        """,
        plans.moved,
    ).rowcount
    if moved != len(plans.moved):
        raise StaleSession("another process planned a check-in first")
    connection.executemany(
        """INSERT INTO nudge (person_id, check_in_id, due_at, kind) VALUES (?, ?, ?, ?)""",
        plans.nudges,
    )


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
