"""Fetches updates by long polling; an update is confirmed only after it was committed.

The library's own Updater confirms what is merely in memory, stops for ever on one update it cannot parse, and ends
silently when the token is revoked; so this loop is ours (docs/faults.md, rows 1, 26, 28, 29).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from msgspec import Raw
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from adapters.telegram.backoff import Backoff
from adapters.telegram.connection import Connection, refused_token, seconds_of
from adapters.telegram.intake import Intake
from adapters.telegram.salvage import split_answer
from adapters.telegram.updates import ALLOWED_UPDATES
from adapters.telegram.wire import JunkAnswer
from bot.errors import ChannelRefused, StoreError
from bot.failpoints import failpoint
from bot.ports import Clock

BATCH = 100
POLL_SECONDS = 10
"""How long Telegram may hold a poll open; a dead connection is noticed `_GRACE_SECONDS` later."""

_GRACE_SECONDS = 5.0
_JUNK_BEFORE_SALVAGE = 3
_CONFLICT_WINDOW_SECONDS = 60.0
_NEWCOMER_SECONDS = 300.0
_PATIENCE = 3
_QUICK_SECONDS = 0.2
_FAREWELL_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Poller:
    """The poll loop of one bot. `last_poll_at` is when Telegram last answered, for the health check."""

    def __init__(
        self,
        connection: Connection,
        intake: Intake,
        clock: Clock,
        *,
        backoff: Backoff | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        poll_seconds: int = POLL_SECONDS,
    ) -> None:
        self.last_poll_at: datetime | None = None
        self._connection = connection
        self._intake = intake
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._monotonic = monotonic
        self._poll_seconds = poll_seconds
        self._started = monotonic()
        self._conflicts: deque[float] = deque()
        self._junk = 0
        self._offset = 0

    async def run(self) -> None:
        """Fetch and take updates until cancelled. Raises ChannelRefused when Telegram refuses the bot itself."""
        try:
            while True:
                await self._round()
        except asyncio.CancelledError:
            await self._confirm()
            await self._intake.afterwards.drain(_FAREWELL_SECONDS)
            raise

    async def _round(self) -> None:
        before = self._monotonic()
        try:
            updates = await self._fetch()
            await self._unhurt(self._take(updates))
        except StoreError as error:
            if error.permanent:
                raise
            log.warning("updates_not_stored", platform="telegram")
            await self._backoff.pause()
            return
        except TelegramError as error:
            await self._bear(error)
            return
        await self._breathe(updates, self._monotonic() - before)

    async def _fetch(self) -> Sequence[bytes | Raw]:
        try:
            updates = await self._get_updates(self._poll_seconds)
        except JunkAnswer as junk:
            # Half an emoji in one update makes the whole answer invalid: its updates are then taken one by one. An
            # answer that was cut off may come whole next time.
            self._junk += 1
            complete = junk.payload.rstrip().endswith(b"}")
            updates = split_answer(junk.payload) if complete or self._junk >= _JUNK_BEFORE_SALVAGE else []
            if not updates:
                raise
        self._junk = 0
        self.last_poll_at = self._clock()
        return updates

    async def _get_updates(self, seconds: int, limit: int = BATCH) -> Sequence[bytes | Raw]:
        wishes = {"timeout": seconds, "limit": limit, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset:
            wishes["offset"] = self._offset
        url = f"{self._connection.bot.base_url}/getUpdates?{urlencode(wishes)}"
        answer: object = await self._connection.polls.post(url, read_timeout=seconds + _GRACE_SECONDS)
        if not isinstance(answer, list):
            raise JunkAnswer(b"")
        return answer

    async def _take(self, updates: Sequence[bytes | Raw]) -> None:
        # An empty answer confirms all before the offset. Without one, numbers may start anew, as they do after a week
        # of silence: https://core.telegram.org/bots/api#update
        if updates:
            failpoint("intake.received")
        highest = await self._intake.take(updates) if updates else 0
        if updates:
            failpoint("intake.committed")
        self._offset = highest + 1 if highest else 0

    async def _unhurt(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a batch finish although we are told to stop: what was committed can then be confirmed."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            with suppress(StoreError):
                await task
            raise

    async def _breathe(self, updates: Sequence[bytes | Raw], took: float) -> None:
        """Pause when Telegram's answers lead nowhere, so that a junk answer does not make us spin."""
        stuck = bool(updates) and not self._offset
        hollow = not updates and took < min(_QUICK_SECONDS, self._poll_seconds)
        if stuck or hollow:
            await self._backoff.pause()
        else:
            self._backoff.succeeded()

    async def _bear(self, error: TelegramError) -> None:
        if isinstance(error, InvalidToken):
            raise refused_token(self._connection.setting) from None
        if isinstance(error, Conflict):
            self._count_conflict()
        log.warning("poll_failed", platform="telegram", reason=type(error).__name__)
        await self._backoff.pause(seconds_of(error) if isinstance(error, RetryAfter) else 0.0)

    def _count_conflict(self) -> None:
        # Whoever came last gives way. One that has polled for long stays, whatever the other does: if it went, every
        # message would reach the other one only.
        now = self._monotonic()
        if now - self._started >= _NEWCOMER_SECONDS:
            log.error("another_program_polls", platform="telegram", remedy="stop the other one")
            return
        self._conflicts.append(now)
        while self._conflicts[0] < now - _CONFLICT_WINDOW_SECONDS:
            self._conflicts.popleft()
        if len(self._conflicts) >= _PATIENCE:
            raise ChannelRefused(
                "Another program fetches this Telegram bot's updates, so some would reach only that one. "
                f"Stop the other one, or give this one a {self._connection.setting} of its own."
            )

    async def _confirm(self) -> None:
        """Tell Telegram what was committed last, so that the next start gets nothing twice."""
        if self._offset:
            with suppress(TelegramError, TimeoutError):
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await self._get_updates(0, limit=1)
