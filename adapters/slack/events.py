"""Turns what Slack sends into an Inbound: pure, so that any payload can be tried in a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from adapters.slack.blocks import form_label
from adapters.slack.payloads import Callback, Interaction, Message, Slash, parse
from adapters.slack.words import to_plain
from bot.model import Address, Command, Content, Edited, Filled, Inbound, Platform, Pressed, Text, Unreadable

# A person wrote these themselves; every other subtype is Slack's or a bot's.
WRITTEN = {"", "file_share", "me_message", "thread_broadcast"}
KINDS = {"image": "photo", "audio": "voice"}


class Form(Struct, frozen=True):
    """A press that asks for words: what to open, and the three-second permission to do so."""

    button: str
    label: str
    trigger: str


def to_inbound(body: dict[str, Any], at: datetime) -> Inbound | None:
    """Return what a person did, or None for what is not theirs. Raises msgspec.ValidationError when misshapen."""
    arrived = parse(body)
    if isinstance(arrived, Callback):
        return _from_event(arrived, at)
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


def salvage(body: dict[str, Any], at: datetime) -> Inbound | None:
    """Return the words of a misshapen message, so that they are still read for worry."""
    event = body.get("event")
    found = event if isinstance(event, dict) else {}
    user, text, key = found.get("user"), found.get("text"), body.get("event_id")
    if not (isinstance(user, str) and isinstance(text, str) and isinstance(key, str)) or found.get("bot_id"):
        return None
    return _inbound(body.get("team_id"), key, user, at, Text(to_plain(text)))


def _from_event(callback: Callback, at: datetime) -> Inbound | None:
    if callback.event.get("type") != "message":
        return None
    message = msgspec.convert(callback.event, Message)
    if message.channel_type != "im":
        return None
    changed = message.subtype == "message_changed"
    written = message.message if changed else message
    content = _edit(message) if changed else _content(message)
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
    name, _, argument = to_plain(slash.text).strip().partition(" ")
    command = Command(name.lower() or "help", argument.strip())
    return _inbound(slash.team_id, slash.trigger_id, slash.user_id, at, command)


def _from_interaction(acted: Interaction, at: datetime) -> Inbound | None:
    where = acted.team or acted.enterprise
    content = _filled(acted) if acted.type == "view_submission" else _pressed(acted)
    if content is None:
        return None
    inbound = _inbound(where.id if where else acted.user.team_id, acted.trigger_id, acted.user.id, at, content)
    if acted.channel is None or acted.channel.id.startswith("D"):
        return inbound
    return msgspec.structs.replace(inbound, address=Address(Platform.SLACK, acted.channel.id))


def _pressed(acted: Interaction) -> Pressed | None:
    if not acted.actions:
        return None
    action = acted.actions[0]
    chosen = action.selected_option.value if action.selected_option else action.value
    return Pressed(chosen or action.action_id, trigger=acted.trigger_id)


def _filled(acted: Interaction) -> Filled | None:
    if acted.view is None:
        return None
    fields = [field.value for block in acted.view.state.values.values() for field in block.values()]
    return Filled(acted.view.private_metadata, to_plain(next((words for words in fields if words), "")))


def _inbound(team: str | None, key: str, user: str, at: datetime, content: Content) -> Inbound:
    """The key holds Slack's own id of the act, not the envelope's, so that a retry has the same."""
    return Inbound(f"slack:{team or '-'}:{key}", Address(Platform.SLACK, user), user, at, content)
