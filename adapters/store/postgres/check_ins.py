"""Plans due check-ins in PostgreSQL, many in one transaction, and queues their nudges; processes share the work."""

from __future__ import annotations

import asyncpg

from adapters.store.check_ins import ROOM, Plans
from adapters.store.rows import Row
from bot.model.sent import Lane


async def due(connection: asyncpg.Connection, now: int, limit: int) -> list[Row]:
    """Lock and return due check-ins with what their decision needs; what another process holds is passed over."""
    return await connection.fetch(  # type: ignore[no-any-return]
        """
        SELECT person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version,
            (SELECT talked_at FROM session WHERE session.person_id = check_in.person_id),
            (SELECT max(resolved_at) FROM escalation WHERE escalation.person_id = check_in.person_id),
            EXISTS (SELECT 1 FROM escalation WHERE escalation.person_id = check_in.person_id AND state <> 'resolved')
        FROM check_in
        WHERE next_due_at <= $1
        ORDER BY next_due_at LIMIT $2
        FOR UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )


async def write(connection: asyncpg.Connection, plans: Plans) -> None:
    """Move the due times of locked rows and queue the nudges."""
    await connection.execute(
        """
        UPDATE check_in
        SET next_due_at = given.next_due_at, at = given.at, rhythm = given.rhythm, version = check_in.version + 1
        FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::bigint[])
            AS given (next_due_at, at, rhythm, person_id, check_in_id, version)
        WHERE check_in.person_id = given.person_id AND check_in.check_in_id = given.check_in_id
            AND check_in.version = given.version
        """,
        *zip(*plans.moved, strict=True),
    )
    if plans.nudges:
        await connection.execute(
            """
            INSERT INTO nudge (person_id, check_in_id, due_at, kind)
            SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
            """,
            *zip(*plans.nudges, strict=True),
        )


async def nudges(connection: asyncpg.Connection, limit: int) -> list[Row]:
    """Return (person_id, check_in_id, due_at, nudge_id, kind) of the oldest nudges that the outbox has room for."""
    return await connection.fetch(  # type: ignore[no-any-return]
        """
        SELECT person_id, check_in_id, due_at, nudge_id, kind FROM nudge ORDER BY nudge_id
        LIMIT greatest(0, least($1, $2 - (
            SELECT count(*) FROM (
                SELECT 1 FROM outbox
                WHERE state = 0 AND platform IN ('console', 'telegram', 'slack') AND lane = $3 LIMIT $2
            ) AS waiting
        )))
        """,
        limit,
        ROOM,
        int(Lane.NUDGE),
    )
