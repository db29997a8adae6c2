"""Claims and settles deliveries in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

import msgspec

from adapters.store.deliveries import RELEASED_AT_ONCE, Outcomes, lease_micros
from adapters.store.rows import Row
from adapters.store.sqlite import lease
from bot.ports import Fence


def claim(
    connection: sqlite3.Connection, now: int, limit: int, busy: Collection[str], fence: Fence | None
) -> list[Row]:
    """Lease what can be sent now, at most one message for each destination: its next one."""
    if fence is not None and not lease.stands(connection, fence):
        return []
    _release(connection, now)
    rows = _ready(connection, limit, msgspec.json.encode(list(busy)).decode())
    connection.executemany(
        """
        UPDATE outbox SET state = 2, attempts = attempts + 1, ready_at = ? WHERE person_id = ? AND outbound_id = ?
        """,
        [(now + lease_micros(lane), person_id, outbound_id) for lane, person_id, outbound_id, *_ in rows],
    )
    return [row[1:] for row in rows]


def _release(connection: sqlite3.Connection, now: int) -> None:
    """Let delayed rows wait again, with those whose sender died: nobody knows whether these arrived."""
    connection.execute("""DELETE FROM hold WHERE until <= ?""", (now,))
    connection.execute(
        """
        UPDATE outbox SET state = 0, ambiguous = max(ambiguous, state = 2)
        WHERE rowid IN (SELECT rowid FROM outbox WHERE state IN (1, 2) AND ready_at <= ? ORDER BY ready_at LIMIT ?)
        """,
        (now, RELEASED_AT_ONCE),
    )


def _ready(connection: sqlite3.Connection, limit: int, busy: str) -> list[Row]:
    # The first unfinished row of a destination stands for all of them: while it is being sent or delayed, those behind
    # it wait (first in, first out), and a more urgent lane is in front by its order.
    return connection.execute(
        """
        SELECT lane, outbox.person_id, outbound_id, attempts + 1, ambiguous, payload, wrapped_key,
            (SELECT edited.receipt FROM outbox AS edited
             WHERE edited.person_id = outbox.person_id AND edited.outbound_id = outbox.edits)
        FROM outbox INDEXED BY outbox_waiting JOIN person ON person.person_id = outbox.person_id
        WHERE state = 0
            AND destination NOT IN (SELECT value FROM json_each(?))
            AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.destination = outbox.destination)
            AND outbound_id = (
                SELECT first.outbound_id FROM outbox AS first
                WHERE first.destination = outbox.destination AND first.state < 3
                ORDER BY first.lane, first.outbound_id LIMIT 1
            )
        ORDER BY lane, outbound_id
        LIMIT ?
        """,
        (busy, limit),
    ).fetchall()


def settle(connection: sqlite3.Connection, outcomes: Outcomes) -> None:
    """Write how deliveries ended; a late word about an attempt that another sender repeated changes nothing."""
    if outcomes.sent:
        connection.executemany(
            """
            UPDATE outbox SET receipt = ?, state = 3, payload = x'' WHERE person_id = ? AND outbound_id = ?
            """,
            outcomes.sent,
        )
    if outcomes.delayed:
        connection.executemany(
            """
            UPDATE outbox SET ready_at = ?, attempts = ?, ambiguous = ?, state = 1
            WHERE person_id = ? AND outbound_id = ? AND attempts = ? AND state < 3
            """,
            outcomes.delayed,
        )
    if outcomes.failed:
        connection.executemany(
            """
            UPDATE outbox SET failed = ?, state = 4, payload = x''
            WHERE person_id = ? AND outbound_id = ? AND attempts = ? AND state < 3
            """,
            outcomes.failed,
        )
    if outcomes.holds:
        connection.executemany(
            """
            INSERT INTO hold (destination, until) VALUES (?, ?)
            ON CONFLICT (destination) DO UPDATE SET until = max(until, excluded.until)
            """,
            list(outcomes.holds.items()),
        )
