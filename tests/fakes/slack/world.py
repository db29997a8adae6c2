"""What the loopback Slack knows: tokens, people, conversations and everything written in them."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TEAM = "T0TEAM"
APP = "A0HANDRAIL"
BOT_USER = "U0BOT"
BOT = "B0BOT"
COMMAND = "/wellbeing"
BOT_TOKEN = "xoxb-handrail-test"
APP_TOKEN = "xapp-handrail-test"
CLIENT_ID = "1.2"
CLIENT_SECRET = "handrail-client-test"
SIGNING_SECRET = "handrail-test-secret"
BOT_SCOPES = frozenset(
    {"chat:write", "im:write", "im:history", "commands", "users:read", "dnd:read", "groups:read"},
)


class Refusal(Exception):  # noqa: N818  Slack's word
    """The Web API says no: `error` is Slack's code, `extra` goes into the answer."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


@dataclass
class Message:
    """One visible message; `version` says when it last changed, counted over the whole workspace.

    `earlier` is what it showed before it was edited.
    """

    channel: str
    ts: str
    author: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    version: int = 0
    edited: bool = False
    earlier: list[str] = field(default_factory=list)
    seen_only_by: str = ""
    thread: str = ""
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Everything a person reads on it, labels of buttons included."""
        return words_of(self.blocks) if self.blocks else plain(self.text)


@dataclass
class Conversation:
    """A direct message or a channel."""

    id: str
    private: bool = True
    direct: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)


@dataclass
class View:
    """An open modal or a published home."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str = ""

    @property
    def words(self) -> str:
        """Everything a person reads on it."""
        title = self.body.get("title", {}).get("text", "")
        return f"{plain(title)}\n{words_of(self.body.get('blocks', []))}"


@dataclass
class Profile:
    """What users.info and dnd.info answer."""

    id: str
    zone: str = "UTC"
    name: str = ""
    deleted: bool = False
    dnd: bool = False
    quiet_from: int = 1
    quiet_until: int = 1


@dataclass
class Trigger:
    """The right to open one modal within three seconds."""

    user: str
    lapses_at: float
    used: bool = False


def plain(text: str) -> str:
    """Slack's text as a person sees it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def texts_of(blocks: list[dict[str, Any]]) -> list[str]:
    """Every text object's text, in order."""
    found: list[str] = []
    for node in _nodes(blocks):
        if node.get("type") in {"plain_text", "mrkdwn"} and isinstance(node.get("text"), str):
            found.append(plain(node["text"]))
    return found


def words_of(blocks: list[dict[str, Any]]) -> str:
    """The blocks as lines."""
    return "\n".join(texts_of(blocks))


def _nodes(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for item in value for node in _nodes(item)]
    if isinstance(value, dict):
        return [value, *(node for item in value.values() for node in _nodes(item))]
    return []


class World:
    """The state of one workspace; every change wakes whoever waits for it."""

    def __init__(self, *, trigger_seconds: float = 3.0) -> None:
        self.bot_token, self.app_token, self.signing_secret = BOT_TOKEN, APP_TOKEN, SIGNING_SECRET
        self.scopes: set[str] = set(BOT_SCOPES)
        self.more_tokens: dict[str, str] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.used: list[tuple[str, str]] = []
        self.profiles: dict[str, Profile] = {}
        self.conversations: dict[str, Conversation] = {}
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.violations: list[str] = []
        self.warnings: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.posts: list[tuple[float, str]] = []
        self.trigger_seconds = trigger_seconds
        self.version = 0
        self._ids = itertools.count(1)
        self._changed = asyncio.Event()
        self.on_event: Callable[[dict[str, Any]], None] = lambda _event: None

    def new_id(self, letter: str) -> str:
        """A fresh id in Slack's manner."""
        return f"{letter}0{next(self._ids):04d}"

    def new_ts(self) -> str:
        """A fresh, growing time stamp that names a message within its channel."""
        return f"{time.time():.0f}.{next(self._ids):06d}"

    def touch(self) -> int:
        """Note a change and wake the waiting."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()
        return self.version

    async def until(self, found: Callable[[], Any], timeout: float) -> Any:
        """Wait for `found` to return something true, and return it."""
        async with asyncio.timeout(timeout):
            while not (result := found()):
                await self._changed.wait()
        return result

    def direct(self, user: str) -> Conversation:
        """The direct conversation between the bot and a user."""
        chat = re.sub("^[UW]", "D", user)
        fresh = Conversation(chat, direct=True, members={user, BOT_USER})
        return self.conversations.setdefault(chat, fresh)

    def find(self, channel: str) -> Conversation:
        """The conversation the bot means by a channel or user id."""
        if channel in self.profiles:
            return self.direct(channel)
        if channel not in self.conversations:
            raise Refusal("channel_not_found")
        return self.conversations[channel]

    def message(self, channel: str, ts: str) -> Message:
        """The message with that time stamp."""
        for message in self.find(channel).messages:
            if message.ts == ts:
                return message
        raise Refusal("message_not_found")

    def new_trigger(self, user: str) -> str:
        """Give a user's act its trigger."""
        trigger = f"{self.new_id('G')}.{self.new_id('H')}"
        self.triggers[trigger] = Trigger(user, time.monotonic() + self.trigger_seconds)
        return trigger

    def take_trigger(self, trigger: str) -> str:
        """Use a trigger up and return whose it was."""
        known = self.triggers.get(trigger)
        if known is None:
            raise Refusal("invalid_trigger_id")
        if known.used:
            raise Refusal("exchanged_trigger_id")
        known.used = True
        if time.monotonic() > known.lapses_at:
            raise Refusal("expired_trigger_id")
        return known.user

    def expire_triggers(self) -> None:
        """Let every trigger lapse now."""
        for trigger in self.triggers.values():
            trigger.lapses_at = 0

    def violate(self, what: str) -> None:
        """Record that a published limit was broken."""
        self.violations.append(what)

    def args(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Arguments with `blocks` and `view` parsed, however they were sent."""
        return {
            name: json.loads(value) if name in {"blocks", "view"} and isinstance(value, str) else value
            for name, value in raw.items()
        }
