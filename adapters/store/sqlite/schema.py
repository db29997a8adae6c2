"""Opens a SQLite file: makes or checks its schema, and its secret against the master key."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from adapters.store.migrating import HEAD, must_migrate, script_to_head
from adapters.store.sqlite import audit
from bot.errors import StoreError
from bot.privacy import Keyring, MasterKeys


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite gives its companions the same mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        message = f"the database {path} cannot be made ({error.strerror}); give this user write access to its folder"
        raise StoreError(message, permanent=True) from error


def prepare(connection: sqlite3.Connection, path: Path, masters: MasterKeys) -> bytes:
    """Bring the schema forward and return the wrapped secret; inside one transaction, so never half."""
    version = _version(connection)
    if must_migrate(version, _has_tables(connection), f"the database {path}"):
        for statement in _statements(script_to_head("sqlite", version)):
            connection.execute(statement)
    connection.execute(
        """INSERT OR IGNORE INTO meta (name, value) SELECT 'secret', ? WHERE NOT EXISTS (SELECT 1 FROM person)""",
        (Keyring.new_secret(masters),),
    )
    row = connection.execute("""SELECT value FROM meta WHERE name = 'secret'""").fetchone()
    if row is None:
        raise StoreError(f"the database {path} has people but no secret; restore a back-up", permanent=True)
    secret = bytes(row[0])
    if version != HEAD:
        audit.adopt(connection, Keyring(masters, secret).audit_mark)
    return secret


def _version(connection: sqlite3.Connection) -> str | None:
    table = connection.execute("""SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'""").fetchone()
    row = connection.execute("""SELECT version_num FROM alembic_version""").fetchone() if table else None
    return str(row[0]) if row else None


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("""SELECT 1 FROM sqlite_master LIMIT 1""").fetchone() is not None


def _statements(script: str) -> list[str]:
    """Split a script: executescript would commit our transaction first."""
    statements, lines = [], ""
    for line in script.splitlines(keepends=True):
        lines += line
        if sqlite3.complete_statement(lines):
            statements.append(lines)
            lines = ""
    return statements
