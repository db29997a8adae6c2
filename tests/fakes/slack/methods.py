"""The Web API's methods, each a function of the world and its arguments."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.fakes.slack.rules import broken_by_message, broken_by_view
from tests.fakes.slack.world import (
    APP,
    BOT,
    BOT_USER,
    CLIENT_ID,
    CLIENT_SECRET,
    TEAM,
    Conversation,
    Message,
    Refusal,
    View,
    World,
)

Args = dict[str, Any]
Answer = dict[str, Any]


def auth_test(_world: World, _args: Args) -> Answer:
    """Say whose token it is."""
    return {"url": "/", "team": "Test", "user": "handrail", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}


def chat_post_message(world: World, args: Args) -> Answer:
    """Post to a channel or a person."""
    conversation = _writable(world, args)
    text, blocks = _checked(world, args)
    _note_double(world, conversation, text, blocks)
    message = Message(conversation.id, world.new_ts(), BOT_USER, text, _with_ids(world, blocks))
    message.thread, message.raw = args.get("thread_ts", ""), args
    conversation.messages.append(message)
    message.version = world.touch()
    world.posts.append((time.monotonic(), conversation.id))
    _echo(world, conversation, message, {})
    return {"channel": conversation.id, "ts": message.ts, "message": {"text": text, "bot_id": BOT, "ts": message.ts}}


def chat_update(world: World, args: Args) -> Answer:
    """Replace a message of the bot's own."""
    conversation = _writable(world, args)
    message = world.message(args.get("channel", ""), args.get("ts", ""))
    if message.author != BOT_USER:
        raise Refusal("cant_update_message")
    text, blocks = _checked(world, args)
    message.earlier.append(message.words)
    message.text, message.blocks, message.edited = text, _with_ids(world, blocks), True
    message.version = world.touch()
    _echo(world, conversation, message, {"subtype": "message_changed"})
    return {"channel": conversation.id, "ts": message.ts, "text": text}


def chat_post_ephemeral(world: World, args: Args) -> Answer:
    """Post what only one person sees."""
    conversation = _writable(world, args)
    if args.get("user") not in conversation.members:
        raise Refusal("user_not_in_channel")
    text, blocks = _checked(world, args)
    message = Message(conversation.id, world.new_ts(), BOT_USER, text, blocks, seen_only_by=args["user"])
    conversation.messages.append(message)
    message.version = world.touch()
    return {"message_ts": message.ts}


def chat_delete(world: World, args: Args) -> Answer:
    """Take back a message of the bot's own."""
    message = world.message(args.get("channel", ""), args.get("ts", ""))
    if message.author != BOT_USER:
        raise Refusal("cant_delete_message")
    world.find(message.channel).messages.remove(message)
    world.touch()
    return {"channel": message.channel, "ts": message.ts}


def conversations_open(world: World, args: Args) -> Answer:
    """Open the direct conversation with one person."""
    user = str(args.get("users", ""))
    if user not in world.profiles:
        raise Refusal("user_not_found")
    if world.profiles[user].deleted:
        raise Refusal("user_disabled")
    return {"channel": {"id": world.direct(user).id}}


def conversations_info(world: World, args: Args) -> Answer:
    """Say what kind of channel it is, to whoever may know."""
    conversation = world.find(str(args.get("channel", "")))
    needed = "im:read" if conversation.direct else "groups:read" if conversation.private else "channels:read"
    if needed not in world.scopes:
        raise Refusal("missing_scope", needed=needed, provided=",".join(sorted(world.scopes)))
    inside = BOT_USER in conversation.members
    if conversation.private and not inside:
        raise Refusal("channel_not_found")
    facts = {"id": conversation.id, "is_private": conversation.private, "is_member": inside}
    return {"channel": {**facts, "is_archived": conversation.archived, "is_im": conversation.direct}}


def users_info(world: World, args: Args) -> Answer:
    """Describe a person."""
    profile = world.profiles.get(str(args.get("user", "")))
    if profile is None:
        raise Refusal("user_not_found")
    return {"user": {"id": profile.id, "name": profile.name, "deleted": profile.deleted, "tz": _zone(profile.zone)}}


def dnd_info(world: World, args: Args) -> Answer:
    """Say whether a person wants quiet."""
    profile = world.profiles.get(str(args.get("user", "")))
    if profile is None:
        raise Refusal("user_not_found")
    quiet = {"next_dnd_start_ts": profile.quiet_from, "next_dnd_end_ts": profile.quiet_until}
    return {"dnd_enabled": profile.dnd, **quiet, "snooze_enabled": False}


def views_open(world: World, args: Args) -> Answer:
    """Show a modal to whoever acted within the last three seconds."""
    user = world.take_trigger(str(args.get("trigger_id", "")))
    view = View(world.new_id("V"), user, _checked_view(world, args), hash=world.new_id("H"))
    world.views[view.id] = view
    world.modals.setdefault(user, []).append(view)
    world.touch()
    return {"view": _described(view)}


