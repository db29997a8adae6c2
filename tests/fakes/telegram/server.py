"""The HTTP side: `/bot<token>/<method>`, faults before and after a method, and pushes to a webhook."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.telegram.account import Account, Call
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.control import Control
from tests.fakes.telegram.faults import Fault, Kind
from tests.fakes.telegram.limits import Violation, violations
from tests.fakes.telegram.methods import METHODS, Refusal
from tests.fakes.telegram.pace import SENDING, too_fast
from tests.fakes.telegram.people import Group, User
from tests.fakes.telegram.webhook import Pusher

TOKEN = "4242:TEST-loopback-token"
STRUCTURED = ("reply_markup", "link_preview_options", "allowed_updates", "commands", "scope", "reply_parameters")
Answer = tuple[int, bytes]


class TelegramServer:
    """A Bot API server on a free port of the loopback interface; use it as an asynchronous context manager."""

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.main = Account(token, "HandrailTestBot")
        self.accounts = {token: self.main}
        self.faults: list[Fault] = []
        self.enforces_pace = False
        self.url = ""
        self._port = port
        self._runner: web.AppRunner | None = None
        self._pushers: list[Pusher] = []

    @property
    def token(self) -> str:
        """The token of the main bot."""
        return self.main.token

    @property
    def calls(self) -> list[Call]:
        """What the main bot called."""
        return self.main.calls

    @property
    def violations(self) -> list[Violation]:
        """The rules that the main bot broke."""
        return self.main.violations

    def add_bot(self, token: str, username: str) -> Account:
        """Let a second bot exist (a staff bot)."""
        self.accounts[token] = Account(token, username)
        if self._runner:
            self._pushers.append(Pusher(self.accounts[token]))
        return self.accounts[token]

    def user(self, user_id: int, name: str = "Ana", *, language: str = "en", of: Account | None = None) -> User:
        """Return a person (one who has not written yet is made)."""
        account = of or self.main
        chat = account.chats.setdefault(user_id, Chat(user_id, "private", name))
        return User(account, chat, language)

    def group(self, chat_id: int, title: str = "On call", *, of: Account | None = None) -> Group:
        """Return a group with the bot in it."""
        account = of or self.main
        return Group(account, account.chats.setdefault(chat_id, Chat(chat_id, "group", title)))

    def fault(self, kind: Kind, method: str = "", **details: Any) -> Fault:
        """Commit a fault at the next calls that fit."""
        self.faults.append(Fault(kind, method, **details))
        return self.faults[-1]

    async def start(self) -> TelegramServer:
        """Listen; `url` is known afterwards."""
        app = web.Application(client_max_size=60 * 2**20)
        app.add_routes(Control(self).routes())
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._port = self._runner.addresses[0][1]
        self._pushers = [Pusher(account) for account in self.accounts.values()]
        return self

    async def stop(self) -> None:
        """Close every connection; state stays, so that `start` goes on at the same address."""
        for fault in self.faults:
            fault.release()
        for pusher in self._pushers:
            await pusher.stop()
        for account in self.accounts.values():
            account.poll += 1
            account.changes.announce()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> TelegramServer:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        account = self.accounts.get(request.match_info["token"])
        chat = int(params["chat_id"]) if str(params.get("chat_id", "")).lstrip("-").isdigit() else None
        fault = next((fault for fault in self.faults if fault.strikes_at(method, chat)), None)
        if fault and (fault.delivers or fault.kind is Kind.DROP) and account:
            await self._call(account, method, chat, params)
        status, body = (
            await self._struck(request, fault) if fault else await self._answer(account, method, chat, params)
        )
        if account:
            account.record(method, chat, status, params)
        return web.Response(status=status, body=body, content_type="application/json")

    async def _answer(self, account: Account | None, method: str, chat: int | None, params: dict[str, Any]) -> Answer:
        if account is None:
            return _refuse(401, "Unauthorized")
        if self.enforces_pace and method in SENDING and (wait := too_fast(account.calls, time.monotonic(), chat)):
            return _refuse(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        return await self._call(account, method, chat, params)

    async def _call(self, account: Account, method: str, chat: int | None, params: dict[str, Any]) -> Answer:
        if method not in METHODS:
            account.violations.append(Violation(method, "unknown method"))
            return _refuse(404, "Not Found: method not found")
        broken = list(violations(method, params))
        account.violations += broken
        refusal = next((violation.refusal for violation in broken if violation.refusal), "")
        if refusal:
            return _refuse(400, refusal)
        try:
            result = METHODS[method](account, params)
            return _accept(await result if inspect.isawaitable(result) else result)
        except Refusal as answer:
            return _refuse(answer.status, str(answer), answer.parameters)
        except (KeyError, ValueError) as error:
            account.violations.append(Violation(method, f"parameters do not fit: {error!r}"))
            return _refuse(400, f"Bad Request: {error}")

    async def _struck(self, request: web.Request, fault: Fault) -> Answer:
        if fault.kind is Kind.STALL:
            await fault.released.wait()
        if fault.kind in {Kind.DROP, Kind.REFUSE, Kind.STALL}:
            if request.transport:
                request.transport.abort()
            return _refuse(503, "gone")
        return _FAULTY[fault.kind](fault)


_FAULTY: dict[Kind, Callable[[Fault], Answer]] = {
    Kind.TOO_MANY: lambda fault: _refuse(
        429, f"Too Many Requests: retry after {fault.retry_after}", {"retry_after": fault.retry_after}
    ),
    Kind.SERVER_ERROR: lambda fault: _refuse(fault.code, "Internal Server Error"),
    Kind.HTML: lambda fault: (fault.code, fault.body),
    Kind.JUNK: lambda fault: (200, fault.body),
    Kind.UNAUTHORIZED: lambda fault: _refuse(401, "Unauthorized"),
    Kind.BLOCKED: lambda fault: _refuse(403, "Forbidden: bot was blocked by the user"),
    Kind.DEACTIVATED: lambda fault: _refuse(403, "Forbidden: user is deactivated"),
    Kind.MIGRATED: lambda fault: _refuse(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": fault.new_chat},
    ),
    Kind.BAD_REQUEST: lambda fault: _refuse(400, fault.description),
}


async def _params(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    params: dict[str, Any] = {**request.query, **await request.post()}
    for name in STRUCTURED:
        if isinstance(params.get(name), str):
            params[name] = json.loads(params[name])
    for name in ("disable_notification", "protect_content", "drop_pending_updates"):
        if name in params:
            params[name] = params[name] in (True, "true", "True", "1")
    return params


def _accept(result: Any) -> Answer:
    if isinstance(result, list) and all(isinstance(raw, bytes) for raw in result):
        return 200, b'{"ok":true,"result":[' + b",".join(result) + b"]}"
    return 200, json.dumps({"ok": True, "result": result}).encode()


def _refuse(status: int, description: str, parameters: dict[str, int] | None = None) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return status, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


async def serve_for_ever(port: int, token: str = TOKEN) -> None:
    """Run until cancelled, printing the address once."""
    async with TelegramServer(token, port) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()
