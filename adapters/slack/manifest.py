"""The app manifest that a Slack administrator pastes: every scope that is used, and no other."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from adapters.slack.payloads import SHORTCUT

COMMAND = "/wellbeing"

# What each scope is for: write messages · open a direct message · the slash command · the time zone of an account · no
# check-in while notifications are paused · make sure that the on-call channel is private.
SCOPES = ("chat:write", "im:write", "commands", "users:read", "dnd:read", "groups:read")
EVENTS = ("app_home_opened", "team_join", "app_uninstalled", "tokens_revoked")
# Only where people may type to the bot: read what they type.
TYPING_SCOPES, TYPING_EVENTS = ("im:history",), ("message.im",)


class Mode(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "socket"
    HTTP = "http"


def scopes_of(dm_text: bool) -> list[str]:
    """Return every scope that is used, and no other."""
    return [*SCOPES, *TYPING_SCOPES] if dm_text else list(SCOPES)


def manifest(mode: Mode, url: str = "", *, dm_text: bool = False) -> dict[str, Any]:
    """Return the manifest; `url` is the public address of /slack/events and matters for HTTP only.

    Without `dm_text` the chat with the bot takes no typing: words that nobody hears must not be possible.
    """
    events = [*EVENTS, *TYPING_EVENTS] if dm_text else list(EVENTS)
    shortcut = {"name": "Check in privately", "type": "global", "callback_id": SHORTCUT}
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
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": not dm_text,
            },
            "bot_user": {"display_name": "handrail", "always_online": True},
            "shortcuts": [{**shortcut, "description": "How are you? Nobody else sees it"}],
            "slash_commands": [{**command, "should_escape": False, **address}],
        },
        "oauth_config": {"scopes": {"bot": scopes_of(dm_text)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": events},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode is Mode.SOCKET,
            "token_rotation_enabled": False,
        },
    }
