"""Lets another process move the server: people type, faults strike, the state is read (`/control/…`)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.telegram.faults import Kind

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer


def routes() -> list[web.RouteDef]:
    """Return the control routes."""
    return [
        web.post("/control/says", _says),
        web.post("/control/presses", _presses),
        web.post("/control/fault", _fault),
        web.get("/control/chats/{chat}", _chat),
        web.get("/control/state", _state),
    ]


def _server(request: web.Request) -> TelegramServer:
    server: TelegramServer = request.app["server"]
    return server


async def _says(request: web.Request) -> web.Response:
    """`{"users": [4711, …], "texts": ["hi", …]}`: each person types each text."""
    wish = await request.json()
    for text in wish["texts"]:
        for user_id in wish["users"]:
            _server(request).user(user_id).says(text)
    return web.json_response({"unconfirmed": _server(request).main.unconfirmed})


async def _presses(request: web.Request) -> web.Response:
    """`{"user": 4711, "label": "Yes"}`."""
    wish = await request.json()
    return web.json_response({"query": _server(request).user(wish["user"]).presses(wish["label"])})


async def _fault(request: web.Request) -> web.Response:
    """`{"kind": "STALL", "method": "sendMessage", …}` with the fields of Fault."""
    wish = await request.json()
    _server(request).fault(Kind[wish.pop("kind")], wish.pop("method", ""), **wish)
    return web.json_response({})


async def _chat(request: web.Request) -> web.Response:
    """The visible messages of a chat."""
    chat = _server(request).main.chats[int(request.match_info["chat"])]
    return web.json_response([dataclasses.asdict(said) for said in chat.messages.values()])


async def _state(request: web.Request) -> web.Response:
    """Counts: what waits, what was confirmed, what was called, which rules were broken."""
    account = _server(request).main
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
