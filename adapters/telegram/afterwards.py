"""Does what Telegram expects once an update is safe: answers presses and leaves foreign groups, beside the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.model.received import Blocked, Inbound

_AT_ONCE = 8
_MOST_WAITING = 512
TYPING_AFTER = 1.0


class Afterwards:
    """Small courtesies that may fail: nobody waits for them, and `failures` counts those that did not succeed."""

    def __init__(self, bot: Bot, typing_after: float = TYPING_AFTER) -> None:
        self.failures = 0
        self._typing_after = typing_after
        self._bot = bot
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._leaving: set[str] = set()

    def answer(self, query: str) -> None:
        """Stop the spinner on the button that was pressed."""
        self._start(partial(self._bot.answer_callback_query, query))

    def leave(self, group: str) -> None:
        """Leave a group; several messages from it lead to one call at a time."""
        if group not in self._leaving:
            self._leaving.add(group)
            self._start(partial(self._leave, group))

    @asynccontextmanager
    async def typing(self, inbounds: Sequence[Inbound]) -> AsyncIterator[None]:
        """Show everyone who wrote that an answer is being made, when what happens here takes over a second."""
        chats = {one.address.chat for one in inbounds if not isinstance(one.content, Blocked)}
        people = [chat for chat in chats if not chat.startswith("-")][:_AT_ONCE]
        timer = asyncio.get_running_loop().call_later(self._typing_after, self._type, people)
        try:
            yield
        finally:
            timer.cancel()

    def _type(self, people: Sequence[str]) -> None:
        for chat in people:
            self._start(partial(self._bot.send_chat_action, chat, ChatAction.TYPING))

    async def drain(self, seconds: float) -> None:
        """Give what is under way that long, then drop it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _leave(self, group: str) -> None:
        try:
            await self._bot.leave_chat(int(group))
        finally:
            self._leaving.discard(group)

    def _start(self, call: Callable[[], Awaitable[object]]) -> None:
        # When Telegram stalls, presses must not pile up in memory without end.
        if len(self._tasks) >= _MOST_WAITING:
            self.failures += 1
            return
        task = asyncio.create_task(self._try(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, call: Callable[[], Awaitable[object]]) -> None:
        try:
            async with self._turn:
                await call()
        except TelegramError:
            self.failures += 1
