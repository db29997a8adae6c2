"""`handrail migrate`: brings the database forward without running the bot."""

from __future__ import annotations

from adapters.store.opening import open_store
from bot.bootstrap.house import master_keys
from bot.settings import Settings


async def migrate(settings: Settings) -> str:
    """Open the database, which brings it to the newest version in one transaction; return that version."""
    masters, _ = master_keys(settings, settings.data_dir)
    store = await open_store(settings.database, masters)
    try:
        return (await store.examine()).version
    finally:
        await store.close()
