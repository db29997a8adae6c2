"""Finds in PostgreSQL what has fallen due, and when the next thing will."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from adapters.store.due import case_due, nudge_due, wait_due
from adapters.store.postgres import check_ins
from adapters.store.rows import Row, micros
from bot.model.received import Due


async def due(connection: asyncpg.Connection, now: datetime, limit: int) -> list[Due]:
    """Return what has fallen due: cases, then waits, then nudges, each the longest due first."""
    at = micros(now)
    found = [case_due(row, now) for row in await _cases(connection, at, limit)]
    found += [wait_due(row, now) for row in await _waits(connection, at, limit - len(found))]
    found += [nudge_due(row, now) for row in await check_ins.nudges(connection, limit - len(found))]
    return found


async def _cases(connection: asyncpg.Connection, now: int, limit: int) -> list[Row]:
    return await connection.fetch(  # type: ignore[no-any-return]
        """
        SELECT person_id, case_id, next_at FROM escalation
        WHERE state <> 'resolved' AND next_at <= $1 ORDER BY next_at LIMIT $2
        """,
        now,
        limit,
    )


async def _waits(connection: asyncpg.Connection, now: int, limit: int) -> list[Row]:
    return await connection.fetch(  # type: ignore[no-any-return]
        """SELECT person_id, version FROM session WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2""",
        now,
        limit,
    )


async def open_cases(connection: asyncpg.Connection) -> list[Row]:
    """Return (person_id, case_id, body, wrapped_key) of every open case, oldest first."""
    return await connection.fetch(  # type: ignore[no-any-return]
        """
        SELECT person_id, case_id, body, wrapped_key
        FROM escalation JOIN person USING (person_id)
        WHERE state <> 'resolved'
        ORDER BY opened_at, case_id
        """
    )


async def next_event(connection: asyncpg.Connection) -> int | None:
    """Return the earliest moment at which anything waits to be done."""
    earliest: int | None = await connection.fetchval(
        """
        SELECT min(at) FROM (
            (
                SELECT queued_at AS at FROM outbox
                WHERE state = 0
                    AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.destination IN (outbox.destination, outbox.platform))
                    AND outbound_id = (
                        SELECT first.outbound_id FROM outbox AS first
                        WHERE first.destination = outbox.destination AND first.state < 3
                        ORDER BY first.lane, first.outbound_id LIMIT 1
                    )
                ORDER BY platform, lane, outbound_id LIMIT 1
            )
            UNION ALL SELECT min(ready_at) FROM outbox WHERE state IN (1, 2)
            UNION ALL SELECT min(until) FROM hold
                WHERE EXISTS (SELECT 1 FROM outbox WHERE outbox.destination = hold.destination AND state < 3)
                OR EXISTS (SELECT 1 FROM outbox WHERE outbox.platform = hold.destination AND state = 0)
            UNION ALL SELECT min(next_at) FROM escalation WHERE state <> 'resolved'
            UNION ALL SELECT min(wake_at) FROM session WHERE wake_at IS NOT NULL
            UNION ALL SELECT min(next_due_at) FROM check_in WHERE next_due_at IS NOT NULL
        ) AS waiting
        """
    )
    return earliest
