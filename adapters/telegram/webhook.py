"""Takes updates that Telegram pushes: one route that hears nobody without the secret, and 200 only after the commit."""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import InvalidToken, TelegramError

from adapters.telegram.connection import Connection, Push, push_to, refused_token
from adapters.telegram.intake import Intake
from adapters.telegram.wire import STRANGE
from bot.errors import StoreError
from bot.ports import Clock

MOST_BYTES = 1024 * 1024
CHECK_SECONDS = 30.0
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  the header's name

log = structlog.get_logger(__name__)


class Webhook:
    """The endpoint of one bot. Updates that come before `open` are refused with 503, so that Telegram keeps them."""

    def __init__(self, connection: Connection, push: Push, clock: Clock) -> None:
        self.last_seen_at: datetime | None = None
        self._connection = connection
        self._push = push
        self._clock = clock
        self._intake: Intake | None = None
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def routes(self) -> list[Route]:
        """The route to mount: the path of the public address."""
        return [Route(urlsplit(self._push.url).path or "/", self._answer, methods=["POST"])]

    async def run(self, intake: Intake) -> None:
        """Take updates until cancelled; Telegram is asked now and then whether it still pushes to us.

        Raises ChannelRefused when it refuses the bot, and StoreError when the store is broken for good.
        """
        self._intake = intake
        try:
            while not self._broken.done():
                await self._check()
                await asyncio.wait([self._broken], timeout=CHECK_SECONDS)
            self._broken.result()
        finally:
            self._intake = None
            await intake.afterwards.drain(2.0)

    async def _check(self) -> None:
        try:
            info = await self._connection.bot.get_webhook_info()
            if info.url != self._push.url:
                log.error("webhook_was_moved", platform="telegram", remedy="another program set it; stop the other one")
                await push_to(self._connection.bot, self._push)
            self.last_seen_at = self._clock()
        except InvalidToken:
            raise refused_token(self._connection.setting) from None
        except (TelegramError, *STRANGE) as error:
            log.warning("webhook_check_failed", platform="telegram", reason=type(error).__name__)

    async def _answer(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        # Before the body is read: who does not know the secret costs nothing.
        if not hmac.compare_digest(given.encode(), self._push.secret.encode()):
            return Response(status_code=401)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        return Response(status_code=await self._take(body))

    async def _take(self, body: bytes) -> int:
        if self._intake is None:
            return 503
        try:
            await self._intake.take([body])
        except StoreError as error:
            if error.permanent and not self._broken.done():
                self._broken.set_exception(error)
            log.warning("updates_not_stored", platform="telegram")
            return 503
        self.last_seen_at = self._clock()
        return 200


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is known to be too long."""
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit()) or int(said) > MOST_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
