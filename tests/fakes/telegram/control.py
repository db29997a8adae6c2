"""Lets another process move the server: people type, faults strike, the state is read (`/control/…`)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.telegram.faults import Kind

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer


class Control:
    """The control routes of one server."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/control/says", self.says),
            web.post("/control/presses", self.presses),
            web.post("/control/fault", self.fault),
            web.get("/control/chats/{chat}", self.chat),
            web.get("/control/state", self.state),
        ]

    async def says(self, request: web.Request) -> web.Response:
        """`{"users": [4711, …], "texts": ["hi", …]}`: each person types each text."""
        wish = await request.json()
        for text in wish["texts"]:
            for user_id in wish["users"]:
                self._server.user(user_id).says(text)
        return web.json_response({"unconfirmed": self._server.main.unconfirmed})

    async def presses(self, request: web.Request) -> web.Response:
        """`{"user": 4711, "label": "Yes"}`."""
        wish = await request.json()
        return web.json_response({"query": self._server.user(wish["user"]).presses(wish["label"])})

    async def fault(self, request: web.Request) -> web.Response:
        """`{"kind": "STALL", "method": "sendMessage", …}` with the fields of Fault."""
        wish = await request.json()
        self._server.fault(Kind[wish.pop("kind")], wish.pop("method", ""), **wish)
        return web.json_response({})

    async def chat(self, request: web.Request) -> web.Response:
        """The visible messages of a chat."""
        chat = self._server.main.chats[int(request.match_info["chat"])]
        return web.json_response([dataclasses.asdict(said) for said in chat.messages.values()])

    async def state(self, request: web.Request) -> web.Response:
        """Counts: what waits, what was confirmed, what was called, which rules were broken."""
        account = self._server.main
        calls: dict[str, int] = {}
        for call in account.calls:
            key = f"{call.method} {call.status}"
            calls[key] = calls.get(key, 0) + 1
        return web.json_response(
            {
                "unconfirmed": account.unconfirmed,
                "confirmed": account.confirmed,
                "calls": calls,
                "violations": [dataclasses.asdict(violation) for violation in account.violations],
                "unanswered": len(account.unanswered),
            }
        )
