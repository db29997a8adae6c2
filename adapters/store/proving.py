"""Opens a restored database as the program does, and reads some people in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.store.opening import open_store
from bot.errors import StoreError
from bot.ports import Lookup
from bot.privacy import MasterKeys


async def prove(url: str, masters: MasterKeys, people: Sequence[str], now: datetime) -> None:
    """Open and migrate it, and open the sealed rows of these people; raises StoreError or KeyMismatch."""
    store = await open_store(url, masters)
    try:
        loaded = await store.load_many([Lookup(person, person_id=person) for person in people], now)
    finally:
        await store.close()
    if unread := set(people) - loaded.views.keys():
        raise StoreError(f"{len(unread)} of {len(people)} people in the back-up cannot be read; take an older one")
