"""What holds of bringing a database forward."""

from __future__ import annotations

import asyncio
import io
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config

from adapters.store import migrating
from adapters.store.backups import read_manifest
from adapters.store.migrating import HEAD, KNOWN
from adapters.store.opening import open_store
from bot.errors import StoreError
from bot.model.talk import Session
from bot.ports import Store
from bot.privacy import Keyring, MasterKeys
from tests.fakes.postgres import postgres_server
from tests.store import raw
from tests.store.conftest import MASTER_KEY
from tests.store.people import address_of, meet, next_turn, person, view_of

# Opens the database and dies by SIGKILL just before one statement of the upgrade.
DIES_WHILE_MIGRATING = """
import asyncio, os, signal, sys
from adapters.store.opening import open_store
from adapters.store.sqlite import schema
from bot.privacy import MasterKeys

split = schema._statements
def statements(script):
    for number, statement in enumerate(split(script)):
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield statement
schema._statements = statements
asyncio.run(open_store(sys.argv[1], MasterKeys.parse(sys.argv[3])))
"""


async def test_a_fresh_database_is_at_the_newest_version(store: Store, url: str):
    assert await raw.run(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert KNOWN[-1] == HEAD


async def test_both_engines_have_the_same_tables_and_columns(tmp_path: Path, masters: MasterKeys):
    shapes = []
    with postgres_server() as database:
        for url in (f"sqlite:///{tmp_path / 'handrail.db'}", database):
            await (await open_store(url, masters)).close()
            shapes.append({table: await raw.columns(url, table) for table in await raw.tables(url)})
    assert shapes[0] == shapes[1]


async def test_opening_again_migrates_nothing_and_loads_no_alembic(store: Store, url: str, masters: MasterKeys):
    await meet(store, "ana")
    again = await open_store(url, masters)
    assert (await view_of(again, "ana")).session.version == 1
    await again.close()
    code = f"""
import asyncio, sys
from adapters.store.opening import open_store
from bot.privacy import MasterKeys
async def main():
    await (await open_store({url!r}, MasterKeys.parse({MASTER_KEY!r}))).close()
asyncio.run(main())
sys.exit("sqlalchemy" in sys.modules)
"""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await child.wait() == 0


async def test_a_newer_schema_is_refused_with_what_to_do(store: Store, url: str, masters: MasterKeys):
    await raw.run(url, "UPDATE alembic_version SET version_num = '9999' RETURNING 1")
    with pytest.raises(StoreError, match=r"newer Handrail.*start the newer version") as raised:
        await open_store(url, masters)
    assert raised.value.permanent


async def test_a_half_made_schema_is_refused_with_what_to_do(store: Store, url: str, masters: MasterKeys):
    await raw.run(url, "DELETE FROM alembic_version RETURNING 1")
    with pytest.raises(StoreError, match=r"half made.*restore a back-up"):
        await open_store(url, masters)


async def test_a_database_of_something_else_is_refused(tmp_path: Path, masters: MasterKeys):
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE somebody_elses (id INTEGER)")
    with pytest.raises(StoreError, match="not Handrail's"):
        await open_store(f"sqlite:///{tmp_path / 'other.db'}", masters)


async def test_people_without_a_secret_are_refused(store: Store, url: str, masters: MasterKeys):
    await meet(store, "ana")
    await raw.run(url, "DELETE FROM meta RETURNING 1")
    with pytest.raises(StoreError, match="no secret"):
        await open_store(url, masters)


async def test_several_processes_may_open_an_empty_database_at_once(url: str, masters: MasterKeys):
    stores = await asyncio.gather(*(open_store(url, masters) for _ in range(4)))
    await meet(stores[0], "ana")
    assert [(await view_of(store, "ana")).session.version for store in stores] == [1] * 4
    for store in stores:
        await store.close()


@pytest.mark.parametrize("statement", [1, 9, 18, 25])
async def test_an_upgrade_that_was_killed_leaves_nothing_half_made(tmp_path: Path, masters: MasterKeys, statement: int):
    url = f"sqlite:///{tmp_path / 'handrail.db'}"
    code = [sys.executable, "-c", DIES_WHILE_MIGRATING, url, str(statement), MASTER_KEY]
    child = await asyncio.to_thread(subprocess.run, code, check=False)
    assert child.returncode == -signal.SIGKILL
    assert await raw.tables(url) == []
    store = await open_store(url, masters)
    await meet(store, "ana")
    await store.close()


def script_to(dialect: str, revision: str) -> str:
    """Return the SQL that made a database of an earlier revision."""
    script = io.StringIO()
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).with_name("migrations")))
    config.attributes.update(dialect=dialect, script=script, starting_rev=None)
    command.upgrade(config, f"base:{revision}", sql=True)
    return script.getvalue()


