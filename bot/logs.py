"""Structured logs without secrets: what the settings hold secret is cut out last, also from exceptions."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

import structlog

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8
QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "slack_sdk",
    "slack_bolt",
    "aiohttp",
    "aiosqlite",
    "apscheduler",
    "alembic",
    "uvicorn",
)


def _forms(secret: str) -> set[str]:
    """Return a secret as it may be written: plain, in a web address, inside JSON or a repr."""
    return {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}


class Redaction:
    """Replaces every secret in what is about to be written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
        # The longest first: a token must not survive because a part of it was replaced.
        self._secrets = sorted(forms, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def __call__(self, _logger: Any, _method: str, rendered: Any) -> str:
        """Act as the last processor of the chain."""
        return self.clean(str(rendered))


def set_up_logs(level: str, secrets: Iterable[str], out: TextIO = sys.stderr) -> None:
    """Send our own and the libraries' records through one chain to `out`, as JSON lines."""
    redaction = Redaction(secrets)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traces,
                structlog.processors.JSONRenderer(),
                redaction,
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The libraries' own chatter quotes addresses with tokens (httpx) and message texts (slack_sdk below WARNING).
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    hook = _hook(redaction, out)
    sys.excepthook = hook
    threading.excepthook = lambda seen: hook(seen.exc_type, seen.exc_value, seen.exc_traceback)
    sys.unraisablehook = lambda seen: hook(seen.exc_type, seen.exc_value, seen.exc_traceback)


def _without_traces(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an exception's kind and drop its text and frames: they may quote a person or a secret."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event


def _hook(redaction: Redaction, out: TextIO) -> Any:
    def hook(kind: type[BaseException], _error: BaseException | None, trace: TracebackType | None) -> None:
        """Say where an unexpected error came from, without its text."""
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        out.write(redaction.clean(f"handrail: unexpected {kind.__name__} at {where}\n"))

    return hook
