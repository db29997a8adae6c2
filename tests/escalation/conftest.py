"""A room on a database of its own, with Ana known in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.harness import Room, opened_room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    """The default policy, and a rota without shifts: everyone is paged each time."""
    async with opened_room(tmp_path) as opened:
        await opened.meet()
        yield opened
