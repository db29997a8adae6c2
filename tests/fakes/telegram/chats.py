"""What a person sees in a chat: the bot's messages with their edits and keyboards, and a way to wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
Rows = list[list[dict[str, Any]]]


@dataclass
class Said:
    """One visible message; `author` is `bot` or the user id."""

    message_id: int
    author: str
    text: str
    keyboard: Rows = field(default_factory=list)
    picture: bool = False
    silent: bool = False
    protected: bool = False
    edits: int = 0
    reply_to: int = 0

    @property
    def labels(self) -> list[str]:
        """The words on the buttons, in reading order."""
        return [button["text"] for row in self.keyboard for button in row]


class Changes:
    """Wakes everyone who waits for the next change."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Wake whoever waits."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, ask: Callable[[], T | None], seconds: float) -> T | None:
        """Return the first true answer, asked again after each change; None when the time is up."""
        try:
            # Not wait_for: before Python 3.12 it can swallow a cancellation that meets an announcement.
            async with asyncio.timeout(seconds):
                while not (answer := ask()):
                    await self._next.wait()
        except TimeoutError:
            return ask()
        return answer


class Chat:
    """One chat as its members see it."""

    def __init__(self, chat_id: int, kind: str, title: str) -> None:
        self.chat_id = chat_id
        self.kind = kind
        self.title = title
        self.messages: dict[int, Said] = {}
        self.news: list[Said] = []
        self.changes = Changes()
        self.actions: list[str] = []
        self.member = True
        self.blocked = False
        self.migrated_to = 0
        self.members: set[int] = set()
        self._heard = 0

    @property
    def bot_says(self) -> list[str]:
        """The texts of the bot's visible messages, oldest first."""
        return [said.text for said in self.messages.values() if said.author == "bot"]

    def put(self, said: Said) -> Said:
        """Show a message and tell those who listen."""
        self.messages[said.message_id] = said
        return self.touch(said)

    def touch(self, said: Said) -> Said:
        """Tell those who listen that a message is new or changed."""
        if said.author == "bot":
            self.news.append(said)
        self.changes.announce()
        return said

    async def hears(self, what: str | Callable[[Said], bool], timeout: float = 5.0) -> Said:
        """Wait for a new or edited message of the bot that fits, and skip all before it."""
        found = await self.changes.until(lambda: self._find(what), timeout)
        if found is None:
            raise AssertionError(f"not heard: {what!r}; since the last one: {self.news[self._heard :]}")
        return found

    def _find(self, what: str | Callable[[Said], bool]) -> Said | None:
        for index in range(self._heard, len(self.news)):
            said = self.news[index]
            if what(said) if callable(what) else what in said.text:
                self._heard = index + 1
                return said
        return None

    def as_api(self) -> dict[str, Any]:
        """The Bot API's Chat object."""
        name = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        return {"id": self.chat_id, "type": self.kind, **name}
