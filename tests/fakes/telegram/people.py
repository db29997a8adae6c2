"""People and groups that a test moves: they type, press, edit, block, send pictures and junk."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.fakes.telegram.account import Account, Query
from tests.fakes.telegram.chats import Chat, Said

MEDIA: dict[str, Any] = {
    "photo": [{"file_id": "P1", "file_unique_id": "p1", "width": 90, "height": 90}],
    "voice": {"file_id": "V1", "file_unique_id": "v1", "duration": 3},
    "sticker": {"file_id": "S1", "file_unique_id": "s1", "width": 512, "height": 512},
    "document": {"file_id": "D1", "file_unique_id": "d1"},
    "video_note": {"file_id": "N1", "file_unique_id": "n1", "length": 240, "duration": 3},
    "location": {"latitude": 0.0, "longitude": 0.0},
    "pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}},
}


def entities_of(text: str) -> dict[str, Any]:
    """Return the command entity that Telegram's clients add."""
    if not text.startswith("/"):
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]}


class Group:
    """A group chat with the bot in it."""

    def __init__(self, account: Account, chat: Chat) -> None:
        self.account = account
        self.chat = chat
        self.hears = chat.hears

    def adds_bot(self, by: User) -> int:
        """Somebody adds the bot."""
        self.chat.member = True
        return self.account.push("my_chat_member", by.membership(self.chat, "left", "member"))

    def removes_bot(self, by: User) -> int:
        """Somebody removes the bot."""
        self.chat.member = False
        return self.account.push("my_chat_member", by.membership(self.chat, "member", "kicked"))

    def migrates(self, new_chat_id: int, by: User) -> Group:
        """The group becomes a supergroup with another id, and the bot sees the notice there."""
        self.chat.migrated_to = new_chat_id
        supergroup = Chat(new_chat_id, "supergroup", self.chat.title)
        self.account.chats[new_chat_id] = supergroup
        notice = by.message(supergroup, {"migrate_from_chat_id": self.chat.chat_id})
        self.account.push("message", notice)
        return Group(self.account, supergroup)


class User:
    """A person with a private chat with the bot."""

    def __init__(self, account: Account, chat: Chat, language: str = "en") -> None:
        self.account = account
        self.user_id = chat.chat_id
        self.chat = chat
        self.language = language
        self.hears = chat.hears

    def says(self, text: str, *, into: Group | None = None, reply_to: int = 0) -> int:
        """Type a message and return its update id."""
        chat = into.chat if into else self.chat
        answered = {"reply_to_message": self.message(chat, {}, reply_to)} if reply_to else {}
        message = self.message(chat, {"text": text, **entities_of(text), **answered})
        chat.put(Said(message["message_id"], str(self.user_id), text))
        return self.account.push("message", message)

    def sends(self, kind: str, caption: str = "") -> int:
        """Send a photo, voice, sticker … and return the update id."""
        words = {"caption": caption} if caption else {}
        return self.account.push("message", self.message(self.chat, {kind: MEDIA[kind], **words}))

    def presses(self, label: str, *, into: Group | None = None, data: str | None = None) -> str:
        """Press the newest visible button of that label (`data` forges it) and return the query id."""
        chat = into.chat if into else self.chat
        said, button = self._button(chat, label)
        query = Query(f"q{len(self.account.queries) + 1}")
        self.account.queries[query.query_id] = query
        content = {
            "id": query.query_id,
            "from": self.as_api(),
            "chat_instance": "1",
            "data": data or button["callback_data"],
            "message": self.message(chat, {"text": said.text}, said.message_id),
        }
        self.account.push("callback_query", content)
        return query.query_id

    def _button(self, chat: Chat, label: str) -> tuple[Said, dict[str, Any]]:
        for said in reversed(chat.messages.values()):
            for row in said.keyboard:
                for button in row:
                    if button["text"] == label:
                        return said, button
        raise AssertionError(f"no button {label!r} in {[said.labels for said in chat.messages.values()]}")

    def edits(self, old: str, new: str) -> int:
        """Change an own earlier message and return the update id."""
        mine = [s for s in self.chat.messages.values() if s.text == old and s.author == str(self.user_id)]
        mine[-1].text = new
        content = self.message(self.chat, {"text": new, "edit_date": int(time.time())}, mine[-1].message_id)
        return self.account.push("edited_message", content)

    def blocks(self) -> int:
        """Block the bot."""
        self.chat.blocked = True
        return self.account.push("my_chat_member", self.membership(self.chat, "member", "kicked"))

    def unblocks(self) -> int:
        """Unblock the bot."""
        self.chat.blocked = False
        return self.account.push("my_chat_member", self.membership(self.chat, "kicked", "member"))

    def sends_raw(self, make: Callable[[int], bytes]) -> int:
        """Queue any bytes as an update; `make` gets the update id."""
        return self.account.push_raw(make)

    def as_api(self) -> dict[str, Any]:
        """The Bot API's User object."""
        return {"id": self.user_id, "is_bot": False, "first_name": self.chat.title, "language_code": self.language}

    def message(self, chat: Chat, content: dict[str, Any], message_id: int = 0) -> dict[str, Any]:
        """The Bot API's Message object of this person."""
        return {
            "message_id": message_id or self.account.new_message_id(),
            "from": self.as_api(),
            "chat": chat.as_api(),
            "date": int(time.time()),
            **content,
        }

    def membership(self, chat: Chat, before: str, after: str) -> dict[str, Any]:
        """The Bot API's ChatMemberUpdated object, caused by this person."""
        bot = {"id": self.account.bot_id, "is_bot": True, "first_name": self.account.username}
        return {
            "chat": chat.as_api(),
            "from": self.as_api(),
            "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": before, "until_date": 0},
            "new_chat_member": {"user": bot, "status": after, "until_date": 0},
        }
