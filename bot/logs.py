"""Structured logs without secrets: what the settings hold secret is cut out last, also from exceptions."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

HIDDEN = "[hidden]"


class Redaction:
    """Replaces every secret in what is about to be written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: a token must not survive because a part of it was replaced.
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 8}, key=len, reverse=True)

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
    for name in ("httpx", "httpcore", "telegram", "slack_sdk", "slack_bolt", "apscheduler", "alembic", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _hook(redaction, out)


def _without_traces(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an exception's kind and drop its text and frames: they may quote a person or a secret."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
    return event


def _hook(redaction: Redaction, out: TextIO) -> Any:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Say where an unexpected error came from, without its text."""
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        out.write(redaction.clean(f"handrail: unexpected {kind.__name__} at {where}\n"))

    return hook
