"""Which workspaces installed the app is kept sealed, on both engines."""

from __future__ import annotations

from bot.model.people import Platform
from bot.ports import Installation, Installations
from tests.store.people import NOW

FIRST = Installation(Platform.SLACK, "T0ONE", "token-one")


async def test_a_workspace_is_kept_replaced_and_forgotten(store: Installations) -> None:
    other = Installation(Platform.SLACK, "T0TWO", "token-two")
    for installation in (FIRST, other):
        await store.keep_installation(installation, NOW)
    assert await store.installations(Platform.SLACK) == [FIRST, other]
    newer = Installation(Platform.SLACK, "T0ONE", "token-new")
    await store.keep_installation(newer, NOW)
    await store.drop_installation(Platform.SLACK, "T0TWO")
    assert await store.installations(Platform.SLACK) == [newer]
    assert await store.installations(Platform.TELEGRAM) == []


def test_a_token_does_not_show_in_a_repr() -> None:
    assert "token-one" not in repr(FIRST)
