"""A loopback Slack: the Web API, Socket Mode and signed HTTP pushes on one free port.

async with SlackServer() as slack:
    slack.user("U0ANA").says("hi")
    await slack.user("U0ANA").hears("Welcome")
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack.faults import Fault, Faults
from tests.fakes.slack.methods import METHODS, oauth_v2_access
from tests.fakes.slack.people import User
from tests.fakes.slack.pushes import Postman, Push, event_payload
from tests.fakes.slack.sockets import Gate
from tests.fakes.slack.webhook import Webhook
from tests.fakes.slack.world import APP, BOT_USER, TEAM, Conversation, Profile, Refusal, World


class SlackServer:
    """One workspace behind real sockets. `push_url` switches from Socket Mode to HTTP mode."""

    def __init__(
        self,
        *,
        port: int = 0,
        ack_seconds: float = 3.0,
        trigger_seconds: float = 3.0,
        ticket_seconds: float = 30.0,
        retries: Sequence[float] = (0.0, 0.2, 0.5),
        echo: bool = True,
        dm_text: bool = True,
        extend: Callable[[web.Application, SlackServer], None] = lambda _app, _server: None,
    ) -> None:
        self.world = World(trigger_seconds=trigger_seconds)
        if not dm_text:
            self.world.scopes.discard("im:history")
        self.faults = Faults()
        self.sockets = Gate(self.world, ack_seconds=ack_seconds, ticket_seconds=ticket_seconds)
        self.postman = Postman(self.sockets.offer, retries)
        self.postman.begun = self.world.touch
        self.webhook: Webhook | None = None
        self._ack_seconds, self._port, self._extend = ack_seconds, port, extend
        self._users: dict[str, User] = {}
        self._released = asyncio.Event()
        self._runner: web.AppRunner | None = None
        if echo and dm_text:
            self.world.on_event = self._echo

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """The value for HANDRAIL_SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def violations(self) -> list[str]:
        """The published limits that were broken."""
        return self.world.violations

    async def start(self) -> None:
        """Listen on the port (0: any free one)."""
        app = web.Application(client_max_size=4 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self.sockets.serve)
        self._extend(app, self)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop pushing, close every connection and release the port."""
        self._released.set()
        await self.postman.close()
        await self.sockets.close()
        if self.webhook:
            await self.webhook.close()
        if self._runner:
            await self._runner.cleanup()

    def push_to(self, url: str) -> None:
        """Deliver to this URL (HTTP mode) instead of the sockets."""
        self.webhook = Webhook(self.world, url, ack_seconds=self._ack_seconds)
        self.postman.outlet = self.webhook.offer

    def user(self, user: str, *, zone: str = "UTC", dnd: bool = False, team: str = TEAM) -> User:
        """The person with that account, made on first use."""
        if user not in self._users:
            self.world.profiles[user] = Profile(user, zone=zone, dnd=dnd)
            self._users[user] = User(self.world, self.postman.send, user, team)
        return self._users[user]

    def channel(self, channel: str, *, private: bool = True, members: Sequence[str] = (), joined: bool = True) -> None:
        """Make a channel."""
        inside = {*members, *([BOT_USER] if joined else [])}
        self.world.conversations[channel] = Conversation(channel, private=private, members=inside)

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every call of a method so far."""
        return [args for name, args in self.world.calls if name == method]

    def release(self) -> None:
        """Let stalled calls end (their connections close)."""
        self._released.set()
        self._released = asyncio.Event()

    def _echo(self, event: dict[str, Any]) -> None:
        payload = event_payload(event, team=TEAM, app=APP, bot_user=BOT_USER)
        self.postman.send(Push("events_api", payload))

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args = self.world.args(await _arguments(request))
        self.world.calls.append((method, args))
        self.world.touch()
        fault = self.faults.take(method)
        if fault is not None and not fault.executes:
            return await self._fail(request, fault)
        answer = self._answer(method, args, request.headers.get("Authorization", ""))
        if fault is not None:
            return await self._fail(request, fault)
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(sorted(self.world.scopes))})

    def _answer(self, method: str, args: dict[str, Any], authorization: str) -> dict[str, Any]:
        try:
            return {
                "ok": True,
                **self._call(method, args, authorization.removeprefix("Bearer ") or args.get("token", "")),
            }
        except Refusal as refusal:
            return {"ok": False, "error": refusal.error, **refusal.extra}

    def _call(self, method: str, args: dict[str, Any], token: str) -> dict[str, Any]:
        if method == "oauth.v2.access":
            return oauth_v2_access(self.world, args)
        if not token:
            raise Refusal("not_authed")
        if token not in {self.world.bot_token, self.world.app_token, *self.world.more_tokens}:
            raise Refusal("invalid_auth")
        if (token == self.world.app_token) != (method == "apps.connections.open"):
            raise Refusal("not_allowed_token_type")
        if method == "apps.connections.open":
            return {"url": f"{self.url.replace('http', 'ws')}/link?ticket={self.sockets.ticket()}"}
        if method not in METHODS:
            raise Refusal("unknown_method")
        self.world.used.append((method, token))
        scope, act = METHODS[method]
        if scope and scope not in self.world.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.world.scopes)))
        return act(self.world, args)

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.then == "stall":
            await self._released.wait()
        if fault.then != "answer" and request.transport is not None:
            request.transport.abort()
        headers = {"Content-Type": fault.kind, **fault.headers}
        return web.Response(status=fault.status, body=fault.body, headers=headers)


async def _arguments(request: web.Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        return args | (json.loads(body) if body else {})
    return args | dict(await request.post())