async def make_old(url: str, revision: str, masters: MasterKeys) -> None:
    """Make a database of an earlier revision, with a person in it."""
    dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
    secret = Keyring.new_secret(masters)
    keyring = Keyring(masters, secret)
    wrapped = keyring.new_person("ana")
    profile = keyring.seal("ana", "person.profile", msgspec.msgpack.encode(person("ana")))
    state = keyring.seal("ana", "session.state 3", msgspec.msgpack.encode(Session(version=3)))

    def blob(value: bytes) -> str:
        return f"x'{value.hex()}'" if dialect == "sqlite" else f"'\\x{value.hex()}'"

    fill = f"""
        INSERT INTO meta (name, value) VALUES ('secret', {blob(secret)});
        INSERT INTO address (fingerprint, person_id) VALUES ('{keyring.fingerprint(address_of("ana"))}', 'ana');
        INSERT INTO person (person_id, wrapped_key, profile, created_at, reachable)
            VALUES ('ana', {blob(wrapped)}, {blob(profile)}, 0, 1);
        INSERT INTO session (person_id, version, level, state) VALUES ('ana', 3, 0, {blob(state)});
    """
    await raw.script(url, script_to(dialect, revision) + fill)


@pytest.mark.parametrize("revision", KNOWN)
async def test_a_database_of_every_earlier_version_is_brought_forward_with_its_people(
    url: str, masters: MasterKeys, revision: str
):
    await make_old(url, revision, masters)
    store = await open_store(url, masters)
    ana = await view_of(store, "ana")
    assert (ana.person, ana.session.version) == (person("ana"), 3)
    await store.commit_many([next_turn(ana, "after")])
    await store.close()
    assert await raw.run(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]


@pytest.mark.parametrize("statement", range(4))
async def test_an_upgrade_of_an_old_database_that_was_killed_can_be_done_again(
    tmp_path: Path, masters: MasterKeys, statement: int
):
    url = f"sqlite:///{tmp_path / 'handrail.db'}"
    await make_old(url, KNOWN[0], masters)
    code = [sys.executable, "-c", DIES_WHILE_MIGRATING, url, str(statement), MASTER_KEY]
    child = await asyncio.to_thread(subprocess.run, code, check=False)
    assert child.returncode == -signal.SIGKILL
    assert await raw.run(url, "SELECT version_num FROM alembic_version") == [(KNOWN[0],)]
    store = await open_store(url, masters)
    assert (await view_of(store, "ana")).session.version == 3
    await store.close()


async def test_a_copy_is_kept_before_an_old_database_is_brought_forward(tmp_path: Path, masters: MasterKeys):
    await make_old(f"sqlite:///{tmp_path / 'handrail.db'}", KNOWN[0], masters)
    await (await open_store(f"sqlite:///{tmp_path / 'handrail.db'}", masters)).close()
    kept = tmp_path / "backups" / f"handrail-schema-{KNOWN[0]}.db"
    manifest = read_manifest(kept)
    assert (manifest.version, manifest.counts["person"]) == (KNOWN[0], 1)
    assert await raw.run(f"sqlite:///{kept}", "SELECT version_num FROM alembic_version") == [(KNOWN[0],)]


async def test_an_upgrade_without_room_for_the_copy_does_not_begin(tmp_path: Path, masters: MasterKeys):
    url = f"sqlite:///{tmp_path / 'handrail.db'}"
    await make_old(url, KNOWN[0], masters)
    (tmp_path / "backups").write_text("a file where the folder has to be")
    with pytest.raises(StoreError, match="cannot be written"):
        await open_store(url, masters)
    assert await raw.run(url, "SELECT version_num FROM alembic_version") == [(KNOWN[0],)]


async def test_no_copy_is_kept_of_a_database_that_is_new_or_current(tmp_path: Path, masters: MasterKeys):
    url = f"sqlite:///{tmp_path / 'handrail.db'}"
    store = await open_store(url, masters)
    await meet(store, "ana")
    await store.close()
    await (await open_store(url, masters)).close()
    assert not (tmp_path / "backups").exists()
