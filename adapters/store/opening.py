"""Opens the store that a URL names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.store.sqlite.store import SqliteStore
from bot.errors import SettingError
from bot.privacy import MasterKeys

if TYPE_CHECKING:
    from adapters.store.postgres.store import PostgresStore

SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql://", "postgres://")


async def open_store(url: str, masters: MasterKeys) -> SqliteStore | PostgresStore:
    """Open `sqlite:///path` or `postgresql://…`, migrated; raises SettingError, StoreError or KeyMismatch."""
    if url.startswith(SQLITE):
        return await SqliteStore.open(Path(url.removeprefix(SQLITE)), masters)
    if url.startswith(POSTGRESQL):
        # asyncpg is an extra: only who uses PostgreSQL installs and loads it.
        from adapters.store.postgres.store import PostgresStore

        return await PostgresStore.open(url, masters)
    raise SettingError(
        f"HANDRAIL_DATABASE_URL begins with '{url.partition(':')[0]}'; use sqlite:///path or postgresql://…"
    )
