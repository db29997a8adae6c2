"""The library's transport, made quiet: nothing that a person said and no token gets into its errors or its log."""

from __future__ import annotations

import logging
import ssl
from functools import cache
from typing import Any

import httpx
import msgspec
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

_NOT_WRITTEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_GATEWAY_TIMEOUT = 504
STRANGE = (KeyError, TypeError, ValueError, AttributeError)
"""What the library raises when a successful answer lacks a field that it expects."""


class ServerFault(NetworkError):  # noqa: N818  Telegram's fault, not ours
    """Telegram, or something before it, answered with a 5xx or with no Bot API answer at all."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered with status {status}")
        self.status = status


class JunkAnswer(TelegramError):  # noqa: N818  it is an answer
    """A successful answer that cannot be read; `payload` is it, for the salvage and never for a log."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("the answer could not be read")
        self.payload = payload


class _Answer(msgspec.Struct):
    result: Any = None
    description: str = ""
    parameters: dict[str, Any] | None = None


class _Updates(msgspec.Struct):
    result: list[msgspec.Raw]


class _Parameters(msgspec.Struct):
    retry_after: int = 0
    migrate_to_chat_id: int = 0


class _Refusal(msgspec.Struct):
    ok: bool
    description: str = ""
    parameters: _Parameters | None = None


_answer = msgspec.json.Decoder(_Answer)
_updates = msgspec.json.Decoder(_Updates)
_refusal = msgspec.json.Decoder(_Refusal)


class Wire(HTTPXRequest):
    """Calls methods. The library would log an unreadable answer in full and put it into the error's text."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Post, and turn an answer that is not the Bot API's into a ServerFault."""
        status, payload = await super().do_request(*args, **kwargs)
        if status >= 500 or (status >= 300 and not _is_answer(payload)):
            raise ServerFault(status)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer as a mapping that always has a result. Raises JunkAnswer."""
        try:
            answer = _answer.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise JunkAnswer(payload) from None
        return msgspec.structs.asdict(answer)


class PollWire(Wire):
    """Calls getUpdates and hands the updates over raw, so that one broken update spoils no other."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer with its result as a list of raw updates. Raises JunkAnswer."""
        try:
            return {"result": _updates.decode(payload).result}
        except msgspec.ValidationError:
            return Wire.parse_json_payload(payload)
        except (msgspec.DecodeError, RecursionError):
            raise JunkAnswer(payload) from None


def _is_answer(payload: bytes) -> bool:
    try:
        return not _refusal.decode(payload).ok
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def was_written(error: TelegramError) -> bool:
    """Say whether the request may have reached Telegram before the connection failed."""
    if isinstance(error, ServerFault):
        # A 500, 502 or 503 is Telegram's way of not having done it; only a 504 leaves it open.
        return error.status == _GATEWAY_TIMEOUT
    return not isinstance(error.__cause__, _NOT_WRITTEN)


@cache
def _certificates() -> ssl.SSLContext:
    # Reading the certificates takes 20 ms and a megabyte for each client that does it itself.
    return httpx.create_ssl_context()


def wire(kind: type[Wire], connections: int, *, read_seconds: float, secure: bool) -> Wire:
    """Return a transport with a pool of that size."""
    return kind(
        connection_pool_size=connections,
        read_timeout=read_seconds,
        connect_timeout=5.0,
        pool_timeout=5.0,
        # Plain http (a server of one's own on this machine) has no certificate to verify.
        httpx_kwargs={"verify": _certificates() if secure else False},
    )


def hush() -> None:
    """Keep the libraries' own lines out of the log: they name the token (httpx, INFO) or quote people (DEBUG)."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
