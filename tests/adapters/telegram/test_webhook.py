"""What the webhook takes, and what it refuses."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette

from adapters.telegram.connection import Connection, Push, introduce
from adapters.telegram.webhook import MOST_BYTES, Webhook
from bot.errors import ChannelRefused, StoreError
from bot.model.received import Command, Pressed, Text
from tests.adapters.telegram.conftest import ANA, DISK_FULL, NOW, Rig
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer

SECRET = "a-secret-of-some-length"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Endpoint:
    """A webhook that is served on the loopback interface and known to the server."""

    def __init__(self, url: str, webhook: Webhook, work: asyncio.Task[None]) -> None:
        self.url, self.webhook, self.work = url, webhook, work

    async def post(self, body: object, **headers: str) -> int:
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with aiohttp.ClientSession() as session, session.post(self.url, data=data, headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def served(connection: Connection, rig: Rig) -> AsyncIterator[Endpoint]:
    # The port is known only once it is served, so the server is told afterwards.
    webhook = Webhook(connection, Push("http://127.0.0.1/telegram", SECRET), lambda: NOW)
    listening = socket.create_server(("127.0.0.1", 0))
    web = uvicorn.Server(uvicorn.Config(Starlette(routes=webhook.routes()), log_config=None, lifespan="off"))
    serving = asyncio.create_task(web.serve(sockets=[listening]))
    push = Push(f"http://127.0.0.1:{listening.getsockname()[1]}/telegram", SECRET)
    webhook._push = push
    await introduce(connection, push=push)
    work = asyncio.create_task(webhook.run(rig.intake))
    await asyncio.sleep(0)
    try:
        yield Endpoint(push.url, webhook, work)
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError, ChannelRefused, StoreError):
            await work
        web.should_exit = True
        await serving


@pytest.fixture
async def endpoint(connection: Connection, rig: Rig) -> AsyncIterator[Endpoint]:
    async with served(connection, rig) as made:
        yield made


async def test_what_is_pushed_arrives_as_what_is_polled_does(
    server: TelegramServer, rig: Rig, endpoint: Endpoint
) -> None:
    ana = server.user(ANA)
    ana.says("hello")
    ana.says("/checkin 9:30")
    assert await rig.ledger.has(2) == [Text("hello"), Command("checkin", "9:30")]
    await server.main.all_confirmed()
    assert endpoint.webhook.last_seen_at == NOW


async def test_a_pushed_press_is_answered(server: TelegramServer, rig: Rig, endpoint: Endpoint) -> None:
    await rig.connection.bot.send_message(ANA, "Ready?", reply_markup={"inline_keyboard": [[_BUTTON]]})
    server.user(ANA).presses("Yes")
    assert await rig.ledger.has(1) == [Pressed("k1")]
    await server.main.called("answerCallbackQuery")
    assert server.main.unanswered == []


_BUTTON = {"text": "Yes", "callback_data": "k1"}


@pytest.mark.parametrize("given", ["", "wrong", "a-secret-of-some-lengt", "ä-secret-of-some-length"])
async def test_nobody_without_the_secret_is_heard(rig: Rig, endpoint: Endpoint, given: str) -> None:
    assert await endpoint.post({"update_id": 1}, **({HEADER: given} if given else {})) == 401
    assert rig.ledger.batches == []


async def test_a_body_over_the_cap_is_refused_before_it_is_read(rig: Rig, endpoint: Endpoint) -> None:
    assert await endpoint.post(b" " * (MOST_BYTES + 1), **{HEADER: SECRET}) == 413
    assert await endpoint.post(b" " * (MOST_BYTES + 1)) == 401
    assert rig.ledger.quarantined == []


async def test_a_body_without_a_length_is_read_no_further_than_the_cap(endpoint: Endpoint) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 2**16

    async with aiohttp.ClientSession() as session:
        with suppress(aiohttp.ClientError):
            async with session.post(endpoint.url, data=endless(), headers={HEADER: SECRET}) as answer:
                assert answer.status == 413


async def test_an_update_is_acknowledged_only_after_the_commit(
    server: TelegramServer, rig: Rig, endpoint: Endpoint
) -> None:
    rig.ledger.may_commit.clear()
    server.user(ANA).says("not yet")
    await rig.ledger.started.wait()
    assert server.main.unconfirmed == 1
    rig.ledger.may_commit.set()
    await server.main.all_confirmed()


async def test_what_could_not_be_stored_is_pushed_again(server: TelegramServer, rig: Rig, endpoint: Endpoint) -> None:
    rig.ledger.fails = [DISK_FULL]
    server.user(ANA).says("keep this")
    assert await rig.ledger.has(1) == [Text("keep this")]


async def test_a_store_that_is_broken_for_good_ends_the_webhook(
    server: TelegramServer, rig: Rig, endpoint: Endpoint
) -> None:
    rig.ledger.fails = [StoreError("the disk failed", permanent=True)]
    server.user(ANA).says("keep this")
    with pytest.raises(StoreError):
        await asyncio.wait_for(endpoint.work, 5)


async def test_an_unreadable_push_is_quarantined_and_not_pushed_for_ever(
    server: TelegramServer, rig: Rig, endpoint: Endpoint
) -> None:
    assert await endpoint.post(b'{"update_id": 7, "message": [', **{HEADER: SECRET}) == 200
    assert len(rig.ledger.quarantined) == 1


async def test_before_the_introduction_pushes_stay_with_telegram(connection: Connection) -> None:
    webhook = Webhook(connection, Push("http://127.0.0.1/telegram", SECRET), lambda: NOW)
    assert await webhook._take(b"{}") == 503


async def test_a_webhook_that_another_program_took_is_taken_back(
    server: TelegramServer, connection: Connection, rig: Rig, endpoint: Endpoint
) -> None:
    await connection.bot.set_webhook("http://127.0.0.1:1/other")
    await endpoint.webhook._check()
    assert server.main.webhook["url"] == endpoint.url


async def test_a_revoked_token_ends_the_webhook(server: TelegramServer, connection: Connection, rig: Rig) -> None:
    webhook = Webhook(connection, Push("http://127.0.0.1/telegram", SECRET), lambda: NOW)
    server.fault(Kind.UNAUTHORIZED, "getWebhookInfo")
    with pytest.raises(ChannelRefused, match="HANDRAIL_TELEGRAM_TOKEN"):
        await webhook.run(rig.intake)
