"""Stores on each engine, and a room where the bot lives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.harness import Room, opened_room
from tests.store.conftest import masters, second_store, store, url

__all__ = ["masters", "second_store", "store", "url"]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as opened:
        yield opened
