"""What the loopback Slack sends to the app, with the retries that Slack makes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Outlet = Callable[["Push", int], Awaitable[bool]]


@dataclass(eq=False)
class Push:
    """One event, interaction or command on its way; only events are tried again."""

    kind: str
    payload: dict[str, Any]
    answer: dict[str, Any] | None = None
    attempts: int = 0
    acknowledged: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    when_settled: Callable[[], None] = lambda: None

    @property
    def repeats(self) -> bool:
        """Whether Slack tries again; a press or a command it does not."""
        return self.kind == "events_api"

    def settle(self, answer: dict[str, Any] | None, *, acknowledged: bool) -> None:
        """Note how it ended."""
        self.answer, self.acknowledged = answer, acknowledged
        self.when_settled()
        self.settled.set()

    async def arrives(self, timeout: float = 5) -> Push:
        """Wait until it is acknowledged; a test fails when it never is."""
        async with asyncio.timeout(timeout):
            await self.settled.wait()
        assert self.acknowledged, f"{self.kind} was never acknowledged"
        return self


class Postman:
    """Delivers pushes through an outlet (a socket or a URL) until they are acknowledged or given up."""

    def __init__(self, outlet: Outlet, retries: Sequence[float]) -> None:
        self.outlet = outlet
        self.retries = retries
        self.given_up: list[Push] = []
        self.begun: Callable[[], object] = lambda: None
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, push: Push) -> Push:
        """Start delivering."""
        task = asyncio.create_task(self._deliver(push))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return push

    async def close(self) -> None:
        """Stop delivering."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, push: Push) -> None:
        pauses = (0.0, *self.retries) if push.repeats else (0.0,)
        for attempt, pause in enumerate(pauses):
            if pause:
                await asyncio.sleep(pause)
            push.attempts = attempt + 1
            self.begun()
            if await self.outlet(push, attempt):
                return
        self.given_up.append(push)
        push.settle(None, acknowledged=False)


def event_payload(event: dict[str, Any], *, team: str, app: str, bot_user: str) -> dict[str, Any]:
    """Wrap an event as the Events API does."""
    return {
        "type": "event_callback",
        "team_id": team,
        "api_app_id": app,
        "event": event,
        "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
        "event_time": 1,
        "authorizations": [{"team_id": team, "user_id": bot_user, "is_bot": True, "is_enterprise_install": False}],
    }
