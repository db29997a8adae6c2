"""Wakes the jobs. Correctness never rests on it: what is due stands in rows and is compared in UTC."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[None]]
LOOKS_EVERY = 1.0
STEP = 5.0  # seconds that a wall clock moves at once only when someone sets it
ALARMING_STEP = 300.0


class Ticker(AsyncIOScheduler):  # type: ignore[misc]  # it has no types
    """APScheduler that goes on when the wall clock is set back: by itself it sleeps until that hour comes again."""

    _watching: asyncio.Task[None] | None = None

    def start(self, *arguments: Any, **options: Any) -> None:
        """Begin to wake the jobs."""
        super().start(*arguments, **options)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def shutdown(self, wait: bool = True) -> None:
        """Wake nothing more."""
        if self._watching is not None:
            self._watching.cancel()
        super().shutdown(wait)

    async def _watch(self) -> None:
        """Compare the wall clock with one that nobody can set."""
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            before, ahead = ahead, time.time() - time.monotonic()
            if abs(ahead - before) >= STEP:
                self._wake_all(ahead - before)

    def _wake_all(self, step: float) -> None:
        if abs(step) >= ALARMING_STEP:
            log.error("clock_was_set", seconds=round(step), remedy="check this machine's time service")
        for job in self.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))


def ticker(jobs: Mapping[str, tuple[Job, float]]) -> AsyncIOScheduler:
    """Return a scheduler, not started, that runs each named job every so many seconds."""
    scheduler = Ticker(
        timezone="UTC",
        executors={"default": AsyncIOExecutor()},
        # APScheduler's defaults drop a job after a stall of one second and queue up what was missed.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for name, (job, seconds) in jobs.items():
        scheduler.add_job(job, "interval", seconds=seconds, id=name)
    return scheduler
