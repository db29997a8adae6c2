"""The manifest asks for no more than Handrail uses."""

from __future__ import annotations

import pytest

from adapters.slack.manifest import Mode, manifest

# Issue 3's least scopes, and groups:read, without which nobody can tell that the on-call channel is private.
ALLOWED = {"chat:write", "im:write", "commands", "users:read", "dnd:read", "im:history", "groups:read"}
URL = "https://handrail.example/slack/events"


@pytest.mark.parametrize("mode", list(Mode))
def test_no_scope_is_asked_for_beyond_the_allow_list(mode: Mode) -> None:
    scopes = manifest(mode, URL)["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert set(scopes["bot"]) <= ALLOWED
    assert len(scopes["bot"]) == len(set(scopes["bot"]))


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
