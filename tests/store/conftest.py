"""A store on each engine, and people to talk about."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.store.opening import open_store
from bot.ports import Store
from bot.privacy import MasterKeys
from tests.fakes.postgres import postgres_server

MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()


@pytest.fixture
def masters() -> MasterKeys:
    return MasterKeys.parse(MASTER_KEY)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'handrail.db'}"
        return
    with postgres_server() as database:
        yield database


@pytest.fixture
async def store(url: str, masters: MasterKeys) -> AsyncIterator[Store]:
    opened = await open_store(url, masters)
    yield opened
    await opened.close()


@pytest.fixture
async def second_store(url: str, store: Store, masters: MasterKeys) -> AsyncIterator[Store]:
    """The same database, opened once more as by another process."""
    opened = await open_store(url, masters)
    yield opened
    await opened.close()
