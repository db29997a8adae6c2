"""Receives over Socket Mode: keeps WebSockets to Slack open, whatever happens to them, and ends them cleanly."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NoReturn

from aiohttp import ClientSession, ClientTimeout
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.http_mode import Answers
from adapters.slack.link import SlackLink, app_refused, library_log
from adapters.slack.refusals import APP_TOKEN, TOKEN_REFUSED
from bot.errors import SettingError

PING_SECONDS = 2.0
# A ticket is good for one connection within thirty seconds, yet the library tries the same one for ever.
TICKET_SECONDS = 3.0
DRAIN_SECONDS = 5.0
GOODBYE_SECONDS = 2.0
# Slack ends every socket after some hours: opened at different times, one is always there while the other is renewed.
SOCKETS = 2
STAGGER_SECONDS = 20.0
APP_REFUSED = TOKEN_REFUSED | {"account_inactive", "missing_scope", "access_denied", "forbidden_team"}


class SocketIntake:
    """The Socket Mode connections; `run` ends only by cancellation or when Slack refuses the bot."""

    def __init__(
        self,
        intake: Answers,
        link: SlackLink,
        app_token: str,
        *,
        sockets: int = SOCKETS,
        stagger_seconds: float = STAGGER_SECONDS,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        if not app_token.startswith("xapp-"):
            raise SettingError(f"{APP_TOKEN} is not an app-level token; make one under Basic Information (xapp-…)")
        self._intake, self._link, self._token, self._ping = intake, link, app_token, ping_seconds
        self._sockets, self._stagger = sockets, stagger_seconds
        self._clients: list[_Client] = []
        self._at_work: set[asyncio.Task[object]] = set()
        self._heard_at: float | None = None

    @property
    def last_seen_at(self) -> datetime | None:
        """When Slack was last heard on a socket, or None."""
        pongs = [client.last_ping_pong_time for client in self._clients]
        heard = max((at for at in (*pongs, self._heard_at) if at is not None), default=None)
        return None if heard is None else datetime.fromtimestamp(heard, UTC)

    async def run(self) -> NoReturn:
        """Check the bot token, connect and stay connected. Raises ChannelRefused for a token Slack does not take."""
        await self._link.check_bot_token()
        self._clients = [_Client(self._link, self._token, self._ping, self._drain) for _ in range(self._sockets)]
        own_work = [
            asyncio.create_task(self._keep(client, number * self._stagger))
            for number, client in enumerate(self._clients)
        ]
        try:
            await self._link.until_refused()
        finally:
            closing = (self._close(client, work) for client, work in zip(self._clients, own_work, strict=True))
            await asyncio.shield(asyncio.gather(*closing))

    async def _keep(self, client: _Client, delay: float) -> None:
        """Open a socket after its delay, and give it fresh tickets for as long as it lives."""
        client.message_listeners.append(self._on_message)
        client.socket_mode_request_listeners.append(self._on_request)
        await asyncio.sleep(delay)
        connecting = asyncio.create_task(client.connect())
        try:
            await _renew_tickets(client)
        finally:
            await _ended([connecting])

    async def _on_message(self, _client: AsyncBaseSocketModeClient, _message: object, _raw: str | None) -> None:
        self._heard_at = time.time()

    async def _on_request(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        response = await self._intake.answer(request.payload, {})
        await send_async_response(client, request, response, time.time())

    async def _drain(self) -> None:
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=DRAIN_SECONDS)

    async def _close(self, client: _Client, own_work: asyncio.Task[None]) -> None:
        """Finish what is being committed, then leave; what was not taken up is delivered again next time."""
        client.auto_reconnect_enabled = False
        await _ended([client.message_processor, own_work])
        await self._drain()
        # The library cancels its tasks without waiting for them.
        helpers = [client.message_processor, client.current_session_monitor, client.message_receiver]
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await client.close()  # type: ignore[no-untyped-call]
        except TimeoutError:
            await client.aiohttp_client_session.close()
        await _ended([task for task in helpers if task is not None])
        await client.release()


class _Client(SocketModeClient):
    """The library's client with a bounded handshake, and an end to asking with a token that Slack refuses."""

    def __init__(
        self, link: SlackLink, app_token: str, ping_seconds: float, drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(app_token, library_log(), link.client, ping_interval=ping_seconds)
        self._link, self._drain = link, drain
        self._unbounded = self.aiohttp_client_session
        self.aiohttp_client_session = ClientSession(timeout=ClientTimeout(total=10, sock_connect=5))

    async def connect(self) -> None:
        """Connect, and go on trying."""
        await self._unbounded.close()
        await super().connect()  # type: ignore[no-untyped-call]

    async def release(self) -> None:
        """Release the session of a socket that was never opened."""
        await self._unbounded.close()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Move to a new socket; when Slack asked for it (`force`), what is in work is acknowledged on the old first."""
        if force:
            await self._drain()
        await super().connect_to_new_endpoint(force)

    async def issue_new_wss_url(self) -> str:
        """Ask for a ticket. The library retries a refused token for ever; we tell the process."""
        try:
            return await super().issue_new_wss_url()
        except SlackApiError as error:
            code = error.response.get("error") if isinstance(getattr(error.response, "data", None), dict) else ""
            if code in APP_REFUSED:
                self._link.refuse(app_refused(code))
            raise


async def _renew_tickets(client: SocketModeClient) -> NoReturn:
    """Drop a ticket that has not led to a connection, so that the next try asks for a fresh one."""
    down_since: float | None = None
    while True:
        await asyncio.sleep(TICKET_SECONDS / 6)
        if await client.is_connected():
            down_since = None
            continue
        down_since = down_since or time.monotonic()
        if time.monotonic() - down_since >= TICKET_SECONDS:
            client.wss_uri, down_since = None, None


async def _ended(tasks: list[asyncio.Future[None]] | list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
