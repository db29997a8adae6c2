"""The manifest asks for no more than Handrail uses."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from adapters.slack.manifest import Mode, manifest
from bot.__main__ import app
from tests.fakes.slack.world import BOT_SCOPES

# Issue 3's least scopes, and groups:read, without which nobody can tell that the on-call channel is private.
ALLOWED = {"chat:write", "im:write", "commands", "users:read", "dnd:read", "groups:read"}
URL = "https://handrail.example/slack/events"


@pytest.mark.parametrize("mode", list(Mode))
def test_no_scope_is_asked_for_beyond_the_allow_list(mode: Mode) -> None:
    scopes = manifest(mode, URL)["oauth_config"]["scopes"]
    assert scopes == {"bot": scopes["bot"]}
    assert set(scopes["bot"]) == ALLOWED
    assert len(scopes["bot"]) == len(ALLOWED)


def test_only_with_the_setting_may_people_type_and_the_bot_read_it() -> None:
    forms, typing = manifest(Mode.SOCKET), manifest(Mode.SOCKET, dm_text=True)
    assert set(typing["oauth_config"]["scopes"]["bot"]) - ALLOWED == {"im:history"}
    events = [set(one["settings"]["event_subscriptions"]["bot_events"]) for one in (forms, typing)]
    assert events[1] - events[0] == {"message.im"}
    read_only = [one["features"]["app_home"]["messages_tab_read_only_enabled"] for one in (forms, typing)]
    assert read_only == [True, False]


def test_the_loopback_slack_grants_what_the_manifest_asks_for() -> None:
    assert set(manifest(Mode.SOCKET, dm_text=True)["oauth_config"]["scopes"]["bot"]) == BOT_SCOPES


def test_the_command_prints_the_manifest_of_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = CliRunner().invoke(app, ["slack", "manifest"])
    monkeypatch.setenv("HANDRAIL_SLACK_DM_TEXT", "true")
    typing = CliRunner().invoke(app, ["slack", "manifest", "--mode", "http", "--url", URL])
    assert json.loads(plain.stdout) == manifest(Mode.SOCKET)
    assert json.loads(typing.stdout) == manifest(Mode.HTTP, URL, dm_text=True)


def test_socket_mode_needs_no_public_address() -> None:
    made = manifest(Mode.SOCKET)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(made)


def test_http_mode_names_the_address_wherever_slack_calls() -> None:
    made = manifest(Mode.HTTP, URL)
    assert made["settings"]["socket_mode_enabled"] is False
    assert str(made).count(URL) == 3


def test_the_words_fit_slacks_limits() -> None:
    made = manifest(Mode.SOCKET)
    about = made["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
