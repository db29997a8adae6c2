"""A Bot API server that takes messages at the published rate, one network round trip away, and counts what it refuses.

Run as a process of its own: `python -m bot.bench.sending_server ROUND_TRIP_SECONDS`; GET /counts tells the numbers.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque

RATE, SPAN = 30, 1.0
# Telegram's own clock decides when a message came in; half of the round trip lies before that and half behind it.
_HALF = 2.0


class Server:
    """Answers sendMessage like Telegram: 429 when `RATE` messages came in the last `SPAN` seconds."""

    def __init__(self, round_trip: float) -> None:
        self._round_trip = round_trip
        self._accepted: deque[float] = deque()
        self._counts = {"accepted": 0, "refused": 0}
        self._first = self._last = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while line := await reader.readline():
                length = 0
                while (header := await reader.readline()) not in {b"\r\n", b""}:
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                await reader.readexactly(length)
                status, body = await self._answer(line.split()[1].decode())
                head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        finally:
            writer.close()

    async def _answer(self, target: str) -> tuple[int, bytes]:
        if target == "/counts":
            return 200, json.dumps({**self._counts, "seconds": self._last - self._first}).encode()
        await asyncio.sleep(self._round_trip / _HALF)
        answer = self._take()
        await asyncio.sleep(self._round_trip / _HALF)
        return answer

    def _take(self) -> tuple[int, bytes]:
        now = time.monotonic()
        while self._accepted and self._accepted[0] <= now - SPAN:
            self._accepted.popleft()
        if len(self._accepted) >= RATE:
            self._counts["refused"] += 1
            refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1"}
            return 429, json.dumps(refusal | {"parameters": {"retry_after": 1}}).encode()
        self._accepted.append(now)
        self._counts["accepted"] += 1
        self._first, self._last = self._first or now, now
        message = {"message_id": self._counts["accepted"], "date": 0, "chat": {"id": 1, "type": "private"}, "text": "x"}
        return 200, json.dumps({"ok": True, "result": message}).encode()


async def _main() -> None:
    server = await asyncio.start_server(Server(float(sys.argv[1])).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
