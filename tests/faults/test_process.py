"""How the real process starts, stops and refuses: what a supervisor can rely on."""

from __future__ import annotations

import asyncio
import base64
import signal
import sqlite3
from pathlib import Path

from tests.fakes.postgres import postgres_server
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer
from tests.faults.process import Process

KEY = base64.b64encode(bytes(range(32))).decode()


def _settings(server: TelegramServer, **more: str) -> dict[str, str]:
    return {"CHANNELS": "telegram", "TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url, **more}


async def test_sigterm_ends_cleanly_with_everything_committed(tmp_path: Path) -> None:
    """Row 54."""
    async with TelegramServer() as server, Process(tmp_path, _settings(server)) as process:
        await process.start()
        server.user(4711).says("hello")
        await server.user(4711).hears("automated program", timeout=20)
        server.user(4712).says("hello")
        await server.main.all_confirmed(timeout=10)
        assert await process.stop() == 0
    with sqlite3.connect(tmp_path / "data" / "handrail.db") as store:
        assert store.execute("SELECT count(*) FROM turn").fetchone() == (2,)
    assert '"stopped"' in process.log


async def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    async with TelegramServer() as server, Process(tmp_path, _settings(server)) as process:
        stalled = server.fault(Kind.STALL, "sendMessage", times=10)
        await process.start()
        server.user(4711).says("hello")
        await asyncio.wait_for(stalled.happened.wait(), 20)
        process.signal(signal.SIGTERM)
        await process.logged('"stopping"')
        process.signal(signal.SIGTERM)
        assert await process.ended() == 130


async def test_a_second_process_on_the_same_data_folder_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """Row 28."""
    async with TelegramServer() as server, Process(tmp_path, _settings(server)) as first:
        await first.start()
        await server.main.called("getUpdates", timeout=20)
        async with Process(tmp_path, _settings(server)) as second:
            await second.start()
            assert await second.ended() == 2
        assert "another handrail run (all) uses HANDRAIL_DATA_DIR" in first.log


async def test_a_wrong_setting_ends_with_2_and_names_it(tmp_path: Path) -> None:
    async with Process(tmp_path, {"CHANNELS": "fax"}) as process:
        await process.start()
        assert await process.ended() == 2
    assert "HANDRAIL_CHANNELS: fax is not a channel; use console, telegram, slack" in process.log


async def test_a_key_that_does_not_fit_ends_with_4(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        async with Process(tmp_path, _settings(server)) as process:
            await process.start()
            await server.main.called("getUpdates", timeout=20)
            assert await process.stop() == 0
        async with Process(tmp_path, _settings(server, MASTER_KEY=KEY)) as process:
            await process.start()
            assert await process.ended() == 4
    assert "HANDRAIL_MASTER_KEY is not the key of this database" in process.log


async def test_a_revoked_token_ends_with_5_and_never_shows_itself(tmp_path: Path) -> None:
    """Row 29 and 55."""
    async with TelegramServer() as server, Process(tmp_path, _settings(server)) as process:
        await process.start()
        await server.main.called("getUpdates", timeout=20)
        server.fault(Kind.UNAUTHORIZED, "getUpdates", times=10)
        assert await process.ended() == 5
        assert server.token not in process.log
    assert "HANDRAIL_TELEGRAM_TOKEN" in process.log


async def test_webs_and_workers_on_one_postgresql_survive_the_death_of_those_who_hold_the_leases(
    tmp_path: Path,
) -> None:
    """Two of each: the ones that poll and send are killed; the others take over, and no turn is lost or doubled."""
    with postgres_server() as url:
        async with TelegramServer() as server:
            settings = _settings(server, DATABASE_URL=url, MASTER_KEY=KEY)
            people = [server.user(5000 + number) for number in range(10)]
            async with (
                Process(tmp_path / "web1", settings, "web") as web1,
                Process(tmp_path / "worker1", settings, "worker") as worker1,
                Process(tmp_path / "web2", settings, "web") as web2,
                Process(tmp_path / "worker2", settings, "worker") as worker2,
            ):
                await web1.start()
                await web1.logged('"lease": "telegram"')
                await worker1.start()
                await worker1.logged('"lease": "sender"')
                await web2.start()
                await worker2.start()
                await web2.logged("lease_held_elsewhere")
                await worker2.logged("lease_held_elsewhere")
                for person in people:
                    person.says("hello")
                await asyncio.gather(*(person.hears("automated program", timeout=20) for person in people))
                await web1.kill()
                await worker1.kill()
                for person in people:
                    person.says("Go on")
                await asyncio.gather(*(person.hears("18 or older", timeout=40) for person in people))
                assert await web2.stop() == 0
                assert await worker2.stop() == 0
        import asyncpg

        connection = await asyncpg.connect(url)
        counted = await connection.fetchrow("SELECT count(*), count(DISTINCT received) FROM turn")
        versions = await connection.fetch("SELECT DISTINCT version FROM session")
        await connection.close()
    assert tuple(counted) == (20, 20)
    assert [tuple(row) for row in versions] == [(2,)]
