"""Turns what Slack sends into an Inbound: pure, so that any payload can be tried in a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from adapters.slack.blocks import WRITE, form_label
from adapters.slack.payloads import Action, Callback, HomeOpened, Interaction, Joined, Message, Slash, View, parse
from adapters.slack.views import TALK
from adapters.slack.words import escape, to_plain
from bot.commands import knows
from bot.model.people import Address, Platform
from bot.model.received import Command, Content, Edited, Filled, Inbound, Pressed, Text, Unreadable

# A person wrote these themselves; every other subtype is Slack's or a bot's.
WRITTEN = {"", "file_share", "me_message", "thread_broadcast"}
KINDS = {"image": "photo", "audio": "voice"}
# A button of the home holds a command in words; it works however old the home is.
COMMAND = "/"


class Form(Struct, frozen=True):
    """A press that asks for words: what to open, and the three-second permission to do so."""

    button: str
    label: str
    trigger: str


def to_inbound(body: dict[str, Any], at: datetime, *, exposed: bool = False) -> Inbound | None:
    """Return what a person did, or None for what is not theirs. Raises msgspec.ValidationError when misshapen.

    `exposed`: words typed into the chat do not belong there, since its history is not the person's alone.
    """
    arrived = parse(body)
    if isinstance(arrived, Callback):
        return _from_event(arrived, at, exposed=exposed)
    if isinstance(arrived, Slash):
        return _from_command(arrived, at)
    if isinstance(arrived, Interaction):
        return _from_interaction(arrived, at)
    return None


def to_form(body: dict[str, Any]) -> Form | None:
    """Return the form that a press asks for, or None."""
    if body.get("type") != "block_actions":
        return None
    pressed = msgspec.convert(body, Interaction)
    label = form_label(pressed.actions[0].action_id) if pressed.actions else ""
    return Form(pressed.actions[0].value, label, pressed.trigger_id) if label else None


def pointer_to_chat(body: dict[str, Any], words: str) -> dict[str, str] | None:
    """Return what a slash command shows to its author alone, or None for anything else."""
    if "command" not in body:
        return None
    slash = msgspec.convert(body, Slash)
    link = f"slack://app?team={slash.team_id}&id={slash.api_app_id}&tab=messages"
    return {"response_type": "ephemeral", "text": f"<{link}|{escape(words)}>"}


def to_newcomer(body: dict[str, Any], at: datetime) -> Inbound | None:
    """Return the wish to be welcomed of someone who joined the workspace or opened the app, or None."""
    event = body.get("event") if body.get("type") == "event_callback" else None
    if not isinstance(event, dict) or event.get("type") not in {"team_join", "app_home_opened"}:
        return None
    callback = msgspec.convert(body, Callback)
    if event["type"] == "team_join":
        user = msgspec.convert(event, Joined).user
        return None if user.is_bot else _inbound(callback.team_id, callback.event_id, user.id, at, Command("welcome"))
    opened = msgspec.convert(event, HomeOpened)
    return _inbound(callback.team_id, callback.event_id, opened.user, at, Command("welcome"))


def at_home(body: dict[str, Any]) -> str:
    """Return the account that looks at its home now, or nothing."""
    event, view = body.get("event"), body.get("view")
    if isinstance(event, dict) and event.get("type") == "app_home_opened" and event.get("tab") == "home":
        return str(event.get("user", ""))
    if isinstance(view, dict) and view.get("type") == "home":
        return msgspec.convert(body, Interaction).user.id
    return ""


def salvage(body: dict[str, Any], at: datetime) -> Inbound | None:
    """Return the words of a misshapen message, so that they are still read for worry."""
    event = body.get("event")
    found = event if isinstance(event, dict) else {}
    user, text, key = found.get("user"), found.get("text"), body.get("event_id")
    if not (isinstance(user, str) and isinstance(text, str) and isinstance(key, str)) or found.get("bot_id"):
        return None
    return _inbound(body.get("team_id"), key, user, at, Text(to_plain(text)))


def _from_event(callback: Callback, at: datetime, *, exposed: bool) -> Inbound | None:
    if callback.event.get("type") != "message":
        return None
    message = msgspec.convert(callback.event, Message)
    if message.channel_type != "im":
        return None
    changed = message.subtype == "message_changed"
    written = message.message if changed else message
    content = _edit(message) if changed else _content(message)
    if isinstance(content, Text):
        content = msgspec.structs.replace(content, exposed=exposed)
    if content is None or written is None or not written.user or written.bot_id:
        return None
    inbound = _inbound(callback.team_id, callback.event_id, written.user, at, content)
    return msgspec.structs.replace(inbound, message=f"{message.channel}:{written.ts}")


def _content(message: Message) -> Content | None:
    if (message.subtype or "") not in WRITTEN:
        return None
    if message.text:
        answers = message.thread_ts if message.thread_ts != message.ts else ""
        return Text(to_plain(message.text), reply_to=f"{message.channel}:{answers}" if answers else "")
    kind = message.files[0].mimetype.partition("/")[0] if message.files else "unknown"
    return Unreadable(KINDS.get(kind, "file" if message.files else kind))


def _edit(event: Message) -> Content | None:
    after, before = event.message, event.previous_message
    if after is None or not after.text or (after.subtype or "") not in WRITTEN:
        return None
    # Slack also sends this when it adds a link preview: the words are as they were.
    if before is not None and before.text == after.text:
        return None
    return Edited(to_plain(after.text), message=f"{event.channel}:{after.ts}")


def _from_command(slash: Slash, at: datetime) -> Inbound:
    return _inbound(slash.team_id, slash.trigger_id, slash.user_id, at, _said(to_plain(slash.text).strip() or "help"))


def _said(words: str) -> Command | Text:
    """Return the command that words begin with; any others are said in private, as in a form."""
    name, _, argument = words.partition(" ")
    return Command(name.lower(), argument.strip()) if knows(name) else Text(words)


def _from_interaction(acted: Interaction, at: datetime) -> Inbound | None:
    where = acted.team or acted.enterprise
    content = _done(acted)
    if content is None:
        return None
    inbound = _inbound(where.id if where else acted.user.team_id, acted.trigger_id, acted.user.id, at, content)
    inbound = msgspec.structs.replace(inbound, trigger=_surface(acted))
    if acted.channel is None or acted.channel.id.startswith("D"):
        return inbound
    return msgspec.structs.replace(inbound, address=Address(Platform.SLACK, acted.channel.id))


def _done(acted: Interaction) -> Content | None:
    if acted.type == "shortcut":
        return Command("checkin")
    if acted.type == "view_submission":
        return _filled(acted.view) if acted.view is not None else None
    return _pressed(acted.actions[0], acted.trigger_id) if acted.actions else None


def _surface(acted: Interaction) -> str:
    """Where an answer can be shown in private: the modal that is open, or one that may be opened now."""
    if acted.type == "block_actions" and acted.view is not None and acted.view.type == "modal":
        return f"view:{acted.view.id}"
    talks = acted.view is not None and (acted.view.type == "home" or acted.view.callback_id == TALK)
    return acted.trigger_id if talks or acted.type == "shortcut" else ""


def _pressed(action: Action, trigger: str) -> Content:
    chosen = action.selected_option.value if action.selected_option else action.value
    if action.selected_options is not None:
        ticked = ",".join(option.value for option in action.selected_options)
        return Command("allow", ticked)
    if chosen.startswith(COMMAND):
        return _said(chosen.removeprefix(COMMAND))
    return Pressed(chosen or action.action_id, trigger=trigger)


def _filled(view: View) -> Content:
    fields = [field.value for block in view.state.values.values() for field in block.values()]
    words = to_plain(next((words for words in fields if words), ""))
    return Text(words) if view.private_metadata == WRITE else Filled(view.private_metadata, words)


def _inbound(team: str | None, key: str, user: str, at: datetime, content: Content) -> Inbound:
    """The key holds Slack's own id of the act, not the envelope's, so that a retry has the same."""
    return Inbound(f"slack:{team or '-'}:{key}", Address(Platform.SLACK, user), user, at, content)
