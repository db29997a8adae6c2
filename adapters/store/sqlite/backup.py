"""Copies a SQLite database while it is in use, looks into a copy, and puts one in its place."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from adapters.store.backups import FOLDER, Contents, Manifest, describe
from adapters.store.migrating import HEAD, KNOWN
from adapters.store.rows import Row
from adapters.store.sqlite.errors import explained
from adapters.store.tables import COUNTS, DOUBT_WHAT_WAITS, ERASURES, TOMBSTONES
from bot.errors import StoreError

ENGINE = "sqlite"
COMPANIONS = ("-wal", "-shm")
BUSY_SECONDS = 5.0


def create(database: Path, file: Path, now: datetime) -> Manifest:
    """Write a back-up of a database, which may be written meanwhile, with its manifest.

    VACUUM INTO reads one moment of the database, its WAL included, and leaves out what was deleted.
    """
    half = _half(file)
    with explained(file):
        try:
            with closing(_open(database)) as connection:
                connection.execute("""VACUUM INTO ?""", (str(half),))
            contents = contents_of(half)
            _sync(half)
            half.replace(file)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
    return describe(file, ENGINE, contents, now)


def keep_before_upgrade(database: Path) -> None:
    """Back up a database of an earlier schema with people in it, before it is brought forward."""
    if database.stat().st_size == 0:
        return
    with explained(database), closing(_open(database)) as connection:
        if "alembic_version" not in _tables(connection):
            return
        row = connection.execute("""SELECT version_num FROM alembic_version""").fetchone()
        (people,) = connection.execute(COUNTS["person"]).fetchone()
    if row and row[0] in KNOWN and row[0] != HEAD and people:
        create(database, database.parent / FOLDER / f"{database.stem}-schema-{row[0]}.db", datetime.now(UTC))


def copy(file: Path, to: Path) -> None:
    """Copy a back-up, which nobody writes."""
    shutil.copyfile(file, to)
    to.chmod(0o600)


def contents_of(database: Path) -> Contents:
    """Return what a sound database holds; StoreError when it is damaged."""
    with explained(database), closing(_open(database)) as connection:
        (sound,) = connection.execute("""PRAGMA integrity_check(1)""").fetchone()
        if sound != "ok":
            raise StoreError(f"{database} is damaged ({sound}); take an older back-up", permanent=True)
        if "alembic_version" not in _tables(connection):
            raise StoreError(f"{database} holds no Handrail database", permanent=True)
        (version,) = connection.execute("""SELECT version_num FROM alembic_version""").fetchone()
        counts = {table: connection.execute(COUNTS[table]).fetchone()[0] for table in _tables(connection) & set(COUNTS)}
    return Contents(version, dict(sorted(counts.items())))


def some_people(database: Path, limit: int) -> list[str]:
    """Return some people's ids; ids are random, so they are a fair sample."""
    with explained(database), closing(_open(database)) as connection:
        sql = """SELECT person_id FROM person ORDER BY person_id LIMIT ?"""
        return [person_id for (person_id,) in connection.execute(sql, (limit,))]


def is_empty(database: Path) -> bool:
    """Whether nobody is in a database, or there is none. One that cannot be read is not empty."""
    if not database.exists() or database.stat().st_size == 0:
        return True
    try:
        counts = contents_of(database).counts
    except StoreError:
        return False
    return not counts["person"] and not counts["quarantine"]


def tombstones(database: Path) -> list[Row]:
    """Return who was erased from a database, as far as it can be read."""
    if not database.exists():
        return []
    try:
        with closing(_open(database)) as connection:
            return connection.execute(TOMBSTONES).fetchall() if "tombstone" in _tables(connection) else []
    except sqlite3.Error:
        return []


def make_ready(database: Path, erased: list[Row]) -> None:
    """Bring a restored database up to what is known today: who was erased since, and that some was sent since."""
    with explained(database), closing(_open(database)) as connection:
        connection.execute("""BEGIN IMMEDIATE""")
        tables = _tables(connection)
        if "tombstone" in tables:
            sql = """INSERT OR IGNORE INTO tombstone (person_id, erased_at) VALUES (?, ?)"""
            connection.executemany(sql, erased)
            for table in ERASURES.keys() & tables:
                connection.execute(ERASURES[table])
        connection.execute(DOUBT_WHAT_WAITS)
        connection.execute("""COMMIT""")
        connection.execute("""VACUUM""")
        connection.execute("""PRAGMA wal_checkpoint(TRUNCATE)""")


def put_in_place(restored: Path, database: Path, aside: Path) -> None:
    """Let a restored file be the database; the one before is kept under another name."""
    if database.exists():
        for companion in COMPANIONS:
            before = database.with_name(database.name + companion)
            if before.exists():
                before.replace(aside.with_name(aside.name + companion))
        # A link, not a move: at no moment is there no database, which the next start would take for a new one.
        os.link(database, aside)
    _sync(restored)
    restored.replace(database)


def _half(file: Path) -> Path:
    """Make an empty private file beside a back-up that is to be; SQLite takes it as it is."""
    half = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        message = f"the back-up {file} cannot be written ({error.strerror}); give this user write access to its folder"
        raise StoreError(message, permanent=True) from error
    return half


def _open(database: Path) -> sqlite3.Connection:
    if not database.exists():
        raise StoreError(f"there is no database {database}", permanent=True)
    return sqlite3.connect(database, isolation_level=None, timeout=BUSY_SECONDS)


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("""SELECT name FROM sqlite_master WHERE type = 'table'""")}


def _sync(file: Path) -> None:
    with file.open("rb") as data:
        os.fsync(data.fileno())
