"""Makes or checks the schema in PostgreSQL, and the database's secret."""

from __future__ import annotations

import asyncpg

from adapters.store.migrating import HEAD, must_migrate, script_to_head
from adapters.store.postgres import audit
from bot.errors import StoreError
from bot.privacy import Keyring, MasterKeys

MIGRATION_LOCK = 7_236_151  # any number; the same in every process


async def prepare(connection: asyncpg.Connection, masters: MasterKeys) -> bytes:
    """Bring the schema forward and return the wrapped secret; inside one transaction, so never half."""
    async with connection.transaction():
        await connection.execute("""SELECT pg_advisory_xact_lock($1)""", MIGRATION_LOCK)
        version = await _version(connection)
        if must_migrate(version, await _has_tables(connection), "the PostgreSQL database"):
            await connection.execute(script_to_head("postgresql", version))
        await connection.execute(
            """
            INSERT INTO meta (name, value) SELECT 'secret', $1::bytea WHERE NOT EXISTS (SELECT 1 FROM person)
            ON CONFLICT DO NOTHING
            """,
            Keyring.new_secret(masters),
        )
        secret = await connection.fetchval("""SELECT value FROM meta WHERE name = 'secret'""")
        if secret is None:
            raise StoreError("the PostgreSQL database has people but no secret; restore a back-up", permanent=True)
        if version != HEAD:
            await audit.adopt(connection, Keyring(masters, bytes(secret)).audit_mark)
    return bytes(secret)


async def _version(connection: asyncpg.Connection) -> str | None:
    if await connection.fetchval("""SELECT to_regclass('alembic_version')""") is None:
        return None
    version: str | None = await connection.fetchval("""SELECT version_num FROM alembic_version""")
    return version


async def _has_tables(connection: asyncpg.Connection) -> bool:
    sql = """SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema())"""
    return bool(await connection.fetchval(sql))
