"""Destroys what is stored in PostgreSQL: all of one person, or what has been kept long enough."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from adapters.store.rows import Row

TABLES = (
    # The key goes first: whatever else would stay behind could not be read any more.
    """DELETE FROM person WHERE person_id = $1""",
    """DELETE FROM hold WHERE destination IN (SELECT fingerprint FROM address WHERE person_id = $1)""",
    """DELETE FROM address WHERE person_id = $1""",
    """DELETE FROM session WHERE person_id = $1""",
    """DELETE FROM turn WHERE person_id = $1""",
    """DELETE FROM entry WHERE person_id = $1""",
    """DELETE FROM check_in WHERE person_id = $1""",
    """DELETE FROM nudge WHERE person_id = $1""",
    """DELETE FROM case_text WHERE person_id = $1""",
    """DELETE FROM escalation WHERE person_id = $1""",
    """DELETE FROM outbox WHERE person_id = $1""",
    """DELETE FROM wish WHERE person_id = $1""",
)
# Dead rows stay in their pages until a vacuum; the person's key is one of them.
VACUUMED = """VACUUM person, session, turn, entry, case_text, escalation, outbox"""


async def erase(connection: asyncpg.Connection, person_id: str, now: int) -> bool:
    """Erase a person unless a case is open; the chain of notes stays, it holds no words."""
    async with connection.transaction():
        # A turn of theirs that is under way waits, and then finds nobody.
        await connection.execute("""SELECT 1 FROM session WHERE person_id = $1 FOR UPDATE""", person_id)
        sql = """SELECT 1 FROM escalation WHERE person_id = $1 AND state <> 'resolved'"""
        if await connection.fetchval(sql, person_id) is not None:
            return False
        await connection.execute(
            """INSERT INTO tombstone (person_id, erased_at) VALUES ($1, $2) ON CONFLICT DO NOTHING""", person_id, now
        )
        for statement in TABLES:
            await connection.execute(statement, person_id)
    return True


async def let_go(connection: asyncpg.Connection, cuts: Sequence[Row], silent: Sequence[Row], unreadable: int) -> int:
    """Drop answers and words before each person's cuts: (person_id, answers, case_words, urgent_words or None).

    `silent` are idle sessions without their words: (state, person_id, version).
    """
    columns = [list(column) for column in zip(*cuts, strict=True)] or [[], [], [], []]
    async with connection.transaction():
        await connection.executemany(
            """UPDATE session SET state = $1 WHERE person_id = $2 AND version = $3""", list(silent)
        )
        gone = [
            await connection.execute(
                """
                UPDATE turn SET events = NULL
                FROM unnest($1::text[], $2::bigint[]) AS given (person_id, before)
                WHERE turn.person_id = given.person_id AND turn.at < given.before AND events IS NOT NULL
                """,
                *columns[:2],
            ),
            await connection.execute(
                """
                DELETE FROM case_text USING unnest($1::text[], $2::bigint[]) AS given (person_id, before), escalation
                WHERE case_text.person_id = given.person_id AND escalation.person_id = given.person_id
                    AND escalation.case_id = case_text.case_id
                    AND state = 'resolved' AND resolved_at < given.before
                """,
                columns[0],
                columns[2],
            ),
            await connection.execute(
                """
                DELETE FROM case_text USING unnest($1::text[], $2::bigint[]) AS given (person_id, before)
                WHERE case_text.person_id = given.person_id AND case_text.at < given.before
                """,
                columns[0],
                columns[3],
            ),
            await connection.execute("""DELETE FROM quarantine WHERE at < $1""", unreadable),
        ]
    return sum(int(status.rpartition(" ")[2]) for status in gone)
