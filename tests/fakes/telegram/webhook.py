"""Pushes an account's updates to its webhook, one after the other, again until it answers 2xx."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import aiohttp

from tests.fakes.telegram.account import Account

AGAIN_SECONDS = 0.05


class Pusher:
    """Telegram's pushing side for one bot."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.statuses: list[int] = []
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End pushing."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                await self._account.changes.until(self._has_work, 3600)
                if self._has_work() and not await self._push(session):
                    await asyncio.sleep(AGAIN_SECONDS)

    def _has_work(self) -> bool:
        return bool(self._account.webhook.get("url") and self._account.unconfirmed)

    async def _push(self, session: aiohttp.ClientSession) -> bool:
        raw = self._account.pending(1)[0]
        headers = {"Content-Type": "application/json"}
        if secret := self._account.webhook.get("secret"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        try:
            async with session.post(self._account.webhook["url"], data=raw, headers=headers) as answer:
                self.statuses.append(answer.status)
        except aiohttp.ClientError:
            return False
        if not 200 <= self.statuses[-1] < 300:
            return False
        self._account.confirm(_update_id(raw) + 1)
        return True


def _update_id(raw: bytes) -> int:
    return int(json.loads(raw)["update_id"])
