"""Random histories: two processes on one database, and one sender with a capricious platform."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.store.deliveries import LEASE
from adapters.store.opening import open_store
from bot.model.sent import Delivery, Lane
from bot.model.turns import View
from bot.ports import Settled, StaleSession
from bot.privacy import MasterKeys
from tests.store.conftest import MASTER_KEY
from tests.store.people import NOW, address_of, claim, first_turn, from_, message, next_turn, view_of

PEOPLE = st.sampled_from(["ana", "ben", "cem"])
KEYS = st.sampled_from([f"key {number}" for number in range(6)])
STORES = st.integers(0, 1)


class WithStores(RuleBasedStateMachine):
    """Two stores on one file, driven from synchronous rules."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self._folder.name) / 'handrail.db'}"
        self.stores = [self.run(open_store(url, MasterKeys.parse(MASTER_KEY))) for _ in range(2)]

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def teardown(self) -> None:
        for store in self.stores:
            self.run(store.close())
        self._runner.close()
        self._folder.cleanup()


class TwoProcesses(WithStores):
    """Whoever decided on what another one has changed since is turned away; nobody else is."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, int] = {}
        self.taken: dict[str, set[str]] = {}
        self.held: dict[tuple[int, str], View | None] = {}

    @rule(who=STORES, name=PEOPLE)
    def load(self, who: int, name: str) -> None:
        loaded = self.run(self.stores[who].load_many([from_(name)], NOW))
        self.held[who, name] = loaded.views.get(name)

    @rule(who=STORES, name=PEOPLE, key=KEYS)
    def commit(self, who: int, name: str, key: str) -> None:
        view = self.held.get((who, name))
        turn = next_turn(view, key) if view else first_turn(name, key)
        fresh = turn.base == self.versions.get(name, 0) and key not in self.taken.get(name, ())
        try:
            self.run(self.stores[who].commit_many([turn]))
        except StaleSession:
            assert not fresh
            return
        assert fresh
        self.versions[name] = turn.view.session.version
        self.taken.setdefault(name, set()).add(key)
        self.held[who, name] = turn.view

    @rule(name=PEOPLE, key=KEYS)
    def redeliver(self, name: str, key: str) -> None:
        loaded = self.run(self.stores[0].load_many([from_(name, key)], NOW))
        assert (key in loaded.duplicates) == (key in self.taken.get(name, ()))

    @invariant()
    def sessions_are_where_the_last_commit_left_them(self) -> None:
        for name, version in self.versions.items():
            assert self.run(view_of(self.stores[1], name)).session.version == version


def place_of(delivery: Delivery) -> tuple[int, int]:
    """Its place in the order of its conversation."""
    return (int(delivery.outbound.lane), delivery.outbound.outbound_id)


class ACapriciousPlatform(WithStores):
    """Whatever a platform answers, every message goes out, in its order, and one at a time to each conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0
        self.views: dict[str, View] = {}
        self.waiting: dict[int, Delivery | None] = {}
        self.queued: dict[str, list[tuple[int, int]]] = {}
        self.leased_at: dict[int, int] = {}

    @rule(name=PEOPLE, lanes=st.lists(st.sampled_from(list(Lane)), min_size=1, max_size=3))
    def say(self, name: str, lanes: list[Lane]) -> None:
        said = tuple(message(name, lane=lane) for lane in lanes)
        view = self.views.get(name)
        key = f"turn {len(self.waiting)} {self.seconds} {said[0].outbound_id}"
        turn = next_turn(view, key, outbounds=said) if view else first_turn(name, key, outbounds=said)
        self.run(self.stores[0].commit_many([turn]))
        self.views[name] = turn.view
        self.queued.setdefault(name, []).extend((int(one.lane), one.outbound_id) for one in said)

    @rule(limit=st.integers(1, 4), busy=st.sets(PEOPLE, max_size=1), who=STORES)
    def claim_some(self, limit: int, busy: set[str], who: int) -> None:
        addresses = frozenset(address_of(name) for name in busy)
        found = self.run(claim(self.stores[who], self.seconds, limit, addresses))
        assert len(found) <= limit
        assert [place_of(one) for one in found] == sorted(place_of(one) for one in found)
        numbers = {one.outbound.outbound_id for one in found}
        for delivery in found:
            outbound = delivery.outbound
            assert outbound.person_id not in busy
            # It is the first of its conversation, or a page that comes with those before it; nobody else is sending it.
            ahead = {number for lane, number in self.queued[outbound.person_id] if (lane, number) < place_of(delivery)}
            assert ahead <= (numbers if outbound.lane is Lane.PAGE else set())
            leased_at = self.leased_at.get(outbound.outbound_id)
            assert leased_at is None or (delivery.ambiguous and self.seconds >= leased_at + 8)
            self.waiting[outbound.outbound_id] = delivery
            self.leased_at[outbound.outbound_id] = self.seconds

    @precondition(lambda self: self.leased_at)
    @rule(data=st.data(), end=st.sampled_from(["sent", "failed", "retry", "hold", "silence"]))
    def answer(self, data: st.DataObject, end: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.leased_at)))
        delivery = self.waiting[number]
        assert delivery is not None
        later = NOW + timedelta(seconds=self.seconds + 3)
        outcome = {
            "sent": Settled(delivery, receipt="r"),
            "failed": Settled(delivery, failed="refused"),
            "retry": Settled(delivery, retry_at=later),
            "hold": Settled(delivery, hold_scope_until=later),
        }
        if end in outcome:
            self.run(self.stores[0].settle([outcome[end]], NOW + timedelta(seconds=self.seconds)))
            del self.leased_at[number]
        if end in {"sent", "failed"}:
            self.queued[delivery.outbound.person_id].remove(place_of(delivery))

    @rule(seconds=st.integers(1, 10))
    def wait(self, seconds: int) -> None:
        self.seconds += seconds

    def teardown(self) -> None:
        """In the end everything that was queued goes out."""
        self.seconds += int(LEASE.total_seconds()) + 3
        while found := self.run(claim(self.stores[0], self.seconds)):
            for delivery in found:
                self.queued[delivery.outbound.person_id].remove(place_of(delivery))
            self.run(self.stores[0].settle([Settled(delivery, receipt="r") for delivery in found], NOW))
        assert not any(self.queued.values())
        super().teardown()


TestTwoProcesses = TwoProcesses.TestCase
TestTwoProcesses.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestACapriciousPlatform = ACapriciousPlatform.TestCase
TestACapriciousPlatform.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
