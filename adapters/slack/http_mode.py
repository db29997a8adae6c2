"""Receives over HTTP: one route that takes nothing but what Slack signed, once, and not too much of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from slack_bolt.request.internals import parse_body
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import SettingError
from bot.ports import Clock

PATH = "/slack/events"
MOST_BYTES = 1024 * 1024
# Slack's own limit on the age of a signature; within it the library takes the same request any number of times.
MEMORY_SECONDS = 5 * 60


class Answers(Protocol):
    """Takes a request and says what to answer: one workspace's intake, or that of many."""

    async def answer(self, body: dict[str, Any], headers: dict[str, str | Sequence[str]]) -> BoltResponse:
        """Return what to answer, after the commit."""


class HttpIntake:
    """The endpoint; the acknowledgement (200) follows the commit as in Socket Mode."""

    def __init__(self, intake: Answers, signing_secret: str, clock: Clock) -> None:
        if not signing_secret.strip():
            raise SettingError("HANDRAIL_SLACK_SIGNING_SECRET is missing; copy it from the app's Basic Information")
        self._intake = intake
        self._clock = clock
        self.last_seen_at: datetime | None = None
        self._signatures = Signatures(signing_secret, clock)

    def routes(self) -> list[Route]:
        """The route to mount; the request URL in the app's settings ends in /slack/events."""
        return [Route(PATH, self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return Response(status_code=413)
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not self._signatures.valid(body, stamp, signature):
            return Response(status_code=401)
        self.last_seen_at = self._clock()
        response = await self._dispatch(request, body)
        if response.status_code == 200:
            self._signatures.remember(signature)
        return response

    async def _dispatch(self, request: Request, body: bytes) -> Response:
        try:
            asked = parse_body(body.decode(), request.headers.get("content-type", "").partition(";")[0])
        except ValueError:
            return Response(status_code=400)
        if not isinstance(asked, dict):
            return Response(status_code=400)
        answer = await self._intake.answer(asked, dict(request.headers))
        headers = {name: values[0] for name, values in answer.headers.items() if name != "set-cookie"}
        return Response(answer.body, status_code=answer.status, headers=headers)


class Signatures:
    """Slack's signatures: each is good once. What was not acknowledged is not remembered: Slack may send it again."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._clock = clock
        self._verifier = SignatureVerifier(secret, _Seconds(clock))
        self._seen: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._seen)

    def valid(self, body: bytes, stamp: str, signature: str) -> bool:
        """Whether Slack signed this body within five minutes and it was not acknowledged before."""
        try:
            return self._verifier.is_valid(body, stamp, signature) and signature not in self._seen
        except (ValueError, TypeError):
            # The library raises on a time stamp that is no number and on a body or signature that is no text.
            return False

    def remember(self, signature: str) -> None:
        """Note that a request was acknowledged."""
        now = self._clock().timestamp()
        self._seen[signature] = now
        # A stamp may lie five minutes ahead as well as behind.
        while next(iter(self._seen.values())) < now - 2 * MEMORY_SECONDS:
            self._seen.popitem(last=False)


class _Seconds(SignatureClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is known to be too long."""
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit()) or int(said) > MOST_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
