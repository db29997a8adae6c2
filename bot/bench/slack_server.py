"""A Slack that says yes to everything and keeps sockets open: enough for a bot to start and be idle.

Run as a process of its own: `python -m bot.bench.slack_server`; it prints its port.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

HELLO = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0BENCH"}}


async def _answer(request: web.Request) -> web.Response:
    told = {"ok": True, "user_id": "U0BENCH", "team_id": "T0BENCH", "bot_id": "B0BENCH", "user": "bench"}
    return web.json_response(told | {"url": f"ws://{request.host}/socket?ticket=1"})


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_json(HELLO)
    async for _ in socket:
        pass
    return socket


async def _main() -> None:
    app = web.Application()
    app.router.add_get("/socket", _socket)
    app.router.add_route("*", "/api/{method}", _answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
