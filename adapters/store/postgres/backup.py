"""Dumps a PostgreSQL database while it is in use, and loads a dump, with PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from adapters.store.backups import Contents, Manifest, describe
from adapters.store.postgres.errors import explained
from adapters.store.rows import Row
from adapters.store.tables import COUNTS, DOUBT_WHAT_WAITS, ERASURES, TOMBSTONES
from bot.errors import StoreError

ENGINE = "postgresql"
DROP_OURS = """
    DROP TABLE IF EXISTS address, alembic_version, audit, case_text, check_in, entry, escalation, hold, installation,
        lease, meta, nudge, outbox, person, quarantine, session, tombstone, turn, wish
"""


async def create(url: str, file: Path, now: datetime) -> Manifest:
    """Write a dump of one moment of a database, which may be written meanwhile, with its manifest."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = file.with_name(file.name + ".part")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        async with _connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            # The rows that are counted are those that are dumped, whatever is written meanwhile.
            moment = await connection.fetchval("""SELECT pg_export_snapshot()""")
            contents = await _contents(connection)
            await _program("pg_dump", url, "--format=custom", "--no-owner", f"--snapshot={moment}", f"--file={half}")
        with half.open("rb") as data:
            os.fsync(data.fileno())
        half.replace(file)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return describe(file, ENGINE, contents, now)


async def contents_of(url: str) -> Contents:
    """Return what a database holds."""
    async with _connected(url) as connection:
        return await _contents(connection)


async def some_people(url: str, limit: int) -> list[str]:
    """Return some people's ids; ids are random, so they are a fair sample."""
    async with _connected(url) as connection:
        rows = await connection.fetch("""SELECT person_id FROM person ORDER BY person_id LIMIT $1""", limit)
    return [row["person_id"] for row in rows]


async def is_empty(url: str) -> bool:
    """Whether nobody is in a database."""
    async with _connected(url) as connection:
        tables = await _tables(connection)
        return not ("person" in tables and await connection.fetchval(COUNTS["person"]))


async def users_of(url: str) -> int:
    """Return how many connections of running Handrail processes a database has."""
    sql = """SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'handrail'"""
    async with _connected(url) as connection:
        return int(await connection.fetchval(sql))


async def tombstones(url: str) -> list[Row]:
    """Return who was erased from a database."""
    async with _connected(url) as connection:
        rows = await connection.fetch(TOMBSTONES) if "tombstone" in await _tables(connection) else []
    return [tuple(row) for row in rows]


async def load(url: str, file: Path) -> None:
    """Load a dump in place of our tables."""
    async with _connected(url) as connection:
        await connection.execute(DROP_OURS)
    await _program("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", str(file))


async def make_ready(url: str, erased: list[Row]) -> None:
    """Bring a restored database up to what is known today: who was erased since, and that some was sent since."""
    async with _connected(url) as connection, connection.transaction():
        tables = await _tables(connection)
        if "tombstone" in tables:
            sql = """INSERT INTO tombstone (person_id, erased_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"""
            await connection.executemany(sql, erased)
            for table in ERASURES.keys() & tables:
                await connection.execute(ERASURES[table])
        await connection.execute(DOUBT_WHAT_WAITS)


@asynccontextmanager
async def scratch(url: str) -> AsyncIterator[str]:
    """Make an empty database on the same server, and remove it in the end."""
    name = f"handrail_scratch_{secrets.token_hex(4)}"
    await _program("createdb", url, name)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        await _program("dropdb", url, "--force", name)


async def _contents(connection: asyncpg.Connection) -> Contents:
    tables = await _tables(connection)
    if "alembic_version" not in tables:
        raise StoreError("the PostgreSQL database holds no Handrail tables", permanent=True)
    version = await connection.fetchval("""SELECT version_num FROM alembic_version""")
    return Contents(version, {name: await connection.fetchval(COUNTS[name]) for name in sorted(tables & set(COUNTS))})


async def _tables(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch("""SELECT tablename FROM pg_tables WHERE schemaname = current_schema()""")
    return {row["tablename"] for row in rows}


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    with explained():
        connection = await asyncpg.connect(url)
        try:
            yield connection
        finally:
            await connection.close()


async def _program(name: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's client programs on a database."""
    path = shutil.which(name)
    if path is None:
        raise StoreError(
            f"{name} was not found; install PostgreSQL's client programs (postgresql-client), of the server's version",
            permanent=True,
        )
    address, password = _without_password(url)
    option = "--maintenance-db" if name in {"createdb", "dropdb"} else "--dbname"
    # The password goes by the environment: everybody on the machine can read a command line.
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"} | ({"PGPASSWORD": password} if password else {})
    program = await asyncio.create_subprocess_exec(
        path, f"{option}={address}", *arguments, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, told = await program.communicate()
    if program.returncode:
        why = told.decode(errors="replace").strip().partition("\n")[0]
        raise StoreError(f"{why}; its version must be the server's or newer, and the user needs the right to do it")


def _without_password(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    netloc = f"{who.partition(':')[0]}{at}{where}"
    return parts._replace(netloc=netloc).geturl(), unquote(parts.password or "")