def views_update(world: World, args: Args) -> Answer:
    """Replace an open view."""
    view = world.views.get(str(args.get("view_id", "")))
    if view is None:
        raise Refusal("not_found")
    if args.get("hash") and args["hash"] != view.hash:
        raise Refusal("hash_conflict")
    view.body, view.hash = _checked_view(world, args), world.new_id("H")
    world.touch()
    return {"view": _described(view)}


def views_publish(world: World, args: Args) -> Answer:
    """Replace a person's App Home."""
    user = str(args.get("user_id", ""))
    if user not in world.profiles:
        raise Refusal("user_not_found")
    view = View(world.new_id("V"), user, _checked_view(world, args), hash=world.new_id("H"))
    world.views[view.id] = world.homes[user] = view
    world.touch()
    return {"view": _described(view)}


def oauth_v2_access(world: World, args: Args) -> Answer:
    """Give the token of a workspace for the one-use code that its administrator brought."""
    if (args.get("client_id"), args.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise Refusal("invalid_client_id")
    code = str(args.get("code", ""))
    if code not in world.codes:
        raise Refusal("invalid_code")
    place = world.codes.pop(code)
    token = f"xoxb-{(place.get('team') or place['enterprise'])['id']}"
    world.more_tokens[token] = code
    return {"access_token": token, "token_type": "bot", "is_enterprise_install": False, **place}


METHODS: dict[str, tuple[str, Callable[[World, Args], Answer]]] = {
    "auth.test": ("", auth_test),
    "chat.postMessage": ("chat:write", chat_post_message),
    "chat.update": ("chat:write", chat_update),
    "chat.postEphemeral": ("chat:write", chat_post_ephemeral),
    "chat.delete": ("chat:write", chat_delete),
    "conversations.open": ("im:write", conversations_open),
    "conversations.info": ("", conversations_info),
    "users.info": ("users:read", users_info),
    "dnd.info": ("dnd:read", dnd_info),
    "views.open": ("", views_open),
    "views.update": ("", views_update),
    "views.publish": ("", views_publish),
}


def _writable(world: World, args: Args) -> Conversation:
    conversation = world.find(str(args.get("channel", "")))
    if conversation.archived:
        raise Refusal("is_archived")
    if BOT_USER not in conversation.members:
        raise Refusal("channel_not_found" if conversation.private else "not_in_channel")
    if conversation.direct and any(world.profiles[m].deleted for m in conversation.members & set(world.profiles)):
        raise Refusal("user_disabled")
    return conversation


def _checked(world: World, args: Args) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = str(args.get("text", "")), list(args.get("blocks") or [])
    if not text and not blocks:
        raise Refusal("no_text")
    if not text:
        world.violate("message without top-level text")
    if len(text) > 4_000:
        world.warnings.append(f"message text of {len(text)} characters, better under 4,000")
    broken = broken_by_message(text, blocks)
    for what in broken:
        world.violate(what)
    if broken:
        raise Refusal("msg_too_long" if "message text over" in broken[-1] else "invalid_blocks", errors=broken)
    return text, blocks


def _checked_view(world: World, args: Args) -> dict[str, Any]:
    view: dict[str, Any] = args.get("view") or {}
    broken = broken_by_view(view)
    for what in broken:
        world.violate(what)
    if broken:
        raise Refusal("invalid_arguments", response_metadata={"messages": broken})
    return {**view, "blocks": _with_ids(world, view.get("blocks", []))}


def _with_ids(world: World, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"block_id": world.new_id("k"), **block} for block in blocks]


def _note_double(world: World, conversation: Conversation, text: str, blocks: list[dict[str, Any]]) -> None:
    last = conversation.messages[-1] if conversation.messages else None
    if last and last.author == BOT_USER and last.raw.get("text") == text and (last.raw.get("blocks") or []) == blocks:
        world.violate(f"double post in {conversation.id}")


def _echo(world: World, conversation: Conversation, message: Message, extra: dict[str, Any]) -> None:
    """Slack sends a bot its own messages too."""
    if not conversation.direct or message.seen_only_by:
        return
    inside = {"type": "message", "bot_id": BOT, "app_id": APP, "user": BOT_USER, "text": message.text, "ts": message.ts}
    where = {"type": "message", "channel": conversation.id, "channel_type": "im", "ts": message.ts, "team": TEAM}
    previous = {"message": inside, "previous_message": inside, "hidden": True}
    world.on_event({**where, **extra, **previous} if extra else {**inside, **where})


def _described(view: View) -> dict[str, Any]:
    return {**view.body, "id": view.id, "hash": view.hash, "team_id": TEAM}


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except ZoneInfoNotFoundError:
        return "UTC"
