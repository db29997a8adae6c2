"""Claims and settles deliveries in PostgreSQL; any number of senders share the work."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from adapters.store.deliveries import RELEASED_AT_ONCE, Outcomes, lease_micros
from adapters.store.postgres import lease
from adapters.store.rows import Row
from bot.model.sent import Lane
from bot.ports import Fence, Wanted


async def claim(
    connection: asyncpg.Connection, now: int, wanted: Sequence[Wanted], busy: list[str], fence: Fence | None
) -> list[Row]:
    """Lease what can be sent now: of each destination its next message, or all pages that wait for it."""
    async with connection.transaction():
        if fence is not None and not await lease.stands(connection, fence):
            return []
        await _release(connection, now)
        rows = [row for one in wanted for row in await _lease(connection, now, one, busy)]
    return [tuple(row)[2:] for row in rows]


async def _release(connection: asyncpg.Connection, now: int) -> None:
    """Let delayed rows wait again, with those whose sender died: nobody knows whether these arrived."""
    await connection.execute(
        """
        DELETE FROM hold
        WHERE destination IN (SELECT destination FROM hold WHERE until <= $1 FOR UPDATE SKIP LOCKED)
        """,
        now,
    )
    await connection.execute(
        """
        UPDATE outbox SET state = 0, ambiguous = ambiguous + (state = 2)::int
        WHERE (person_id, outbound_id) IN (
            SELECT person_id, outbound_id FROM outbox
            WHERE state IN (1, 2) AND ready_at <= $1
            ORDER BY ready_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        """,
        now,
        RELEASED_AT_ONCE,
    )


async def _lease(connection: asyncpg.Connection, now: int, wanted: Wanted, busy: list[str]) -> list[asyncpg.Record]:
    # The first unfinished row of a destination stands for all of them: while it is being sent or delayed, those behind
    # it wait (first in, first out), and a more urgent lane is in front by its order. Pages wait only for pages that
    # were not sent yet: the sender joins those that come together.
    # Scalar sub-queries, not joins: a join may be planned as a hash over the whole queue, these probe an index.
    rows: list[asyncpg.Record] = await connection.fetch(
        """
        WITH ready AS MATERIALIZED (
            SELECT person_id, outbound_id FROM outbox
            WHERE state = 0 AND platform = $6 AND lane BETWEEN $7 AND $8
                AND (SELECT until FROM hold WHERE hold.destination = $6) IS NULL
                AND destination <> ALL ($1::text[])
                AND (SELECT until FROM hold WHERE hold.destination = outbox.destination) IS NULL
                AND CASE WHEN lane = 0 AND edits = 0
                    THEN (
                        SELECT first.outbound_id FROM outbox AS first
                        WHERE first.destination = outbox.destination AND first.state < 3 AND first.state > 0
                            AND first.lane = 0 AND first.outbound_id < outbox.outbound_id
                        LIMIT 1
                    ) IS NULL
                    ELSE outbound_id = (
                        SELECT first.outbound_id FROM outbox AS first
                        WHERE first.destination = outbox.destination AND first.state < 3
                        ORDER BY first.lane, first.outbound_id LIMIT 1
                    )
                END
            ORDER BY lane, outbound_id
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox
        SET state = 2, attempts = attempts + 1, ready_at = CASE WHEN lane <= $3 THEN $4::bigint ELSE $5::bigint END
        FROM ready JOIN person USING (person_id)
        WHERE outbox.person_id = ready.person_id AND outbox.outbound_id = ready.outbound_id
        RETURNING lane, outbox.outbound_id AS in_order, outbox.person_id, outbox.outbound_id, attempts, ambiguous,
            payload, wrapped_key,
            (SELECT edited.receipt FROM outbox AS edited
             WHERE edited.person_id = outbox.person_id AND edited.outbound_id = outbox.edits)
        """,
        busy,
        wanted.limit,
        int(Lane.SAFETY),
        now + lease_micros(Lane.SAFETY),
        now + lease_micros(Lane.REPLY),
        wanted.platform.value,
        int(wanted.first),
        int(wanted.last),
    )
    return sorted(rows, key=lambda row: (row["lane"], row["in_order"]))


async def settle(connection: asyncpg.Connection, outcomes: Outcomes) -> None:
    """Write how deliveries ended; a late word about an attempt that another sender repeated changes nothing."""
    async with connection.transaction():
        await _sent(connection, outcomes.sent)
        await _delayed(connection, outcomes.delayed)
        await _failed(connection, outcomes.failed)
        await _holds(connection, outcomes.holds)


async def _sent(connection: asyncpg.Connection, rows: list[Row]) -> None:
    if rows:
        await connection.execute(
            """
            UPDATE outbox SET receipt = given.receipt, state = 3, payload = ''
            FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (receipt, person_id, outbound_id)
            WHERE outbox.person_id = given.person_id AND outbox.outbound_id = given.outbound_id
            """,
            *zip(*rows, strict=True),
        )


async def _delayed(connection: asyncpg.Connection, rows: list[Row]) -> None:
    if rows:
        await connection.execute(
            """
            UPDATE outbox
            SET ready_at = given.ready_at, attempts = given.attempts, ambiguous = given.ambiguous, state = 1
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])
                AS given (ready_at, attempts, ambiguous, person_id, outbound_id, attempt)
            WHERE outbox.person_id = given.person_id AND outbox.outbound_id = given.outbound_id
                AND outbox.attempts = given.attempt AND state < 3
            """,
            *zip(*rows, strict=True),
        )


async def _failed(connection: asyncpg.Connection, rows: list[Row]) -> None:
    if rows:
        await connection.execute(
            """
            UPDATE outbox SET failed = given.failed, state = 4, payload = ''
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
                AS given (failed, person_id, outbound_id, attempt)
            WHERE outbox.person_id = given.person_id AND outbox.outbound_id = given.outbound_id
                AND outbox.attempts = given.attempt AND state < 3
            """,
            *zip(*rows, strict=True),
        )


async def _holds(connection: asyncpg.Connection, holds: dict[str, int]) -> None:
    if holds:
        await connection.execute(
            """
            INSERT INTO hold (destination, until) SELECT * FROM unnest($1::text[], $2::bigint[])
            ON CONFLICT (destination) DO UPDATE SET until = greatest(hold.until, excluded.until)
            """,
            list(holds),
            list(holds.values()),
        )
