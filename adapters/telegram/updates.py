"""Turns one raw Telegram update into what it means to us; pure, and knows only the few fields that we need."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
from msgspec import Raw, Struct

from adapters.telegram.identity import Identity
from bot.model.people import Address
from bot.model.received import Blocked, Command, Content, Edited, Inbound, Pressed, Text, Unreadable

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_COMMAND = re.compile(r"/([A-Za-z]\w{0,31})(?:@(\w+))?(?:\s+(.*))?", re.ASCII | re.DOTALL)
_AWAY = frozenset({"kicked", "left"})
_KINDS = {
    "photo": "photo",
    "voice": "voice",
    "audio": "voice",
    "video_note": "voice",
    "sticker": "sticker",
    "video": "file",
    "animation": "file",
    "document": "file",
    "location": "unknown",
    "contact": "unknown",
    "poll": "unknown",
    "dice": "unknown",
    "venue": "unknown",
    "story": "unknown",
    "paid_media": "unknown",
    "checklist": "unknown",
}


class Unparsable(Exception):  # noqa: N818  a fact about the update
    """An update that does not have the shape we know. Its text never names what it holds."""


class _Chat(Struct):
    id: int
    type: str = "private"


class _User(Struct):
    id: int
    language_code: str = ""


class _Reference(Struct):
    message_id: int


class _Message(Struct):
    message_id: int
    chat: _Chat
    date: int = 0
    edit_date: int = 0
    from_: _User | None = msgspec.field(name="from", default=None)
    text: str = ""
    caption: str = ""
    reply_to_message: _Reference | None = None
    migrate_from_chat_id: int = 0
    migrate_to_chat_id: int = 0


class _Query(Struct):
    id: str
    from_: _User = msgspec.field(name="from")
    message: _Message | None = None
    data: str = ""


class _Member(Struct):
    status: str


class _Membership(Struct):
    chat: _Chat
    from_: _User = msgspec.field(name="from")
    new_chat_member: _Member
    date: int = 0


class _Update(Struct):
    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Query | None = None
    my_chat_member: _Membership | None = None


class Arrival(Struct, frozen=True):
    """What one update means: its id, what it says to the core, and what Telegram expects of us afterwards.

    `query` is a press that wants an answer; `group` the chat id of the group in which it happened. `was_group` and
    `new_group` are the ids that Telegram names where it moves the group.
    """

    update_id: int
    inbound: Inbound | None = None
    query: str = ""
    group: str = ""
    was_group: str = ""
    new_group: str = ""


_decode = msgspec.json.Decoder(_Update).decode
_keys = msgspec.json.Decoder(dict[str, Raw]).decode


def to_inbound(raw: bytes | Raw, me: Identity, now: datetime) -> Inbound | None:
    """Return what an update says to the core, or None when it says nothing. Raises Unparsable."""
    return read(raw, me, now).inbound


def read(raw: bytes | Raw, me: Identity, now: datetime) -> Arrival:
    """Return what an update means; `now` stands in where it bears no time. Raises Unparsable."""
    try:
        return _read(raw, me, now)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # The library's text may quote what a person wrote: it goes no further.
        raise Unparsable("the update has an unknown shape") from None


def _read(raw: bytes | Raw, me: Identity, now: datetime) -> Arrival:
    update = _decode(raw)
    if update.message:
        return _said(update.update_id, update.message, raw, me, now)
    if update.callback_query:
        return _pressed(update.update_id, update.callback_query, me, now)
    if update.edited_message:
        return _edited(update.update_id, update.edited_message, me, now)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member, me, now)
    return Arrival(update.update_id)


def key_of(me: Identity, update_id: int | str) -> str:
    """Return the key under which an update is taken once."""
    return f"telegram:{me.bot_id}:{update_id}"


def clean(text: str) -> str:
    """Return a text without the NUL that PostgreSQL refuses to store."""
    return text.replace("\x00", "") if "\x00" in text else text


def _said(update_id: int, message: _Message, raw: bytes | Raw, me: Identity, now: datetime) -> Arrival:
    text = clean(message.text or message.caption)
    content = _words(text, message, me) if text else _wordless(message, raw)
    arrival = _arrival(update_id, message, content, _moment(message.date, now), me)
    if message.migrate_from_chat_id:
        return msgspec.structs.replace(arrival, was_group=str(message.migrate_from_chat_id), new_group=arrival.group)
    if message.migrate_to_chat_id:
        return msgspec.structs.replace(arrival, was_group=arrival.group, new_group=str(message.migrate_to_chat_id))
    return arrival


def _words(text: str, message: _Message, me: Identity) -> Content | None:
    found = _COMMAND.fullmatch(text) if text.startswith("/") else None
    if not found:
        answered = message.reply_to_message
        return Text(text, reply_to=str(answered.message_id) if answered else "")
    name, to_bot, argument = found.groups(default="")
    if to_bot and me.username and to_bot.lower() != me.username.lower():
        return None
    return Command(name.lower(), argument.strip())


def _wordless(message: _Message, raw: bytes | Raw) -> Unreadable | None:
    # Rare, so the second look at the raw update costs less than sixteen more fields in every decode. Notices such as
    # a pinned message are nobody's words: only the known kinds of content get an answer.
    content = _keys(_keys(raw)["message"])
    kind = next((kind for name, kind in _KINDS.items() if name in content), "")
    return Unreadable(kind) if kind else None


def _edited(update_id: int, message: _Message, me: Identity, now: datetime) -> Arrival:
    text = clean(message.text or message.caption)
    content = Edited(text, str(message.message_id)) if text else None
    return _arrival(update_id, message, content, _moment(message.edit_date, now), me)


def _arrival(update_id: int, message: _Message, content: Content | None, at: datetime, me: Identity) -> Arrival:
    chat, user = message.chat, message.from_
    group = "" if chat.type == "private" else str(chat.id)
    if content is None:
        return Arrival(update_id, group=group)
    inbound = Inbound(
        key=key_of(me, update_id),
        address=Address(me.platform, str(chat.id)),
        sender=str(user.id if user else chat.id),
        at=at,
        content=content,
        message=str(message.message_id),
        language=user.language_code if user else "",
    )
    return Arrival(update_id, inbound, group=group)


def _pressed(update_id: int, query: _Query, me: Identity, now: datetime) -> Arrival:
    # An inline message's press has no chat; then the person's private chat is the place, whose id is the person's.
    chat = query.message.chat if query.message else _Chat(query.from_.id)
    inbound = Inbound(
        key=key_of(me, update_id),
        address=Address(me.platform, str(chat.id)),
        sender=str(query.from_.id),
        at=now,
        content=Pressed(clean(query.data)),
        message=str(query.message.message_id) if query.message else "",
        language=query.from_.language_code,
    )
    return Arrival(update_id, inbound, query.id, "" if chat.type == "private" else str(chat.id))


def _membership(update_id: int, change: _Membership, me: Identity, now: datetime) -> Arrival:
    away = change.new_chat_member.status in _AWAY
    if change.chat.type != "private":
        return Arrival(update_id, group="" if away else str(change.chat.id))
    inbound = Inbound(
        key=key_of(me, update_id),
        address=Address(me.platform, str(change.chat.id)),
        sender=str(change.from_.id),
        at=_moment(change.date, now),
        content=Blocked(back=not away),
        language=change.from_.language_code,
    )
    return Arrival(update_id, inbound)


def _moment(seconds: int, now: datetime) -> datetime:
    """Return the time that Telegram gives; its clock may run ahead of ours, but nothing was said in the future."""
    if not 0 < seconds < now.timestamp():
        return now
    return datetime.fromtimestamp(seconds, UTC)
