"""The loopback Slack is as strict as Slack: otherwise what passes here would fail there."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.link import SlackLink
from adapters.slack.socket_mode import SocketIntake
from tests.fakes.slack.rules import broken_by_message, broken_by_view
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def text(words: str, kind: str = "plain_text") -> dict[str, str]:
    return {"type": kind, "text": words}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": text("Yes"), **fields}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider"}] * 51,
        [{"type": "section", "text": text("x" * 3001)}],
        [{"type": "section", "text": text("")}],
        [{"type": "section"}],
        [{"type": "header", "text": text("x" * 151)}],
        [{"type": "header", "text": text("x", "mrkdwn")}],
        [{"type": "image", "image_url": "https://a.example/x.png"}],
        [{"type": "context", "elements": [{"type": "image", "image_url": "https://a.example/x.png"}]}],
        [actions()],
        [actions(*(button(action_id=str(n)) for n in range(26)))],
        [actions(button(text=text("x" * 76)))],
        [actions(button(text=text("x", "mrkdwn")))],
        [actions(button(value="x" * 2001))],
        [actions(button(action_id="x" * 256))],
        [actions(button()), actions(button())],
        [{"type": "carousel"}],
    ],
)
def test_blocks_beyond_slacks_limits_are_found(blocks: list[dict[str, Any]]) -> None:
    assert broken_by_message("x", blocks)


def test_blocks_at_slacks_limits_pass() -> None:
    row = actions(*(button(action_id=str(n), value="x" * 2000, text=text("x" * 75)) for n in range(25)))
    assert broken_by_message("x" * 40_000, [{"type": "section", "text": text("x" * 3000)}, row]) == []


def test_a_view_beyond_slacks_limits_is_found() -> None:
    field = {"type": "input", "label": text("?"), "element": {"type": "plain_text_input", "action_id": "a"}}
    good = {"type": "modal", "title": text("x" * 24), "submit": text("Send"), "blocks": [field]}
    assert broken_by_view(good) == []
    for wrong in ({"title": text("x" * 25)}, {"submit": None}, {"private_metadata": "x" * 3001}, {"type": "page"}):
        assert broken_by_view({name: value for name, value in {**good, **wrong}.items() if value is not None})


async def test_tokens_and_scopes_are_checked(slack: SlackServer) -> None:
    def client(token: str) -> AsyncWebClient:
        return AsyncWebClient(token, base_url=slack.api_url, retry_handlers=[])

    assert await error_of(client("").auth_test()) == "not_authed"
    assert await error_of(client("xoxb-wrong").auth_test()) == "invalid_auth"
    assert await error_of(client(APP_TOKEN).auth_test()) == "not_allowed_token_type"
    assert await error_of(client(BOT_TOKEN).apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"
    assert await error_of(client(BOT_TOKEN).chat_postMessage(channel="C0NONE", text="x")) == "channel_not_found"
    slack.world.scopes.clear()
    assert await error_of(client(BOT_TOKEN).users_info(user="U0ANA")) == "missing_scope"


async def test_channels_are_checked(slack: SlackServer, link: SlackLink) -> None:
    slack.channel("C0PUBLIC", private=False, joined=False)
    slack.channel("C0HIDDEN", joined=False)
    slack.channel("C0OLD")
    slack.world.conversations["C0OLD"].archived = True
    for channel, error in {
        "C0PUBLIC": "not_in_channel",
        "C0HIDDEN": "channel_not_found",
        "C0OLD": "is_archived",
    }.items():
        assert await error_of(link.client.chat_postMessage(channel=channel, text="x")) == error


async def test_messages_are_updated_deleted_and_shown_to_one(slack: SlackServer, link: SlackLink) -> None:
    slack.user("U0BOB")
    slack.world.conversations["C0ONCALL"].members.add("U0BOB")
    posted = await link.client.chat_postMessage(channel="C0ONCALL", text="one")
    await link.client.chat_postEphemeral(channel="C0ONCALL", user="U0BOB", text="for Bob")
    assert (await slack.user("U0BOB").hears("for Bob", where="C0ONCALL")).seen_only_by == "U0BOB"
    with pytest.raises(TimeoutError):
        await slack.user("U0STAFF").hears("for Bob", 0.01, where="C0ONCALL")
    await link.client.chat_delete(channel="C0ONCALL", ts=posted["ts"])
    assert await error_of(link.client.chat_update(channel="C0ONCALL", ts=posted["ts"], text="x")) == "message_not_found"


async def test_people_have_a_zone_and_quiet_hours(slack: SlackServer, link: SlackLink) -> None:
    slack.user("U0BOB", zone="Europe/Berlin", dnd=True)
    assert (await link.client.users_info(user="U0BOB"))["user"]["tz"] == "Europe/Berlin"
    assert (await link.client.dnd_info(user="U0BOB"))["dnd_enabled"] is True
    assert (await link.client.conversations_open(users="U0BOB"))["channel"]["id"] == "D0BOB"


async def test_a_trigger_opens_one_view_which_can_be_updated(slack: SlackServer, link: SlackLink) -> None:
    view = {"type": "modal", "title": text("One"), "blocks": [{"type": "section", "text": text("first")}]}
    trigger = slack.world.new_trigger("U0ANA")
    opened = await link.client.views_open(trigger_id=trigger, view=view)
    assert await error_of(link.client.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    assert await error_of(link.client.views_open(trigger_id="t", view=view)) == "invalid_trigger_id"
    later = {**view, "blocks": [{"type": "section", "text": text("second")}]}
    await link.client.views_update(view_id=opened["view"]["id"], view=later)
    await slack.user("U0ANA").reads_modal("second")
    await link.client.views_publish(user_id="U0ANA", view={**later, "type": "home"})
    home = slack.user("U0ANA").home
    assert home is not None
    assert "second" in home.words


async def test_a_ticket_is_good_for_one_connection(slack: SlackServer) -> None:
    url = f"{slack.url}/link?ticket={slack.sockets.ticket()}"
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_press_is_not_tried_again_and_its_person_sees_the_failure(slack: SlackServer) -> None:
    push = slack.user("U0ANA").command("help")
    await push.settled.wait()
    assert (push.acknowledged, push.attempts, slack.user("U0ANA").errors) == (False, 1, ["slash_commands failed"])


async def test_broken_limits_and_double_posts_are_recorded(slack: SlackServer, link: SlackLink) -> None:
    blocks = [{"type": "section", "text": text("x")}]
    await link.client.api_call("chat.postMessage", json={"channel": "U0ANA", "blocks": blocks})
    await link.client.api_call("chat.postMessage", json={"channel": "U0ANA", "text": "x"})
    await link.client.api_call("chat.postMessage", json={"channel": "U0ANA", "text": "x"})
    await error_of(link.client.chat_postMessage(channel="U0ANA", text="x", blocks=[{"type": "divider"}] * 51))
    assert slack.violations == ["message without top-level text", "double post in D0ANA", "51 blocks"]


async def test_it_runs_as_a_process_of_its_own(intake: Any, inbox: Any) -> None:
    program = (sys.executable, "-m", "tests.fakes.slack", "--port", "0")
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        api_url = (await process.stdout.readline()).decode().strip()
        async with SlackLink(BOT_TOKEN, api_url) as link:
            await _talk(intake, link, api_url.removesuffix("/api/"))
        assert [content.text for content in inbox.contents] == ["hi"]
    finally:
        process.kill()
        await process.wait()


async def _talk(intake: Any, link: SlackLink, url: str) -> None:
    task = asyncio.create_task(SocketIntake(intake, link, APP_TOKEN, ping_seconds=0.2).run())
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/control/says", json={"user": "U0ANA", "text": "hi"}) as answer:
            assert await answer.json() == {"acknowledged": True}
        async with session.get(f"{url}/control/history/U0ANA") as answer:
            assert (await answer.json())["history"] == ["hi"]
        async with session.get(f"{url}/control/violations") as answer:
            assert await answer.json() == []
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
