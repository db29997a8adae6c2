"""Writes a batch of turns into PostgreSQL: each table once, in one transaction."""

from __future__ import annotations

import asyncpg

from adapters.store.batch import Batch
from adapters.store.postgres import audit
from adapters.store.rows import Row
from bot.ports import StaleSession

RACED = frozenset({"address", "person", "session", "turn"})


async def commit(connection: asyncpg.Connection, batch: Batch) -> None:
    """Write all rows; StaleSession when a session moved or a key was taken meanwhile."""
    try:
        async with connection.transaction():
            await _move_sessions(connection, batch.moved_sessions)
            await _add_people(connection, batch)
            await _add_turns(connection, batch.turns)
            await _change_people(connection, batch)
            await _write_cases(connection, batch)
            await _write_check_ins(connection, batch)
            await _write_entries(connection, batch)
            await _write_wishes(connection, batch)
            await _add_outbounds(connection, batch.outbounds)
            await _call_off(connection, batch.called_off)
            # Last: whoever adds notes waits for the one before to commit.
            await audit.add(connection, batch.audits, batch.mark)
    except asyncpg.UniqueViolationError as error:
        if error.table_name not in RACED:
            raise
        raise StaleSession("another process took this message or met this person first") from error


async def _many(connection: asyncpg.Connection, sql: str, rows: list[Row]) -> int:
    """Run a statement whose parameters are the rows' columns, and return how many rows it touched."""
    if not rows:
        return 0
    status = await connection.execute(sql, *zip(*rows, strict=True))
    return int(status.rpartition(" ")[2])


async def _move_sessions(connection: asyncpg.Connection, rows: list[Row]) -> None:
    # Locked in the order of ids first: an UPDATE alone locks in the order of its plan, and two could wait for ever.
    moved = await _many(
        connection,
        """
        WITH given AS (
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::text[],
                                 $7::bigint[])
                AS given (version, wake_at, level, state, talked_at, person_id, base)
        ), locked AS MATERIALIZED (
            SELECT person_id FROM session WHERE person_id = ANY ($6) ORDER BY person_id FOR UPDATE
        )
        UPDATE session
        SET version = given.version, wake_at = given.wake_at, level = given.level, state = given.state,
            talked_at = given.talked_at
        FROM given JOIN locked USING (person_id)
        WHERE session.person_id = given.person_id AND session.version = given.base
        """,
        rows,
    )
    if moved != len(rows):
        raise StaleSession("another process moved a session first")


async def _add_people(connection: asyncpg.Connection, batch: Batch) -> None:
    await _many(
        connection,
        """
        INSERT INTO address (fingerprint, person_id)
        SELECT * FROM unnest($1::text[], $2::text[]) AS given (fingerprint, person_id) ORDER BY fingerprint
        """,
        batch.addresses,
    )
    await _many(
        connection,
        """
        INSERT INTO person (profile, reachable, person_id, wrapped_key, created_at)
        SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::bytea[], $5::bigint[])
        """,
        batch.persons,
    )
    await _many(
        connection,
        """
        INSERT INTO session (version, wake_at, level, state, talked_at, person_id)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::text[])
        """,
        batch.sessions,
    )


async def _add_turns(connection: asyncpg.Connection, rows: list[Row]) -> None:
    await _many(
        connection,
        """
        INSERT INTO turn (person_id, received, version, at, level, events)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[])
        """,
        rows,
    )


async def _change_people(connection: asyncpg.Connection, batch: Batch) -> None:
    await _many(
        connection,
        """
        UPDATE person SET profile = given.profile, reachable = given.reachable
        FROM unnest($1::bytea[], $2::bigint[], $3::text[]) AS given (profile, reachable, person_id)
        WHERE person.person_id = given.person_id
        """,
        batch.changed_persons,
    )
    await _many(
        connection,
        """
        UPDATE address SET fingerprint = given.fingerprint
        FROM unnest($1::text[], $2::text[]) AS given (fingerprint, person_id)
        WHERE address.person_id = given.person_id AND address.fingerprint <> given.fingerprint
        """,
        batch.changed_addresses,
    )


