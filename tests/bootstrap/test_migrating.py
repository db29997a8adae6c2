"""`handrail migrate` makes or brings forward a database and says its version."""

from __future__ import annotations

from pathlib import Path

from adapters.store.migrating import HEAD
from bot.bootstrap.migrating import migrate
from bot.settings import Settings


async def test_a_new_database_is_made_at_the_newest_version(tmp_path: Path) -> None:
    assert await migrate(Settings(data_dir=tmp_path)) == HEAD
    assert await migrate(Settings(data_dir=tmp_path)) == HEAD
