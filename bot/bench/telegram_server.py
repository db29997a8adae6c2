"""A Bot API server that only hands out prepared updates: the load for measuring the Telegram adapter.

Run as a process of its own, so that its time is not counted: `python -m bot.bench.telegram_server PEOPLE`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

from bot.bench.engine import ANSWERS

FIRST_UPDATE = 1
FIRST_PERSON = 10_000
OPENING = "six questions"
BATCH = 100


def updates(people: int) -> list[bytes]:
    """Return every person's talk as Telegram would send it: everybody's first message, everybody's second, …"""
    made: list[bytes] = []
    for words in (OPENING, *ANSWERS):
        for person in range(FIRST_PERSON, FIRST_PERSON + people):
            made.append(_update(FIRST_UPDATE + len(made), person, words))
    return made


def _update(number: int, person: int, words: str) -> bytes:
    who = {"id": person, "is_bot": False, "first_name": "Ana", "username": f"ana{person}", "language_code": "en"}
    chat = {"id": person, "first_name": "Ana", "username": f"ana{person}", "type": "private"}
    message = {"message_id": number, "from": who, "chat": chat, "date": 1_795_000_000 + number, "text": words}
    return json.dumps({"update_id": number, "message": message}).encode()


class Server:
    """Answers getUpdates by offset, and everything else with what a start needs."""

    def __init__(self, people: int) -> None:
        self._updates = updates(people)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while line := await reader.readline():
                length = 0
                while (header := await reader.readline()) not in {b"\r\n", b""}:
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                await reader.readexactly(length)
                body = self._answer(line.split()[1].decode())
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        finally:
            writer.close()

    def _answer(self, target: str) -> bytes:
        address = urlsplit(target)
        method = address.path.rpartition("/")[2]
        if method == "getMe":
            return b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"Bench","username":"BenchBot"}}'
        if method != "getUpdates":
            return b'{"ok":true,"result":true}'
        offset = int(parse_qs(address.query).get("offset", [str(FIRST_UPDATE)])[0])
        batch = self._updates[offset - FIRST_UPDATE : offset - FIRST_UPDATE + BATCH]
        return b'{"ok":true,"result":[' + b",".join(batch) + b"]}"


async def _main() -> None:
    server = await asyncio.start_server(Server(int(sys.argv[1])).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
