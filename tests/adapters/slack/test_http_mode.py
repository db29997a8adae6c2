"""HTTP mode over a real server: signed, once, not too long, and acknowledged only after the commit."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette

from adapters.slack.http_mode import MOST_BYTES, HttpIntake, Signatures
from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from bot.errors import SettingError, StoreError
from bot.model.received import Command, Filled, Pressed, Text
from tests.adapters.slack.conftest import Inbox
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.webhook import signed
from tests.fakes.slack.world import SIGNING_SECRET


class Server(uvicorn.Server):
    """Serves in the test's own loop and leaves the signals alone."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


@pytest.fixture
async def url(slack: SlackServer, intake: Intake) -> AsyncIterator[str]:
    routes = HttpIntake(intake, SIGNING_SECRET, lambda: datetime.now(UTC)).routes()
    server = Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}/slack/events"
    slack.push_to(address)
    yield address
    server.should_exit = True
    await slack.postman.close()
    await task


EVENT = {"type": "message", "channel_type": "im", "channel": "D0ANA", "user": "U0ANA", "text": "hi", "ts": "1.1"}
BODY = json.dumps({"type": "event_callback", "team_id": "T0TEAM", "event_id": "Ev1", "event": EVENT}).encode()


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    headers = {"Content-Type": "application/json", **headers}
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as response:
        return response.status


async def test_events_commands_presses_and_forms_arrive(
    slack: SlackServer, url: str, link: SlackLink, inbox: Inbox
) -> None:
    ana = slack.user("U0ANA")
    await ana.says("hi & <bye>").arrives()
    await ana.command("checkin 09:30").arrives()
    text = {"type": "plain_text", "text": "Write"}
    button = {"type": "button", "action_id": "0:Words?", "value": "tok1", "text": text}
    other = {**button, "action_id": "1", "text": {"type": "plain_text", "text": "Skip"}}
    blocks = [{"type": "actions", "elements": [button, other]}]
    await link.client.chat_postMessage(channel="U0ANA", text="?", blocks=blocks)
    await ana.presses("Skip").arrives()
    await ana.presses("Write").arrives()
    await ana.fills("some words").arrives()
    said, asked, pressed, filled = inbox.contents
    assert (said, asked, filled) == (Text("hi & <bye>"), Command("checkin", "09:30"), Filled("tok1", "some words"))
    assert isinstance(pressed, Pressed)
    assert (ana.modal, slack.violations) == (None, [])


async def test_a_failed_commit_is_answered_503_and_slacks_retry_has_the_same_key(
    slack: SlackServer, url: str, inbox: Inbox
) -> None:
    inbox.errors.append(StoreError("the disk is full"))
    push = await slack.user("U0ANA").says("hi").arrives()
    assert slack.webhook is not None
    assert (slack.webhook.statuses, push.attempts) == ([503, 200], 2)
    assert [inbound.key for inbound in inbox.received] == [f"slack:T0TEAM:{push.payload['event_id']}"]


async def test_the_answer_follows_the_commit(slack: SlackServer, url: str, inbox: Inbox) -> None:
    inbox.open.clear()
    push = slack.user("U0ANA").says("hi")
    await inbox.entered.wait()
    assert not push.settled.is_set()
    inbox.open.set()
    await push.arrives()


async def test_a_commit_slower_than_slack_waits_comes_again_under_the_same_key(
    slack: SlackServer, url: str, inbox: Inbox
) -> None:
    inbox.open.clear()
    push = slack.user("U0ANA").says("hi")
    await inbox.entered.wait()
    await slack.world.until(lambda: push.attempts > 1, 5)
    inbox.open.set()
    await push.arrives()
    assert {inbound.key for inbound in inbox.received} == {f"slack:T0TEAM:{push.payload['event_id']}"}


async def test_the_handshake_of_the_request_url_is_answered(url: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    headers = {"Content-Type": "application/json", **signed(SIGNING_SECRET, body)}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        assert (response.status, await response.json()) == (200, {"challenge": "abc"})


async def test_a_replay_within_five_minutes_is_refused(url: str, inbox: Inbox) -> None:
    headers = signed(SIGNING_SECRET, BODY)
    assert await post(url, BODY, headers) == 200
    assert await post(url, BODY, headers) == 401
    assert len(inbox.received) == 1


def test_signatures_are_forgotten_once_slacks_own_limit_refuses_them() -> None:
    now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    clock = [now]
    signatures = Signatures(SIGNING_SECRET, lambda: clock[0])
    headers = signed(SIGNING_SECRET, BODY, at=int(now.timestamp()))
    stamp, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
    signatures.remember(signature)
    for minutes in (0, 4, 6, 11):
        clock[0] = now + timedelta(minutes=minutes)
        assert not signatures.valid(BODY, stamp, signature)
    signatures.remember("another")
    assert len(signatures) == 1


async def test_what_was_not_acknowledged_may_come_again_with_the_same_signature(url: str, inbox: Inbox) -> None:
    inbox.errors.append(StoreError("the disk is full"))
    headers = signed(SIGNING_SECRET, BODY)
    assert await post(url, BODY, headers) == 503
    assert await post(url, BODY, headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=abc"},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=abc"},
        {"X-Slack-Request-Timestamp": "9" * 30, "X-Slack-Signature": "v0=abc"},
        {"X-Slack-Request-Timestamp": "1e400", "X-Slack-Signature": "ü"},
        {"X-Slack-Request-Timestamp": "NOW", "X-Slack-Signature": "ü"},
        {"X-Slack-Request-Timestamp": "NOW", "X-Slack-Signature": "v0=" + "0" * 64},
        signed("another-secret", BODY),
        signed(SIGNING_SECRET, b"another body"),
        signed(SIGNING_SECRET, BODY, at=1),
    ],
)
async def test_junk_and_forged_signatures_get_401(url: str, inbox: Inbox, headers: dict[str, str]) -> None:
    stamped = {name: value.replace("NOW", str(int(time.time()))) for name, value in headers.items()}
    assert await post(url, BODY, stamped) == 401
    assert inbox.received == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[1]", b"payload=%7B", b"payload=[1]"])
async def test_a_signed_body_that_is_no_request_is_refused_without_a_fault(url: str, inbox: Inbox, body: bytes) -> None:
    assert await post(url, body, signed(SIGNING_SECRET, body)) in {400, 401}
    assert inbox.received == []


async def test_a_body_over_one_megabyte_is_refused_before_it_is_read(url: str, inbox: Inbox) -> None:
    assert await post(url, b"x" * (MOST_BYTES + 1), {}) == 413


async def test_a_body_of_unsaid_length_is_refused_as_soon_as_it_is_too_long(url: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * MOST_BYTES:
            sent += 65536
            yield b"x" * 65536

    async with aiohttp.ClientSession() as session:
        with contextlib.suppress(aiohttp.ClientError):
            async with session.post(url, data=endless()) as response:
                assert response.status == 413
    assert sent < 64 * MOST_BYTES


async def test_a_missing_signing_secret_stops_the_start(intake: Intake) -> None:
    with pytest.raises(SettingError, match="HANDRAIL_SLACK_SIGNING_SECRET"):
        HttpIntake(intake, " ", lambda: datetime.now(UTC))


async def test_a_command_over_http_shows_its_pointer_to_its_author_alone(slack: SlackServer, url: str) -> None:
    push = await slack.user("U0ANA").command("sos").arrives()
    assert push.answer is not None
    assert push.answer["response_type"] == "ephemeral"
