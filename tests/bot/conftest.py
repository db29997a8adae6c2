"""The room that most tests of the core play in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.harness import Room, opened_room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as room:
        yield room


@pytest.fixture
async def ana(room: Room) -> Room:
    """The room, in which Ana is known and has agreed to everything."""
    await room.meet()
    return room
