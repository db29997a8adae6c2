"""Claims and settles deliveries in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

import msgspec

from adapters.store.deliveries import RELEASED_AT_ONCE, Outcomes, lease_micros
from adapters.store.rows import Row
from adapters.store.sqlite import lease
from bot.ports import Fence, Wanted


def claim(
    connection: sqlite3.Connection, now: int, wanted: Sequence[Wanted], busy: Collection[str], fence: Fence | None
) -> list[Row]:
    """Lease what can be sent now: of each destination its next message, or all pages that wait for it."""
    if fence is not None and not lease.stands(connection, fence):
        return []
    _release(connection, now)
    marks = msgspec.json.encode(list(busy)).decode()
    rows = [row for one in wanted for row in _ready(connection, one, marks)]
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
        UPDATE outbox SET state = 0, ambiguous = ambiguous + (state = 2)
        WHERE rowid IN (SELECT rowid FROM outbox WHERE state IN (1, 2) AND ready_at <= ? ORDER BY ready_at LIMIT ?)
        """,
        (now, RELEASED_AT_ONCE),
    )


def _ready(connection: sqlite3.Connection, wanted: Wanted, busy: str) -> list[Row]:
    # The first unfinished row of a destination stands for all of them: while it is being sent or delayed, those behind
    # it wait (first in, first out), and a more urgent lane is in front by its order. Pages wait only for pages that
    # were not sent yet: the sender joins those that come together.
    return connection.execute(
        """
        SELECT lane, outbox.person_id, outbound_id, attempts + 1, ambiguous, payload, wrapped_key,
            (SELECT edited.receipt FROM outbox AS edited
             WHERE edited.person_id = outbox.person_id AND edited.outbound_id = outbox.edits)
        FROM outbox INDEXED BY outbox_waiting JOIN person ON person.person_id = outbox.person_id
        WHERE state = 0 AND platform = ?1 AND lane BETWEEN ?2 AND ?3
            AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.destination = ?1)
            AND destination NOT IN (SELECT value FROM json_each(?4))
            AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.destination = outbox.destination)
            AND CASE WHEN lane = 0 AND edits = 0
                THEN NOT EXISTS (
                    SELECT 1 FROM outbox AS first
                    WHERE first.destination = outbox.destination AND first.lane = 0
                        AND first.state < 3 AND first.state > 0 AND first.outbound_id < outbox.outbound_id
                )
                ELSE outbound_id = (
                    SELECT first.outbound_id FROM outbox AS first
                    WHERE first.destination = outbox.destination AND first.state < 3
                    ORDER BY first.lane, first.outbound_id LIMIT 1
                )
            END
        ORDER BY lane, outbound_id
        LIMIT ?5
        """,
        (wanted.platform.value, int(wanted.first), int(wanted.last), busy, wanted.limit),
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
