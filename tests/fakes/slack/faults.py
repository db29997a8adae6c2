"""Faults on demand: what the loopback Slack does instead of answering well."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Fault:
    """One wrong answer. `executes` says that the call takes effect all the same."""

    then: Literal["answer", "drop", "stall"] = "answer"
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    executes: bool = False


def ratelimited(seconds: int = 1) -> Fault:
    """429 with Retry-After."""
    return Fault(status=429, body=_no("ratelimited"), headers={"Retry-After": str(seconds)})


def refused(error: str, **extra: Any) -> Fault:
    """200 with Slack's own error code."""
    return Fault(body=_no(error, **extra))


def server_error(status: int = 503, *, executes: bool = False) -> Fault:
    """A 5xx with a page of HTML, as a proxy gives it."""
    return Fault(status=status, body=b"<html>oops</html>", kind="text/html", executes=executes)


def html(*, executes: bool = True) -> Fault:
    """A 200 that is a web page."""
    return Fault(body=b"<html>hello</html>", kind="text/html", executes=executes)


def junk(body: bytes = b'["what"', *, executes: bool = True) -> Fault:
    """A 200 that is no answer at all."""
    return Fault(body=body, executes=executes)


def dropped(*, executes: bool = True) -> Fault:
    """The call takes effect and the connection closes without an answer."""
    return Fault(then="drop", executes=executes)


def stalled(*, executes: bool = True) -> Fault:
    """The call takes effect and no answer ever comes."""
    return Fault(then="stall", executes=executes)


class Faults:
    """What is to go wrong next, by method."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Fault]] = {}
        self._always: dict[str, Fault] = {}

    def next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one fault each."""
        self._waiting.setdefault(method, []).extend(faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """Let every call of a method go wrong, until None is given."""
        if fault is None:
            self._always.pop(method, None)
        else:
            self._always[method] = fault

    def take(self, method: str) -> Fault | None:
        """The fault for this call, if any."""
        waiting = self._waiting.get(method)
        return waiting.pop(0) if waiting else self._always.get(method)


def _no(error: str, **extra: Any) -> bytes:
    return json.dumps({"ok": False, "error": error, **extra}).encode()
