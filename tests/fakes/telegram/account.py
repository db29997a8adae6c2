"""One bot account on the server: its chats, its queue of updates, and what it was seen doing."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tests.fakes.telegram.chats import Changes, Chat
from tests.fakes.telegram.limits import Violation

UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post", "edited_channel_post")


@dataclass(frozen=True)
class Call:
    """One call of the bot: when (monotonic seconds), which method, to which chat, and how it ended."""

    at: float
    method: str
    chat: int | None
    status: int
    params: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass
class Query:
    """A press that waits for answerCallbackQuery."""

    query_id: str
    answers: int = 0


class Account:
    """A bot as Telegram keeps it."""

    def __init__(self, token: str, username: str, first_update: int = 1000) -> None:
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.username = username
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.allowed_updates: list[str] = []
        self.webhook: dict[str, Any] = {}
        self.changes = Changes()
        self.poll = 0
        self.confirmed = 0
        self._updates: deque[tuple[int, bytes]] = deque()
        self._next_update = first_update
        self._next_message = 1

    def new_message_id(self) -> int:
        """Return the next message id."""
        self._next_message += 1
        return self._next_message

    def push(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update and return its id; a kind that the bot did not ask for is dropped (0)."""
        if self.allowed_updates and kind not in self.allowed_updates:
            return 0
        return self.push_raw(lambda update_id: json.dumps({"update_id": update_id, kind: content}).encode())

    def push_raw(self, make: Any) -> int:
        """Queue bytes as they are; `make` gets the update id and returns them."""
        update_id = self._next_update
        self._next_update += 1
        self._updates.append((update_id, make(update_id)))
        self.changes.announce()
        return update_id

    def confirm(self, offset: int) -> None:
        """Forget what the bot has confirmed; a negative offset forgets all but the last ones."""
        while self._updates and (len(self._updates) > -offset if offset < 0 else self._updates[0][0] < offset):
            self._updates.popleft()
            self.confirmed += 1
        self.changes.announce()

    def pending(self, limit: int = 100) -> list[bytes]:
        """Return the oldest unconfirmed updates."""
        return [raw for _, raw in islice(self._updates, limit)]

    def drop_pending(self) -> None:
        """Forget every update."""
        self._updates.clear()
        self.changes.announce()

    @property
    def unconfirmed(self) -> int:
        """How many updates wait."""
        return len(self._updates)

    async def all_confirmed(self, timeout: float = 5.0) -> None:
        """Wait until the bot has confirmed every update."""
        if not await self.changes.until(lambda: not self._updates, timeout):
            raise AssertionError(f"{len(self._updates)} updates are unconfirmed")

    async def polled(self, times: int = 1, timeout: float = 5.0) -> None:
        """Wait until the bot has begun to poll that many times."""
        if not await self.changes.until(lambda: self.poll >= times, timeout):
            raise AssertionError(f"polled {self.poll} times, not {times}")

    async def called(self, method: str, count: int = 1, timeout: float = 5.0) -> list[Call]:
        """Wait until a method was called that many times; return these calls."""
        found = await self.changes.until(
            lambda: calls if len(calls := self.calls_of(method)) >= count else None, timeout
        )
        if found is None:
            raise AssertionError(f"{method} was called {len(self.calls_of(method))} times, not {count}")
        return found

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method."""
        return [call for call in self.calls if call.method == method]

    def record(self, method: str, chat: int | None, status: int, params: dict[str, Any]) -> None:
        """Remember a call."""
        self.calls.append(Call(time.monotonic(), method, chat, status, params))
        self.changes.announce()

    @property
    def unanswered(self) -> list[str]:
        """The presses that were never answered."""
        return [query.query_id for query in self.queries.values() if not query.answers]
