"""The few fields that we read from what Slack sends, typed; everything else is ignored."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

# The one global shortcut, "Check in privately".
SHORTCUT = "check_in_privately"


class File(Struct, frozen=True):
    """A shared file; only its kind matters."""

    mimetype: str = ""


class Message(Struct, frozen=True):
    """A `message` event, or the message inside a `message_changed` one."""

    user: str = ""
    text: str | None = ""
    ts: str = ""
    subtype: str | None = ""
    bot_id: str | None = None
    thread_ts: str | None = ""
    channel: str = ""
    channel_type: str = ""
    files: list[File] = []
    message: Message | None = None
    previous_message: Message | None = None


class Callback(Struct, frozen=True):
    """The Events API's wrapping; a retry carries the same `event_id`."""

    event_id: str
    event: dict[str, Any]
    team_id: str | None = ""


class Named(Struct, frozen=True):
    """A user, team or channel as interactions name them."""

    id: str
    team_id: str | None = ""
    is_bot: bool = False


class Option(Struct, frozen=True):
    """A chosen entry of a menu."""

    value: str = ""


class Action(Struct, frozen=True):
    """One press; `selected_options` are the ticked boxes of a group."""

    action_id: str
    value: str = ""
    selected_option: Option | None = None
    selected_options: list[Option] | None = None


class Field(Struct, frozen=True):
    """What a person wrote into one field of a modal."""

    value: str | None = None


class State(Struct, frozen=True):
    """A modal's fields, by block and action."""

    values: dict[str, dict[str, Field]] = {}


class View(Struct, frozen=True):
    """The modal or home in which someone acted."""

    id: str = ""
    type: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()


class Interaction(Struct, frozen=True):
    """A press, a submitted modal or a shortcut."""

    type: str
    user: Named
    trigger_id: str
    team: Named | None = None
    enterprise: Named | None = None
    channel: Named | None = None
    actions: list[Action] = []
    view: View | None = None
    callback_id: str = ""


class Slash(Struct, frozen=True):
    """A slash command."""

    command: str
    user_id: str
    trigger_id: str
    text: str = ""
    team_id: str = ""
    api_app_id: str = ""


class Joined(Struct, frozen=True):
    """Someone new in the workspace."""

    user: Named


class HomeOpened(Struct, frozen=True):
    """Someone opened the app."""

    user: str


def parse(body: dict[str, Any]) -> Callback | Interaction | Slash | None:
    """Return what arrived, or None for what we do not know. Raises msgspec.ValidationError when it is misshapen."""
    if body.get("type") == "event_callback":
        return msgspec.convert(body, Callback)
    if "command" in body:
        return msgspec.convert(body, Slash)
    ours = body.get("type") == "shortcut" and body.get("callback_id") == SHORTCUT
    if ours or body.get("type") in {"block_actions", "view_submission"}:
        return msgspec.convert(body, Interaction)
    return None
