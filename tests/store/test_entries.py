"""What a person has rated comes back, on both engines."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from bot.model.schedules import Entry
from bot.ports import History, Store
from tests.store.people import NOW, first_turn, next_turn, view_of

DAY = timedelta(days=1)


class HistoryStore(Store, History):
    """Both ports of one store."""


def rated(entry_id: str, days_ago: int, value: float) -> Entry:
    return Entry(entry_id, "ana", "mood", value, NOW - days_ago * DAY)


async def test_ratings_since_a_moment_come_oldest_first(store: HistoryStore):
    await store.commit_many([first_turn("ana"), first_turn("bob")])
    turn = next_turn(await view_of(store, "ana"), "rates")
    entries = (rated("b", 1, 4), rated("a", 13, 2), rated("c", 15, 1))
    await store.commit_many([msgspec.structs.replace(turn, entries=entries)])
    assert await store.entries("ana", NOW - 14 * DAY) == [rated("a", 13, 2), rated("b", 1, 4)]
    assert await store.entries("bob", NOW - 14 * DAY) == []
