"""Wakes the jobs. Correctness never rests on it: what is due stands in rows and is compared in UTC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

Job = Callable[[], Awaitable[None]]


def ticker(jobs: Mapping[str, tuple[Job, float]]) -> AsyncIOScheduler:
    """Return a scheduler, not started, that runs each named job every so many seconds."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        executors={"default": AsyncIOExecutor()},
        # APScheduler's defaults drop a job after a stall of one second and queue up what was missed.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for name, (job, seconds) in jobs.items():
        scheduler.add_job(job, "interval", seconds=seconds, id=name)
    return scheduler
