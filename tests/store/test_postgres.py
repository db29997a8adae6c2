"""What holds of PostgreSQL alone: a server that dies, a URL that is wrong, plans that stay fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from adapters.store.opening import open_store
from bot.errors import StoreError
from bot.model.sent import Lane
from bot.ports import Lookup, StaleSession, Store
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


async def test_whatever_hangs_beside_it_a_page_is_committed_and_claimed(
    store: Store, connection: asyncpg.Connection, url: str
):
    """More readers than there are connections wait for a table that someone else has locked."""
    await meet(store, "ana")
    async with connection.transaction():
        await connection.execute("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE")
        hanging = [asyncio.create_task(store.entries("ana", NOW)) for _ in range(20)]
        await asyncio.sleep(0)
        await queue(store, await view_of(store, "ana"), "worrying", message("ana", "page", lane=Lane.PAGE))
        assert texts(await claim(store)) == ["page"]
        assert not any(task.done() for task in hanging)
    await asyncio.gather(*hanging)


class Cable:
    """What lies between us and the server; it can be cut when the server has answered a COMMIT, before we hear it."""

    def __init__(self, url: str) -> None:
        self._socket = f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432"
        self._database = urlsplit(url).path
        self.cut_at_commit = False

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        return f"postgresql://postgres@127.0.0.1:{self._server.sockets[0].getsockname()[1]}{self._database}"

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()

    async def _joined(self, ours: asyncio.StreamReader, to_us: asyncio.StreamWriter) -> None:
        theirs, to_them = await asyncio.open_unix_connection(self._socket)
        upwards = asyncio.create_task(self._carry_up(ours, to_them))
        while data := await theirs.read(65536):
            if self.cut_at_commit and b"COMMIT\0" in data:
                self.cut_at_commit = False
                break
            to_us.write(data)
        upwards.cancel()
        to_them.close()
        to_us.transport.abort()

    @staticmethod
    async def _carry_up(ours: asyncio.StreamReader, to_them: asyncio.StreamWriter) -> None:
        while data := await ours.read(65536):
            to_them.write(data)
        to_them.close()


async def test_a_commit_whose_answer_was_lost_is_not_done_twice(url: str, masters: MasterKeys):
    """As in a failover: it was committed, we heard an error, and the platform delivers again."""
    cable = Cable(url)
    async with cable as through:
        store = await open_store(through, masters)
        (ana,) = await meet(store, "ana")
        turn = next_turn(ana, "once", outbounds=(message("ana", "said once"),))
        cable.cut_at_commit = True
        with pytest.raises(StoreError) as raised:
            await store.commit_many([turn])
        assert not raised.value.permanent
        loaded = await store.load_many([Lookup("once", person_id="ana")], NOW)
        assert loaded.duplicates == {"once"}
        with pytest.raises(StaleSession):
            await store.commit_many([turn])
        assert texts(await claim(store)) == ["said once"]
        await store.close()
