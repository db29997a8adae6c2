"""What holds of PostgreSQL alone: a server that dies, a URL that is wrong, plans that stay fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from adapters.store.opening import open_store
from bot.errors import StoreError
from bot.ports import Lookup, Store
from bot.privacy import MasterKeys
from tests.fakes.postgres import PostgresServer, postgres_server
from tests.store.people import NOW, claim, first_turn, meet, message, next_turn, queue, sent, texts, view_of


@pytest.fixture
def url() -> Iterator[str]:
    with postgres_server() as database:
        yield database


@pytest.fixture
def mortal_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
async def connection(store: Store, url: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(url)
    yield opened
    await opened.close()


async def test_a_server_that_was_killed_loses_no_acknowledged_turn_and_is_found_again(
    mortal_server: PostgresServer, masters: MasterKeys
):
    store = await open_store(mortal_server.new_database(), masters)
    acknowledged: list[str] = []
    writing = asyncio.create_task(write_until_it_fails(store, acknowledged))
    while len(acknowledged) < 20:
        await asyncio.sleep(0)
    await asyncio.to_thread(mortal_server.kill)
    with pytest.raises(StoreError) as raised:
        await writing
    assert not raised.value.permanent
    with pytest.raises(StoreError, match="does not answer") as raised:
        await store.open_cases()
    assert not raised.value.permanent
    await asyncio.to_thread(mortal_server.restart)
    loaded = await store.load_many([Lookup(key, person_id="ana") for key in acknowledged], NOW)
    assert loaded.duplicates == set(acknowledged)
    await store.commit_many([next_turn(loaded.views["ana"], "after")])
    await store.close()


async def write_until_it_fails(store: Store, acknowledged: list[str]) -> None:
    view = first_turn("ana").view
    await store.commit_many([first_turn("ana")])
    for number in range(100_000):
        turn = next_turn(view, f"key {number}")
        await store.commit_many([turn])
        acknowledged.append(turn.received)
        view = turn.view


async def test_a_database_that_does_not_exist_names_the_setting(url: str, masters: MasterKeys):
    with pytest.raises(StoreError, match="HANDRAIL_DATABASE_URL") as raised:
        await open_store(url.replace("@/handrail", "@/missing"), masters)
    assert raised.value.permanent


async def test_a_server_that_is_not_there_may_be_tried_again(masters: MasterKeys, tmp_path):
    with pytest.raises(StoreError, match="does not answer") as raised:
        await open_store(f"postgresql://postgres@/handrail?host={tmp_path}", masters)
    assert not raised.value.permanent


async def test_an_error_shows_neither_rows_nor_the_password(store: Store):
    (ana,) = await meet(store, "ana")
    said = message("ana", "canary")
    with pytest.raises(StoreError) as raised:
        await store.commit_many([next_turn(ana, "two", outbounds=(said, said))])
    assert "outbox_pkey" in str(raised.value)
    assert "ana" not in str(raised.value)


async def test_a_cancelled_commit_leaves_the_pool_usable(store: Store):
    names = [f"person {number}" for number in range(20)]
    views = await meet(store, *names)
    tasks = [asyncio.create_task(store.commit_many([next_turn(view, "two")])) for view in views]
    for number, task in enumerate(tasks):
        for _ in range(number):
            await asyncio.sleep(0)
        if number % 2:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for view in [await view_of(store, name) for name in names]:
        await store.commit_many([next_turn(view, "three")])


async def test_a_claim_from_a_long_queue_reads_only_its_head_even_before_any_statistics(
    store: Store, connection: asyncpg.Connection
):
    await connection.execute(
        """
        INSERT INTO outbox (person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state,
                            ready_at, attempts, ambiguous, receipt, failed)
        SELECT 'p' || n, n + 1000000, 4, 'telegram', 'd' || n, 0, 0, '', 0, 0, 0, 0, '', ''
        FROM generate_series(1, 20000) AS n
        """
    )
    for view in await meet(store, "ana", "ben"):
        await queue(store, view, "k", message(view.person.person_id, view.person.person_id))
    before = await rows_read(connection)
    assert sorted(texts(await claim(store, limit=2))) == ["ana", "ben"]
    assert await rows_read(connection) - before < 200


async def test_two_senders_share_a_queue_and_each_conversation_keeps_its_order(
    store: Store, masters: MasterKeys, url: str
):
    other = await open_store(url, masters)
    for view in await meet(store, *(f"person {number}" for number in range(6))):
        name = view.person.person_id
        await queue(store, view, "k", *(message(name, str(number)) for number in range(8)))
    arrived: dict[str, list[str]] = {}

    async def send(sender: Store) -> None:
        for _ in range(60):
            deliveries = await claim(sender, limit=3)
            for delivery in deliveries:
                arrived.setdefault(delivery.outbound.person_id, []).append(delivery.outbound.text)
            await sent(sender, *deliveries)

    await asyncio.gather(send(store), send(other))
    assert arrived == {f"person {number}": [str(text) for text in range(8)] for number in range(6)}
    await other.close()


async def rows_read(connection: asyncpg.Connection) -> int:
    """Return how many rows of the outbox were fetched so far, by index or by scan."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    sql = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'outbox'"
    return int(await connection.fetchval(sql))
