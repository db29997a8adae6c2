"""A Bot API server at Telegram's published pace that hands out messages and times the pages which they cause.

Run as a process of its own: `python -m bot.bench.crisis_server ROUND_TRIP_SECONDS BACKLOG`. `POST /say` lets one more
person say something worrying; `GET /seen` tells what came. A backlog is there from the first poll on.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import deque
from urllib.parse import parse_qs, urlsplit

RATE, SPAN = 30, 1.0
BATCH, LONG_POLL = 100, 10.0
FIRST_PERSON, ON_CALL = 10_000, 55
# One in 200 of the backlog is worrying; everybody else says one of these.
EVERY, WORRYING = 200, "I want to end my life"
ORDINARY = ("six questions", "Ana", "6", "A long meeting about the plan", "They must think I am slow", "70", "yes")
CASE = re.compile(r"case ([2-9A-HJKMNP-Z]{5})\b")
# Half of a round trip lies before the moment at which the server takes a message, and half behind it.
_HALF = 2.0


class Server:
    """One bot's server."""

    def __init__(self, round_trip: float, backlog: int) -> None:
        self._round_trip = round_trip
        self._updates = [self._update(number, _words(number)) for number in range(backlog)]
        self._confirmed = 0
        self._said = asyncio.Event()
        self._taken: deque[float] = deque()
        self._handed_at = 0.0
        self._first_poll_at = 0.0
        self._paged_at: dict[str, float] = {}
        self._waits: list[float] = []
        self._counts = {"accepted": 0, "refused": 0}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while line := await reader.readline():
                length = 0
                while (header := await reader.readline()) not in {b"\r\n", b""}:
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                target = urlsplit(line.split()[1].decode())
                told = parse_qs((await reader.readexactly(length)).decode()) | parse_qs(target.query)
                status, answer = await self._answer(target.path, told)
                body = json.dumps(answer).encode()
                head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, told: dict[str, list[str]]) -> tuple[int, object]:
        method = path.rpartition("/")[2]
        if method == "say":
            self._updates.append(self._update(len(self._updates), WORRYING))
            self._said.set()
            return 200, {}
        if method == "seen":
            return 200, self._seen()
        if method == "getMe":
            return 200, _ok({"id": 1, "is_bot": True, "first_name": "Bench", "username": "BenchBot"})
        if method == "getUpdates":
            return 200, _ok(await self._hand_out(told))
        if method in {"sendMessage", "editMessageText"}:
            return await self._take(told)
        return 200, _ok(True)

    async def _hand_out(self, told: dict[str, list[str]]) -> list[dict[str, object]]:
        self._first_poll_at = self._first_poll_at or time.monotonic()
        self._confirmed = max(self._confirmed, int(told.get("offset", ["1"])[0]) - 1)
        begin = self._confirmed
        if begin >= len(self._updates):
            self._said.clear()
            try:
                await asyncio.wait_for(self._said.wait(), LONG_POLL)
            except TimeoutError:
                return []
        # At once: a round trip here would measure Telegram's hundred updates a poll and not us.
        self._handed_at = time.monotonic()
        return self._updates[begin : begin + BATCH]

    async def _take(self, told: dict[str, list[str]]) -> tuple[int, object]:
        await asyncio.sleep(self._round_trip / _HALF)
        now = time.monotonic()
        while self._taken and self._taken[0] <= now - SPAN:
            self._taken.popleft()
        refused = len(self._taken) >= RATE
        if not refused:
            self._taken.append(now)
        self._counts["refused" if refused else "accepted"] += 1
        await asyncio.sleep(self._round_trip / _HALF)
        if refused:
            refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1"}
            return 429, refusal | {"parameters": {"retry_after": 1}}
        if told["chat_id"][0] == str(ON_CALL):
            self._note(CASE.findall(told["text"][0]))
        chat = {"id": int(told["chat_id"][0]), "type": "private"}
        return 200, _ok({"message_id": self._counts["accepted"], "date": 0, "chat": chat, "text": "x"})

    def _note(self, cases: list[str]) -> None:
        now = time.monotonic()
        for case in cases:
            if case not in self._paged_at:
                self._paged_at[case] = now
                self._waits.append(now - self._handed_at)

    def _seen(self) -> dict[str, object]:
        last = max(self._paged_at.values(), default=0.0) - self._first_poll_at
        return {**self._counts, "pages": len(self._paged_at), "waits": self._waits, "last_page": last}

    def _update(self, number: int, words: str) -> dict[str, object]:
        # Those who worry are all different people, so that each is a case of their own.
        person = FIRST_PERSON + number
        who = {"id": person, "is_bot": False, "first_name": "Ana", "language_code": "en"}
        chat = {"id": person, "first_name": "Ana", "type": "private"}
        message = {"message_id": number + 1, "from": who, "chat": chat, "date": int(time.time()), "text": words}
        return {"update_id": number + 1, "message": message}


def _words(number: int) -> str:
    return WORRYING if number % EVERY == EVERY - 1 else ORDINARY[number % len(ORDINARY)]


def _ok(result: object) -> dict[str, object]:
    return {"ok": True, "result": result}


async def _main() -> None:
    server = await asyncio.start_server(Server(float(sys.argv[1]), int(sys.argv[2])).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
