"""Leases: one holder at a time, and a number that fences off the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.model.people import Platform
from bot.ports import Fence, Leases, Store, Wanted
from tests.store.people import meet, message, queue


class Both(Store, Leases, Protocol):
    """Each engine is a store that also gives leases."""


LONG = timedelta(minutes=1)
OVER = timedelta(0)
TEN = [Wanted(Platform.TELEGRAM, 10)]


async def test_a_lease_has_one_holder_at_a_time(store: Both) -> None:
    assert await store.take_lease("sender", "one", LONG) == Fence("sender", 1)
    assert await store.take_lease("sender", "two", LONG) is None
    assert await store.take_lease("telegram", "two", LONG) == Fence("telegram", 1)


async def test_a_holder_renews_its_lease_under_the_same_number(store: Both) -> None:
    first = await store.take_lease("sender", "one", LONG)
    assert await store.take_lease("sender", "one", LONG) == first


async def test_a_lapsed_or_dropped_lease_goes_to_the_next_under_a_higher_number(store: Both) -> None:
    await store.take_lease("sender", "one", OVER)
    assert await store.take_lease("sender", "two", LONG) == Fence("sender", 2)
    await store.drop_lease("sender", "two")
    assert await store.take_lease("sender", "one", LONG) == Fence("sender", 3)


async def test_a_sender_whose_lease_went_elsewhere_claims_nothing(store: Both, second_store: Both) -> None:
    old = await store.take_lease("sender", "one", OVER)
    new = await second_store.take_lease("sender", "two", LONG)
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana", "hello"))
    later = datetime.now(UTC) + timedelta(days=1)
    assert await store.claim_outbox(later, TEN, frozenset(), old) == []
    assert len(await second_store.claim_outbox(later, TEN, frozenset(), new)) == 1
