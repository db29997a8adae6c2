"""The web side: liveness, readiness and whatever routes a platform brings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

Faults = Callable[[], Awaitable[Mapping[str, str]]]
Page = Callable[[], Awaitable[bytes]]
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def web_app(routes: Sequence[BaseRoute], faults: Faults, metrics: Page) -> Starlette:
    """Return the application: /livez, /readyz (503 while `faults` names any), /metrics, and the platforms' routes."""

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        found = dict(await faults())
        status = 503 if found else 200
        return JSONResponse({"status": "not ready" if found else "ready", "faults": found}, status_code=status)

    async def measured(_request: Request) -> Response:
        return Response(await metrics(), media_type=PROMETHEUS)

    own = [Route("/livez", live), Route("/readyz", ready), Route("/metrics", measured)]
    return Starlette(routes=[*own, *routes])


class WebServer:
    """Serves the application until told to stop; signals stay with the process."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off")
        self._server = _QuietServer(config)

    @property
    def port(self) -> int:
        """The port that is served, also when 0 asked for a free one."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Serve until `stop`."""
        await self._server.serve()

    def stop(self) -> None:
        """Finish open requests and end."""
        self._server.should_exit = True


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGTERM and SIGINT to the process."""
        yield
