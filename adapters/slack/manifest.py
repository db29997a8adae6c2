"""The app manifest that a Slack administrator pastes: every scope that is used, and no other."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

COMMAND = "/wellbeing"

# What each scope is for: write messages · open a direct message · the slash command · read what a person types to the
# bot · make sure that the on-call channel is private.
SCOPES = ("chat:write", "im:write", "commands", "im:history", "groups:read")
EVENTS = ("message.im",)


class Mode(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "socket"
    HTTP = "http"


def manifest(mode: Mode, url: str = "") -> dict[str, Any]:
    """Return the manifest; `url` is the public address of /slack/events and matters for HTTP only."""
    address = {"url": url} if mode is Mode.HTTP else {}
    request = {"request_url": url} if mode is Mode.HTTP else {}
    command = {"command": COMMAND, "description": "Check in, tools, SOS", "usage_hint": "checkin | tools | sos | help"}
    return {
        "display_information": {
            "name": "Handrail",
            "description": "Short exercises and check-ins, with a person within reach",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "handrail", "always_online": True},
            "slash_commands": [{**command, "should_escape": False, **address}],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode is Mode.SOCKET,
            "token_rotation_enabled": False,
        },
    }
