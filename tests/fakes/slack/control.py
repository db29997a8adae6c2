"""Steers a loopback Slack that runs as its own process: plain requests under /control."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.slack.server import SlackServer

ACTS = {"says", "presses", "fills", "command"}


def add_control(app: web.Application, server: SlackServer) -> None:
    """Add POST /control/<act> {user, text, where?}, GET /control/history/<user>, GET /control/violations."""

    async def act(request: web.Request) -> web.Response:
        body = await request.json()
        name = request.match_info["act"]
        if name not in ACTS:
            raise web.HTTPNotFound
        where = {"where": body["where"]} if body.get("where") else {}
        push = getattr(server.user(body["user"]), name)(body["text"], **where)
        await push.settled.wait()
        return web.json_response({"acknowledged": push.acknowledged})

    async def history(request: web.Request) -> web.Response:
        user = server.user(request.match_info["user"])
        modal = user.modal.words if user.modal else ""
        return web.json_response({"history": user.history, "modal": modal, "errors": user.errors})

    async def violations(_request: web.Request) -> web.Response:
        return web.json_response(server.violations)

    app.router.add_post("/control/{act}", act)
    app.router.add_get("/control/history/{user}", history)
    app.router.add_get("/control/violations", violations)
