"""What can go wrong between a bot and Telegram, on demand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """A fault that the server can be told to commit."""

    TOO_MANY = "429 with retry_after"
    SERVER_ERROR = "5xx with a JSON body"
    HTML = "5xx with an HTML body"
    JUNK = "200 with a body that is not an answer"
    DROP = "the call takes effect, the connection closes without an answer"
    REFUSE = "the connection closes before the call takes effect"
    STALL = "no answer until released"
    UNAUTHORIZED = "401"
    BLOCKED = "403"
    DEACTIVATED = "403 of an account that is gone"
    MIGRATED = "400 with migrate_to_chat_id"
    BAD_REQUEST = "400 with a description"


@dataclass(eq=False)
class Fault:
    """One fault: it strikes calls of `method` (any when empty) to `chat` (any when None), `times` times.

    `skip` lets that many matching calls pass first; `happened` is set at the first strike.
    """

    kind: Kind
    method: str = ""
    chat: int | None = None
    times: int = 1
    skip: int = 0
    code: int = 502
    retry_after: int = 1
    new_chat: int = 0
    body: bytes = b"<html>502 Bad Gateway</html>"
    description: str = "Bad Request: can't parse entities"
    delivers: bool = False
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes_at(self, method: str, chat: int | None) -> bool:
        """Say whether this call is struck, and count it."""
        if self.method not in ("", method) or self.chat not in (None, chat) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        self.happened.set()
        return True

    def release(self) -> None:
        """End the fault: what stalls goes on, and nothing more is struck."""
        self.times = 0
        self.released.set()
