"""Ana, who is known and has agreed to everything, and stores on both engines."""

from __future__ import annotations

from tests.bot.conftest import ana, room
from tests.store.conftest import masters, second_store, store, url

__all__ = ["ana", "masters", "room", "second_store", "store", "url"]
