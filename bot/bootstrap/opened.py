"""Opens the database of the settings for one command; it never makes a new database or key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.store.opening import SQLITE, open_store
from bot.bootstrap.house import KEY_FILE, master_keys
from bot.errors import SettingError
from bot.model.people import Address, Platform
from bot.rights.port import Rights
from bot.settings import Settings

if TYPE_CHECKING:
    from adapters.store.postgres.store import PostgresStore
    from adapters.store.sqlite.store import SqliteStore


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[SqliteStore | PostgresStore]:
    """Open the store that is there. Raises SettingError when there is none, or no key for it."""
    _must_be_there(settings)
    masters, _ = master_keys(settings, settings.data_dir)
    store = await open_store(settings.database, masters)
    try:
        yield store
    finally:
        await store.close()


def _must_be_there(settings: Settings) -> None:
    if settings.master_key is None and not (settings.data_dir / KEY_FILE).exists():
        raise SettingError("there is no master key; set HANDRAIL_MASTER_KEY to the key that the database was made with")
    if settings.database.startswith(SQLITE) and not Path(settings.database.removeprefix(SQLITE)).exists():
        raise SettingError(f"there is no database {settings.database.removeprefix(SQLITE)}; set HANDRAIL_DATA_DIR")


async def person_named(rights: Rights, name: str) -> str:
    """Return the id of `telegram:4711`, `slack:U0ANA` or an id as it is; SettingError for nobody."""
    platform, _, chat = name.partition(":")
    if not chat:
        return name
    if platform not in set(Platform):
        raise SettingError(f"{platform!r} is no platform; write telegram:CHAT, slack:USER, or the person's id")
    found = await rights.find(Address(Platform(platform), chat))
    if not found:
        raise SettingError(f"nobody chats there on {platform}; write telegram:CHAT, slack:USER, or the person's id")
    return found
