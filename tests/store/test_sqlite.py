"""What holds of the SQLite file: its settings, its one writer, and what the disk and other processes do to it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.opening import open_store
from adapters.store.sqlite import connection as sqlite_connection
from adapters.store.sqlite.connection import OneHop, Urgency, Writer
from adapters.store.sqlite.reserve import Reserve
from bot.errors import SettingError, StoreError
from bot.ports import Store
from bot.privacy import MasterKeys
from tests.store.people import NOW, claim, first_turn, from_, meet, message, next_turn, queue, sent, view_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "handrail.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


class Wire:
    """Every connection that is opened, and every statement that runs on one."""

    def __init__(self) -> None:
        self.connections: list[sqlite3.Connection] = []
        self.statements: list[str] = []

    def connect(self, *arguments: object, **options: object) -> sqlite3.Connection:
        made = sqlite3.Connection(*arguments, **options)  # type: ignore[arg-type]
        made.set_trace_callback(self.statements.append)
        self.connections.append(made)
        return made

    def take(self) -> list[str]:
        """Return what ran since the last time."""
        taken, self.statements[:] = list(self.statements), []
        return taken


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(sqlite_connection.sqlite3, "connect", wire.connect)
    return wire


@pytest.fixture
async def store(wire: Wire, url: str, masters: MasterKeys) -> AsyncIterator[Store]:
    opened = await open_store(url, masters)
    yield opened
    await opened.close()


def kinds(statements: list[str]) -> list[str]:
    return [" ".join(statement.split()[:3]) for statement in statements]


async def test_every_connection_waits_for_others_and_syncs_before_it_acknowledges(store: Store, wire: Wire):
    for connection in wire.connections:
        settings = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert settings == ["wal", 2]
        assert connection.execute("PRAGMA busy_timeout").fetchone()[0] > 0
    assert [connection.execute("PRAGMA query_only").fetchone()[0] for connection in wire.connections] == [0, 1]


async def test_the_time_out_is_set_before_the_journal_mode(store: Store, wire: Wire):
    pragmas = [statement for statement in wire.statements if statement.startswith("PRAGMA")]
    assert "busy_timeout" in pragmas[0]
    assert "journal_mode" in pragmas[1]


async def test_only_its_owner_may_read_the_file_and_its_companions(store: Store, path: Path):
    await meet(store, "ana")
    files = [path, *path.parent.glob("handrail.db-*")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3


async def test_a_plain_turn_costs_three_writes_and_one_commit(store: Store, wire: Wire):
    views = await meet(store, "ana", "ben")
    wire.take()
    turns = [next_turn(view, "two", outbounds=(message(view.person.person_id),)) for view in views]
    await store.commit_many(turns)
    assert kinds(wire.take()) == [
        "BEGIN IMMEDIATE",
        *["UPDATE session SET"] * 2,
        *["INSERT INTO turn"] * 2,
        *["INSERT INTO outbox"] * 2,
        "COMMIT",
    ]


async def test_several_turns_of_one_person_write_one_session(store: Store, wire: Wire):
    (ana,) = await meet(store, "ana")
    wire.take()
    second = next_turn(ana, "two")
    third = next_turn(second.view, "three")
    await store.commit_many([second, third, next_turn(third.view, "four")])
    assert kinds(wire.take()).count("UPDATE session SET") == 1


async def test_loading_many_takes_as_many_statements_as_loading_one(store: Store, wire: Wire):
    names = [f"person {number}" for number in range(200)]
    await meet(store, *names)
    wire.take()
    await store.load_many([from_(names[0])], NOW)
    for_one = kinds(wire.take())
    await store.load_many([from_(name, name) for name in names], NOW)
    assert kinds(wire.take()) == for_one
    assert len(for_one) == 7


async def test_a_batch_takes_one_hop_to_load_and_one_to_commit(store: Store, monkeypatch: pytest.MonkeyPatch):
    views = await meet(store, *(f"person {number}" for number in range(50)))
    hops = []
    run = OneHop.run
    monkeypatch.setattr(OneHop, "run", lambda connection, work: hops.append(work) or run(connection, work))
    await store.load_many([from_(view.person.person_id, view.person.person_id) for view in views], NOW)
    await store.commit_many([next_turn(view, "two") for view in views])
    assert len(hops) == 2


async def test_a_claim_and_its_settling_take_as_many_commits_for_one_as_for_many(store: Store, wire: Wire):
    for view in await meet(store, *(f"person {number}" for number in range(40))):
        await queue(store, view, "k", message(view.person.person_id))
    wire.take()
    await sent(store, *await claim(store, limit=40))
    assert kinds(wire.take()).count("COMMIT") == 2


async def test_no_statement_of_the_daily_round_reads_a_whole_table(store: Store, wire: Wire, path: Path):
    views = await meet(store, "ana", "ben")
    wire.take()
    view = await queue(store, views[0], "k", message("ana"))
    await view_of(store, "ana")
    (delivery,) = await claim(store)
    await sent(store, delivery)
    await store.claim_due(NOW, 10)
    await store.next_event_at()
    await store.commit_many([next_turn(view, "last", person_changed=True)])
    statements = [one for one in wire.take() if one.split()[0] in {"SELECT", "UPDATE", "DELETE"}]
    with closing(sqlite3.connect(path)) as plain:
        plans = [row[3] for one in statements for row in plain.execute(f"EXPLAIN QUERY PLAN {one}")]
    tables = {"session", "turn", "person", "address", "outbox", "check_in", "escalation", "case_text", "entry"}
    # A range of row ids is a part of the history, which grows for ever.
    assert [plan for plan in plans if re.search(r"rowid[<>]", plan)] == []
    scans = [plan for plan in plans if (found := re.match(r"SCAN (\w+)", plan)) and found[1] in tables]
    # These walk along a partial index from its beginning, and only as far as they need.
    allowed = ("outbox_waiting", "outbox_delayed", "escalation_falls_due", "session_wakes", "check_in_falls_due")
    assert [scan for scan in scans if not scan.endswith(allowed)] == []
    assert len(statements) > 15


async def test_what_is_most_urgent_is_written_first(path: Path):
    writer = Writer(await OneHop.open(path, read_only=False), Reserve(path))
    order: list[str] = []
    jobs = [(Urgency.BULK, "first"), (Urgency.BULK, "bulk"), (Urgency.CLAIM, "claim"), (Urgency.TURN, "turn")]
    await asyncio.gather(*(writer.write(urgency, lambda _, name=name: order.append(name)) for urgency, name in jobs))
    assert order == ["turn", "claim", "first", "bulk"]
    await writer.close()


async def test_a_storm_of_cancelled_callers_leaves_the_file_usable_and_every_turn_whole(store: Store):
    names = [f"person {number}" for number in range(30)]
    views = await meet(store, *names)
    tasks = []
    for number, view in enumerate(views):
        turn = next_turn(view, "two", outbounds=(message(view.person.person_id),))
        tasks.append(asyncio.create_task(store.commit_many([turn])))
        for _ in range(number % 5):
            await asyncio.sleep(0)
        if number % 3:
            tasks[-1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    after = [await view_of(store, name) for name in names]
    said = {delivery.outbound.person_id for delivery in await claim(store, limit=100)}
    assert said == {view.person.person_id for view in after if view.session.version == 2}
    assert {view.person.person_id for view in after[::3]} <= said


async def test_a_reader_that_was_cancelled_harms_nobody(store: Store):
    await meet(store, "ana")
    for turns in range(10):
        task = asyncio.create_task(view_of(store, "ana"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
    assert (await view_of(store, "ana")).session.version == 1


async def test_reads_go_on_while_another_process_holds_the_write_lock(store: Store, path: Path):
    (ana,) = await meet(store, "ana")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        committing = asyncio.create_task(store.commit_many([next_turn(ana, "two")]))
        await asyncio.sleep(0)
        assert await view_of(store, "ana") == ana
        assert not committing.done()
        other.execute("ROLLBACK")
    await committing
    assert (await view_of(store, "ana")).session.version == 2


async def test_a_lock_that_is_held_for_too_long_may_be_tried_again(store: Store, wire: Wire, path: Path):
    (ana,) = await meet(store, "ana")
    wire.connections[0].execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process holds it") as raised:
            await store.commit_many([next_turn(ana, "two")])
    assert not raised.value.permanent
    await store.commit_many([next_turn(ana, "two")])


async def test_a_full_disk_refuses_writes_keeps_reading_and_goes_on_when_there_is_room(store: Store, wire: Wire):
    (ana,) = await meet(store, "ana")
    wire.connections[0].execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="the disk is full") as raised:
        await store.commit_many([first_turn(f"person {number}") for number in range(200)])
    assert not raised.value.permanent
    assert await view_of(store, "ana") == ana
    wire.connections[0].execute("PRAGMA max_page_count = 1000000")
    await store.commit_many([next_turn(ana, "two")])


class RoomInPages(Reserve):
    """Stands for a full disk: SQLite may use only so many pages, and a reserve that is given up brings some more."""

    def __init__(self, path: Path, wire: Wire, room: int) -> None:
        super().__init__(path)
        self._wire = wire
        self.room = room
        self.is_kept = True

    def limit(self, pages: int) -> None:
        self._wire.connections[0].execute(f"PRAGMA max_page_count = {pages}")

    def keep(self) -> bool:
        self.is_kept = self.room > 0
        return self.is_kept

    def give_up(self) -> bool:
        self.limit(1_000_000)
        self.is_kept, self.room = False, 0
        return True


async def test_on_a_full_disk_vital_work_goes_on_in_the_room_of_the_reserve_and_nothing_else(wire: Wire, path: Path):
    connection = await OneHop.open(path, read_only=False)
    reserve = RoomInPages(path, wire, room=1)
    writer = Writer(connection, reserve)
    await writer.write(Urgency.TURN, lambda plain: plain.execute("CREATE TABLE words (word)"))
    reserve.limit(1)
    fill = "INSERT INTO words VALUES (zeroblob(100000))"
    with pytest.raises(StoreError, match="full"):
        await writer.write(Urgency.TURN, lambda plain: plain.execute(fill))
    await writer.write(Urgency.TURN, lambda plain: plain.execute(fill), is_vital=True)
    with pytest.raises(StoreError, match="full"):
        await writer.write(Urgency.TURN, lambda plain: plain.execute("SELECT 1"))
    reserve.room = 1
    await writer.write(Urgency.TURN, lambda plain: plain.execute(fill))
    assert wire.connections[0].execute("SELECT count(*) FROM words").fetchone() == (2,)
    await writer.close()


async def test_a_file_that_is_no_database_is_refused(path: Path, url: str, masters: MasterKeys):
    path.write_bytes(b"no database at all, " * 400)
    with pytest.raises(StoreError, match="no SQLite database") as raised:
        await open_store(url, masters)
    assert raised.value.permanent


async def test_a_damaged_file_refuses_everything_from_then_on(store: Store, wire: Wire, path: Path):
    (ana,) = await meet(store, "ana")
    for connection in wire.connections:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    for connection in wire.connections:
        connection.execute("PRAGMA shrink_memory")
    with pytest.raises(StoreError, match="handrail backup restore") as raised:
        await store.commit_many([next_turn(ana, "two")])
    assert raised.value.permanent
    with pytest.raises(StoreError, match="handrail backup restore"):
        await store.commit_many([next_turn(ana, "two")])


async def test_a_place_where_no_file_can_be_made_is_refused(tmp_path: Path, masters: MasterKeys):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="write access") as raised:
        await open_store(f"sqlite:///{tmp_path / 'file' / 'handrail.db'}", masters)
    assert raised.value.permanent


async def test_an_unknown_kind_of_database_names_the_setting(masters: MasterKeys):
    with pytest.raises(SettingError, match="HANDRAIL_DATABASE_URL"):
        await open_store("mysql://somewhere", masters)


async def test_closing_finishes_what_was_being_written(url: str, masters: MasterKeys):
    store = await open_store(url, masters)
    committing = asyncio.create_task(store.commit_many([first_turn("ana")]))
    await asyncio.sleep(0)
    await store.close()
    await committing
    again = await open_store(url, masters)
    assert (await view_of(again, "ana")).session.version == 1
    await again.close()
