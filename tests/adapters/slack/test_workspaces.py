"""Several workspaces behind one app: installed by their administrators, kept apart, and forgotten when they leave."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from yarl import URL

from adapters.slack.workspaces import parted, workspace_of
from bot.bootstrap.serving import serve
from bot.errors import SettingError
from bot.settings import Settings, read_settings
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET

TWO = "T0TWO"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(slack: SlackServer, folder: Path, *, home: bool = True) -> AsyncIterator[str]:
    """Serve over HTTP for many workspaces, until the block ends."""
    port = _free_port()
    settings = Settings(
        channels="slack",
        data_dir=folder,
        slack_bot_token=BOT_TOKEN if home else None,
        slack_signing_secret=SIGNING_SECRET,
        slack_client_id=CLIENT_ID,
        slack_client_secret=CLIENT_SECRET,
        slack_api_url=slack.api_url,
        http_port=port,
    )
    stopped = asyncio.Event()
    task = asyncio.create_task(serve(settings, stopped=stopped, limits={}))
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(10):
            while not await _listens(port):
                await asyncio.sleep(0.02)
        slack.push_to(f"{url}/slack/events")
        yield url
    finally:
        await slack.postman.close()
        stopped.set()
        await asyncio.wait_for(task, 10)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def install(slack: SlackServer, url: str, code: str, **place: object) -> tuple[int, str]:
    """Walk through the two pages as an administrator's browser does."""
    slack.world.codes[code] = place
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{url}/slack/install", allow_redirects=False) as page:
            asked = parse_qs(urlsplit(page.headers["Location"]).query)
            cookies = {name: morsel.value for name, morsel in page.cookies.items()}
        end = URL(f"{url}/slack/oauth_redirect").with_query(code=code, state=asked["state"][0])
        async with aiohttp.ClientSession(cookies=cookies) as same, same.get(end) as done:
            return done.status, await done.text()


async def test_two_workspaces_are_served_each_with_its_own_token(slack: SlackServer, tmp_path: Path) -> None:
    async with serving(slack, tmp_path) as url:
        assert (await install(slack, url, "code", team={"id": TWO}))[0] == 200
        eve, ana = slack.user("U0EVE", team=TWO), slack.user("U0ANA")
        await eve.command("about").arrives()
        await eve.hears("I'm Handrail")
        await ana.command("about").arrives()
        await ana.hears("I'm Handrail")
        posts = [token for method, token in slack.world.used if method == "chat.postMessage"]
        assert posts == [f"xoxb-{TWO}", BOT_TOKEN]


async def test_the_same_account_id_in_two_workspaces_is_two_people(slack: SlackServer, tmp_path: Path) -> None:
    async with serving(slack, tmp_path) as url:
        await install(slack, url, "code", team={"id": TWO})
        await slack.user("U0ANA").command("start").arrives()
        await slack.user("U0ANA").hears("Getting started takes")
        other = slack.user("U0OTHER", team=TWO)
        other.id = "U0ANA"
        await other.command("resume").arrives()
        await other.hears("nothing to go on with")


LEAVING = [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}]


async def test_a_person_who_revokes_their_own_token_changes_nothing(slack: SlackServer, tmp_path: Path) -> None:
    async with serving(slack, tmp_path, home=False) as url:
        await install(slack, url, "code", team={"id": TWO})
        eve = slack.user("U0EVE", team=TWO)
        await eve.raw_event({"type": "tokens_revoked", "tokens": {"oauth": ["U0EVE"], "bot": []}}).arrives()
        await eve.command("about").arrives()
        await eve.hears("I'm Handrail")


@pytest.mark.parametrize("event", LEAVING, ids=lambda event: event["type"])
async def test_a_workspace_that_uninstalls_is_forgotten(
    slack: SlackServer, tmp_path: Path, event: dict[str, object]
) -> None:
    async with serving(slack, tmp_path, home=False) as url:
        await install(slack, url, "code", team={"id": TWO})
        eve = slack.user("U0EVE", team=TWO)
        await eve.command("about").arrives()
        await eve.hears("I'm Handrail")
        await eve.raw_event(event).arrives()
        before = len(slack.calls("chat.postMessage"))
        await eve.command("about").arrives()
        assert len(slack.calls("chat.postMessage")) == before


async def test_an_organisation_installs_once_for_all_its_workspaces(slack: SlackServer, tmp_path: Path) -> None:
    async with serving(slack, tmp_path, home=False) as url:
        org = {"enterprise": {"id": "E0ORG"}, "team": None, "is_enterprise_install": True}
        assert (await install(slack, url, "code", **org))[0] == 200
        eve = slack.user("U0EVE", team="T0ANY")
        push = eve.command("about")
        push.payload |= {"is_enterprise_install": "true", "enterprise_id": "E0ORG"}
        await push.arrives()
        await eve.hears("I'm Handrail")


async def test_a_forged_or_foreign_installation_is_refused(slack: SlackServer, tmp_path: Path) -> None:
    async with serving(slack, tmp_path) as url:
        slack.world.codes["code"] = {"team": {"id": TWO}}
        end = f"{url}/slack/oauth_redirect?code=code"
        async with aiohttp.ClientSession() as browser:
            for query, cookie in (("", ""), ("&state=abc", "1.x"), ("&state=", "9999999999.x")):
                cookies = {"handrail-install": cookie}
                async with browser.get(f"{end}{query}", cookies=cookies) as page:
                    assert page.status == 400
        status, text = await install(slack, url, "code", team={})
        assert (status, "xoxb" in text) == (502, False)
        assert slack.world.codes == {}


async def test_tokens_of_workspaces_are_sealed_on_disk(slack: SlackServer, tmp_path: Path) -> None:
    async with serving(slack, tmp_path) as url:
        await install(slack, url, "code", team={"id": TWO})
    for file in tmp_path.glob("handrail.db*"):
        assert b"xoxb-" not in file.read_bytes()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"team_id": "T1"}, "T1"),
        ({"team": {"id": "T1"}, "enterprise": {"id": "E1"}, "is_enterprise_install": False}, "T1"),
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, "E1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
        ({"team_id": "T1", "enterprise_id": "E1", "authorizations": [{"is_enterprise_install": True}]}, "E1"),
        ({"team_id": "T1", "authorizations": [{"is_enterprise_install": False}]}, "T1"),
        ({"team": 7, "authorizations": [7]}, ""),
        ({}, ""),
    ],
)
def test_a_request_names_its_workspace_or_its_organisation(body: dict[str, object], name: str) -> None:
    assert workspace_of(body) == name


def test_an_address_at_home_has_no_workspace() -> None:
    assert (parted("U0ANA"), parted("T0TWO.U0ANA")) == (("", "U0ANA"), ("T0TWO", "U0ANA"))


def test_a_client_id_without_its_secrets_is_refused_with_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_CHANNELS", "slack")
    monkeypatch.setenv("HANDRAIL_SLACK_CLIENT_ID", "1.2")
    with pytest.raises(SettingError, match="HANDRAIL_SLACK_CLIENT_SECRET"):
        read_settings()
