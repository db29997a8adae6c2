"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.pushes import Push
from tests.fakes.slack.world import APP, World

MOST_CONNECTIONS = 10


class Connection:
    """One open socket and what waits for its acknowledgement."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket, self.request = socket, request
        self.pending: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self.frozen = False

    def freeze(self) -> None:
        """Stop reading."""
        self.frozen = True
        if isinstance(self.request.transport, asyncio.Transport):
            self.request.transport.pause_reading()

    def drop(self) -> None:
        """Cut the connection without a goodbye."""
        if self.request.transport is not None:
            self.request.transport.abort()


class Gate:
    """Hands out one-use tickets and keeps the sockets they open."""

    def __init__(self, world: World, *, ack_seconds: float, ticket_seconds: float) -> None:
        self.world = world
        self.ack_seconds, self.ticket_seconds = ack_seconds, ticket_seconds
        self.tickets: dict[str, float] = {}
        self.refused_tickets = 0
        self.connections: list[Connection] = []
        self.opened = 0
        self._arrived = asyncio.Event()
        self._turn = 0

    def ticket(self) -> str:
        """A ticket for one connection, soon."""
        ticket = uuid.uuid4().hex
        self.tickets[ticket] = time.monotonic() + self.ticket_seconds
        return ticket

    def expire_tickets(self) -> None:
        """Let every ticket that was handed out lapse."""
        self.tickets.clear()

    async def connected(self, count: int = 1, timeout: float = 10) -> None:
        """Wait until at least `count` sockets were opened in all and one is open now."""
        async with asyncio.timeout(timeout):
            while self.opened < count or not self.connections:
                await self._arrived.wait()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one WebSocket request."""
        lapses_at = self.tickets.pop(request.query.get("ticket", ""), 0.0)
        if time.monotonic() > lapses_at:
            self.refused_tickets += 1
            self.world.touch()
            return web.Response(status=403, text="ticket expired")
        socket = web.WebSocketResponse(heartbeat=5)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
        self._admit(connection)
        try:
            await self._listen(connection)
        finally:
            self._dismiss(connection)
        return socket

    async def offer(self, push: Push, attempt: int) -> bool:
        """Send one envelope and wait for its acknowledgement; an event waits for a connection first."""
        while not self.connections:
            if not push.repeats:
                return False
            await self._arrived.wait()
        self._turn += 1
        connection = self.connections[self._turn % len(self.connections)]
        envelope = str(uuid.uuid4())
        answer = connection.pending[envelope] = asyncio.get_running_loop().create_future()
        if not await self._sent(connection, envelope, push, attempt):
            return False
        return await self._acknowledged(connection, push, answer)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every client to come again, as Slack does every few hours."""
        for connection in list(self.connections):
            await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def drop(self) -> None:
        """Cut every connection."""
        for connection in list(self.connections):
            connection.drop()

    def freeze(self) -> None:
        """Stop reading on every connection, as behind a dead router: no pong, no acknowledgement."""
        for connection in self.connections:
            connection.freeze()

    async def close(self) -> None:
        """Say goodbye to every client."""
        for connection in list(self.connections):
            if connection.frozen:
                connection.drop()
            else:
                await connection.socket.close()

    def _admit(self, connection: Connection) -> None:
        self.connections.append(connection)
        self.opened += 1
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()

    def _dismiss(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for waiting in connection.pending.values():
            if not waiting.done():
                waiting.set_result(None)

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            answer = json.loads(message.data)
            waiting = connection.pending.pop(str(answer.get("envelope_id", "")), None)
            if waiting is None:
                self.world.warnings.append("acknowledgement of an envelope that this connection does not know")
            elif not waiting.done():
                waiting.set_result(answer)

    async def _sent(self, connection: Connection, envelope: str, push: Push, attempt: int) -> bool:
        frame: dict[str, Any] = {"envelope_id": envelope, "type": push.kind, "payload": push.payload}
        frame["accepts_response_payload"] = not push.repeats
        if push.repeats:
            frame |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        try:
            await connection.socket.send_json(frame)
        except ConnectionError:
            return False
        return True

    async def _acknowledged(
        self, connection: Connection, push: Push, answer: asyncio.Future[dict[str, Any] | None]
    ) -> bool:
        done, _ = await asyncio.wait({answer}, timeout=self.ack_seconds)
        if not done:
            self.world.violate(f"{push.kind} not acknowledged within {self.ack_seconds} s")
            return False
        said = answer.result()
        if said is None:
            return False
        push.settle(said.get("payload"), acknowledged=True)
        self.world.touch()
        return True