async def _write_cases(connection: asyncpg.Connection, batch: Batch) -> None:
    await _many(
        connection,
        """
        INSERT INTO escalation (person_id, case_id, token, state, level, staff_chat, next_at, opened_at, resolved_at,
                                outcome, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
                             $8::bigint[], $9::bigint[], $10::text[], $11::bytea[])
        ON CONFLICT (person_id, case_id) DO UPDATE SET
            token = excluded.token, state = excluded.state, level = excluded.level, staff_chat = excluded.staff_chat,
            next_at = excluded.next_at, resolved_at = excluded.resolved_at, outcome = excluded.outcome,
            body = excluded.body
        """,
        batch.escalations,
    )
    await _many(
        connection,
        """
        INSERT INTO case_text (person_id, case_id, version, position, at, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[])
        """,
        batch.texts,
    )


async def _write_check_ins(connection: asyncpg.Connection, batch: Batch) -> None:
    await _many(
        connection,
        """
        DELETE FROM check_in USING unnest($1::text[], $2::text[]) AS given (person_id, check_in_id)
        WHERE check_in.person_id = given.person_id AND check_in.check_in_id = given.check_in_id
        """,
        batch.dropped_check_ins,
    )
    written = await _many(
        connection,
        """
        INSERT INTO check_in (person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[],
                             $8::bigint[])
        ON CONFLICT (person_id, check_in_id) DO UPDATE SET
            at = excluded.at, zone = excluded.zone, weekdays = excluded.weekdays, next_due_at = excluded.next_due_at,
            rhythm = excluded.rhythm, version = excluded.version
        WHERE check_in.version = excluded.version - 1
        """,
        batch.check_ins,
    )
    if written != len(batch.check_ins):
        raise StaleSession("a check-in fell due meanwhile")
    taken = await _many(
        connection,
        """
        DELETE FROM nudge USING unnest($1::bigint[], $2::text[]) AS given (nudge_id, person_id)
        WHERE nudge.nudge_id = given.nudge_id AND nudge.person_id = given.person_id
        """,
        batch.taken_nudges,
    )
    if taken != len(batch.taken_nudges):
        raise StaleSession("another process took a nudge first")


async def _write_entries(connection: asyncpg.Connection, batch: Batch) -> None:
    await _many(
        connection,
        """
        INSERT INTO entry (person_id, entry_id, at, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[])
        ON CONFLICT (person_id, entry_id) DO UPDATE SET at = excluded.at, body = excluded.body
        """,
        batch.entries,
    )
    await _many(
        connection,
        """
        DELETE FROM entry USING unnest($1::text[], $2::text[]) AS given (person_id, entry_id)
        WHERE entry.person_id = given.person_id AND entry.entry_id = given.entry_id
        """,
        batch.dropped_entries,
    )


async def _write_wishes(connection: asyncpg.Connection, batch: Batch) -> None:
    await _many(
        connection,
        """
        DELETE FROM wish USING unnest($1::text[], $2::text[]) AS given (person_id, kind)
        WHERE wish.person_id = given.person_id AND wish.kind = given.kind
        """,
        batch.dropped_wishes,
    )
    await _many(
        connection,
        """
        INSERT INTO wish (person_id, kind, at) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
        ON CONFLICT (person_id, kind) DO UPDATE SET at = excluded.at
        """,
        batch.wishes,
    )


async def _call_off(connection: asyncpg.Connection, rows: list[Row]) -> None:
    await _many(
        connection,
        """
        UPDATE outbox SET state = 4, failed = 'called off', payload = ''
        FROM unnest($1::text[], $2::bigint[]) AS given (person_id, outbound_id)
        WHERE outbox.person_id = given.person_id AND outbox.outbound_id = given.outbound_id AND state < 2
        """,
        rows,
    )


async def _add_outbounds(connection: asyncpg.Connection, rows: list[Row]) -> None:
    await _many(
        connection,
        """
        INSERT INTO outbox (person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state,
                            ready_at, attempts, ambiguous, receipt, failed)
        SELECT given.*, 0, 0, '', ''
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
                    $8::bytea[], $9::bigint[], $10::bigint[])
            AS given
        """,
        rows,
    )
