"""Brings a database to the newest schema, in one transaction, or refuses and says what to do."""

from __future__ import annotations

import io
from pathlib import Path

from bot.errors import StoreError

HEAD = "0005"
KNOWN = ("0001", "0002", "0003", "0004", "0005")


def script_to_head(dialect: str, version: str | None) -> str:
    """Return the SQL that leads from a version (None: an empty database) to the newest one."""
    # Alembic brings SQLAlchemy, half a second of import that a database at the newest version never pays.
    from alembic import command
    from alembic.config import Config

    script = io.StringIO()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes.update(dialect=dialect, script=script, starting_rev=version)
    # An offline script and not a connection: the engines' own drivers run it inside one transaction of ours, where
    # Alembic's SQLite support would commit each table for itself and leave half a schema after a crash.
    command.upgrade(config, f"{version or 'base'}:head", sql=True)
    return script.getvalue()


def must_migrate(version: str | None, has_tables: bool, where: str) -> bool:
    """Whether the schema has to be brought forward; refuses one that is newer or half made."""
    if version == HEAD:
        return False
    if version is not None and version not in KNOWN:
        raise StoreError(
            f"{where} was written by a newer Handrail (schema {version}, this one knows {HEAD});"
            " start the newer version, or restore a back-up made by this one",
            permanent=True,
        )
    if version is None and has_tables:
        raise StoreError(
            f"{where} holds tables but no schema version, so it is half made or not Handrail's;"
            " restore a back-up, or set HANDRAIL_DATABASE_URL to another database",
            permanent=True,
        )
    return True
