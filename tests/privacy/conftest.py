"""Stores on each engine, and a room where the bot lives."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from adapters.store import migrating
from bot.privacy import Keyring, MasterKeys
from tests.bot.harness import Room, opened_room
from tests.store import raw
from tests.store.conftest import masters, second_store, store, url

__all__ = ["masters", "second_store", "store", "url"]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def migrated_from(url: str, masters: MasterKeys) -> Callable[[str], Awaitable[None]]:
    """Make a database of an older schema."""

    async def make(version: str) -> None:
        script = io.StringIO()
        config = Config()
        config.set_main_option("script_location", str(Path(migrating.__file__).with_name("migrations")))
        config.attributes.update(dialect=url.partition(":")[0], script=script, starting_rev=None)
        command.upgrade(config, version, sql=True)
        await raw.script(url, script.getvalue())
        secret = Keyring.new_secret(masters).hex()
        literal = f"x'{secret}'" if url.startswith("sqlite") else f"'\\x{secret}'::bytea"
        await raw.script(url, f"INSERT INTO meta (name, value) VALUES ('secret', {literal})")

    return make
