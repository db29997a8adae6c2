"""HTTP mode: pushes signed requests to the app's URL, as Slack does."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.pushes import Push
from tests.fakes.slack.world import World

FORM = "application/x-www-form-urlencoded"


def signed(secret: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """The two headers that prove a request is Slack's."""
    stamp = str(int(time.time()) if at is None else at)
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def encoded(push: Push) -> tuple[bytes, str]:
    """The body and content type of a push."""
    if push.kind == "events_api":
        return json.dumps(push.payload).encode(), "application/json"
    if push.kind == "interactive":
        return urlencode({"payload": json.dumps(push.payload)}).encode(), FORM
    return urlencode(push.payload).encode(), FORM


class Webhook:
    """An outlet that posts to a URL and reads a 200 within three seconds as the acknowledgement."""

    def __init__(self, world: World, url: str, *, ack_seconds: float) -> None:
        self.world, self.url, self.ack_seconds = world, url, ack_seconds
        self.statuses: list[int] = []
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ack_seconds))
        self._reason = ""

    async def offer(self, push: Push, attempt: int) -> bool:
        """Post once."""
        body, kind = encoded(push)
        headers = {"Content-Type": kind, **signed(self.world.signing_secret, body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": self._reason}
        try:
            async with self._session.post(self.url, data=body, headers=headers) as response:
                self.statuses.append(response.status)
                return self._read(push, response.status, await response.text())
        except TimeoutError:
            self._reason = "http_timeout"
            self.world.violate(f"{push.kind} not acknowledged within {self.ack_seconds} s")
        except aiohttp.ClientError:
            self._reason = "connection_failed"
        return False

    async def close(self) -> None:
        """Release the connection pool."""
        await self._session.close()

    def _read(self, push: Push, status: int, text: str) -> bool:
        if status != 200:
            self._reason = "http_error"
            return False
        answer: Any = json.loads(text) if text.startswith("{") else None
        push.settle(answer, acknowledged=True)
        return True
