"""`handrail run`: every platform of the settings in one process and one event loop, until a signal or a refusal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from adapters.clock import system_clock
from adapters.instance import Instance
from bot.bootstrap import platforms
from bot.bootstrap.health import Health
from bot.bootstrap.house import House, build, master_keys
from bot.bootstrap.lines import check_at_start
from bot.bootstrap.platforms import Connected, Work
from bot.bootstrap.team import report_team
from bot.errors import SettingError
from bot.model.people import Platform
from bot.ports import Clock, Fence
from bot.rota_file import load_rota
from bot.settings import Settings
from scheduler.leases import Leased
from scheduler.limits import PUBLISHED, Limits
from scheduler.ticker import Job, ticker

if TYPE_CHECKING:
    from adapters.web.app import WebServer

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
WORKER_TICK_SECONDS = 0.1
# How soon a changed flow, or `handrail flows off`, is taken up.
FLOWS_SECONDS = 2.0
DRAIN_SECONDS = 8.0
ROUNDS_SECONDS = 30.0
DEADMAN_SECONDS = 60.0


class Role(StrEnum):
    """What one process does: take in (web), send and wake (worker), or both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


async def serve(
    settings: Settings,
    *,
    role: Role = Role.ALL,
    clock: Clock = system_clock,
    stopped: asyncio.Event | None = None,
    limits: Mapping[Platform, Limits] = PUBLISHED,
) -> None:
    """Run until `stopped` is set, by default by SIGTERM or SIGINT. Raises HandrailError when it cannot go on."""
    chosen = [platform for platform in settings.channels if platform is not Platform.CONSOLE]
    if not chosen:
        raise SettingError(
            "HANDRAIL_CHANNELS is console; handrail run needs telegram or slack (handrail chat is for the terminal)"
        )
    stopped = stopped or _on_signals()
    rota = load_rota(settings.rota, workplace=settings.profile == "workplace")
    check_at_start(settings, clock().date())
    report_team(settings, rota, clock())
    async with contextlib.AsyncExitStack() as stack:
        instance = stack.enter_context(contextlib.closing(Instance(settings.data_dir, role)))
        masters, made = master_keys(settings, settings.data_dir)
        if made is not None:
            log.warning("master_key_made", path=str(made), remedy="back it up; without it the database cannot be read")
        house = await build(settings, masters, clock=clock, rota=rota, on_call=settings.on_call, limits=limits)
        stack.push_async_callback(house.close)
        connected = [await stack.enter_async_context(_connect(platform, settings, house, clock)) for platform in chosen]
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, partial(house.flows.look, always=True))
        await _run_until(stopped, settings, role, house, connected, instance.name)
    log.info("stopped")


def _connect(
    platform: Platform, settings: Settings, house: House, clock: Clock
) -> contextlib.AbstractAsyncContextManager[Connected]:
    connect = platforms.telegram if platform is Platform.TELEGRAM else platforms.slack
    return connect(settings, house, clock)


async def _run_until(
    stopped: asyncio.Event, settings: Settings, role: Role, house: House, connected: list[Connected], holder: str
) -> None:
    """Run what the role does until a signal comes or a part of it ends; then end it in the order of a message."""
    taking_in = [] if role is Role.WORKER else connected
    leases = _leased(house, taking_in, holder)
    intakes = [asyncio.create_task(work()) for one in taking_in for work in one.work]
    intakes += [asyncio.create_task(lease.run()) for lease in leases.values()]
    sender = Leased(house.store, "sender", holder, house.sender.run)
    sending = [] if role is Role.WEB else [asyncio.create_task(sender.run())]
    health = Health(house, lambda: _heard(taking_in, leases), system_clock)
    ticks = ticker(_jobs(house, role) | _watchdog(settings, health, role))
    ticks.start()
    web = _web(settings, taking_in, health, house)
    serving = [asyncio.create_task(web.run())] if web else []
    watching = asyncio.create_task(health.watch_loop())
    stopping = asyncio.create_task(stopped.wait())
    log.info("ready", role=role.value, channels=[platform.value for platform in settings.channels])
    try:
        done, _ = await asyncio.wait([stopping, *sending, *intakes, *serving], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
    finally:
        ticks.shutdown(wait=False)
        if web:
            web.stop()
        await _ended([stopping, watching, *intakes])
        await house.conversation.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await _ended(sending)
        await asyncio.gather(*serving, return_exceptions=True)


def _leased(house: House, connected: list[Connected], holder: str) -> dict[str, Leased]:
    """Return the intakes that only one process at a time may run."""
    # What is received twice is taken once, so a poller that lost its lease unnoticed needs no fence.
    return {
        name: Leased(house.store, name, holder, partial(_unfenced, work))
        for one in connected
        for name, work in one.alone.items()
    }


async def _unfenced(work: Work, _fence: Fence) -> None:
    await work()


def _heard(connected: list[Connected], leases: dict[str, Leased]) -> dict[str, datetime | None]:
    """Return when each platform that this process listens to was heard; another may hold the lease for some."""
    listening = {name: at for one in connected for name, at in one.heard.items()}
    return {name: at() for name, at in listening.items() if name not in leases or leases[name].held}


def _jobs(house: House, role: Role) -> dict[str, tuple[Job, float]]:
    """Return what the ticker wakes. A worker hears of no commit, so it looks into the outbox often."""
    flows: dict[str, tuple[Job, float]] = {"flows": (house.flows.tick, FLOWS_SECONDS)}
    if role is Role.WEB:
        return flows
    seconds = WORKER_TICK_SECONDS if role is Role.WORKER else TICK_SECONDS
    return {
        "due": (house.due_work.tick, TICK_SECONDS),
        "check_ins": (house.due_work.tick_plans, TICK_SECONDS),
        "outbox": (house.sender.tick, seconds),
        "rounds": (house.rounds.tick, ROUNDS_SECONDS),
        "rights": (house.rights_work.tick, TICK_SECONDS),
        **flows,
    }


def _watchdog(settings: Settings, health: Health, role: Role) -> dict[str, tuple[Job, float]]:
    """Return the job that tells an outside watchdog that pages can go out; where they are sent, not where taken in."""
    if settings.deadman_url is None or role is Role.WEB:
        return {}
    from adapters.deadman import ping

    url = settings.deadman_url.get_secret_value()

    async def ping_when_healthy() -> None:
        if not await health.faults():
            await ping(url)

    return {"deadman": (ping_when_healthy, DEADMAN_SECONDS)}


def _web(settings: Settings, connected: list[Connected], health: Health, house: House) -> WebServer | None:
    """Return the web server when a platform brings routes or a port is set."""
    routes = [route for one in connected for route in one.routes]
    if not routes and "http_port" not in settings.model_fields_set:
        return None
    from adapters.web.app import WebServer, web_app
    from adapters.web.metrics import Snapshot, rendered

    async def page() -> bytes:
        counts, peaks = house.vitals.counts, house.vitals.take_peaks()
        waiting, faults = await health.waiting(), await health.faults()
        return rendered(Snapshot(system_clock(), counts, peaks, health.heard(), waiting, faults))

    return WebServer(web_app(routes, health.faults, page), settings.http_host, settings.http_port)


async def _ended(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _on_signals() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second one ends the process at once."""
    stopped = asyncio.Event()

    def on_signal() -> None:
        if stopped.is_set():
            os._exit(130)
        log.info("stopping")
        stopped.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stopped
