"""`handrail run`: every platform of the settings in one process and one event loop, until a signal or a refusal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from adapters.clock import system_clock
from bot.bootstrap import platforms
from bot.bootstrap.house import House, build, master_keys
from bot.bootstrap.platforms import Connected
from bot.errors import SettingError
from bot.model import Platform
from bot.ports import Clock
from bot.rota import load_rota
from bot.settings import Settings
from scheduler.limits import Window
from scheduler.ticker import ticker

if TYPE_CHECKING:
    from adapters.web.app import WebServer

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
DRAIN_SECONDS = 8.0
# A platform that was not heard for this long is reported by /readyz.
STALE = timedelta(seconds=90)
# Telegram's documented limit for one bot: about 30 messages a second (https://core.telegram.org/bots/faq).
TELEGRAM_RATE = (30, 1.0)


async def serve(settings: Settings, *, clock: Clock = system_clock, stopped: asyncio.Event | None = None) -> None:
    """Run until `stopped` is set, by default by SIGTERM or SIGINT. Raises HandrailError when it cannot go on."""
    chosen = [platform for platform in settings.channels if platform is not Platform.CONSOLE]
    if not chosen:
        raise SettingError(
            "HANDRAIL_CHANNELS is console; handrail run needs telegram or slack (handrail chat is for the terminal)"
        )
    stopped = stopped or _on_signals()
    masters, made = master_keys(settings, settings.data_dir)
    if made is not None:
        log.warning("master_key_made", path=str(made), remedy="back it up; without it the database cannot be read")
    rota = load_rota(settings.rota, workplace=settings.profile == "workplace")
    if not settings.on_call and not rota.responders:
        log.error("nobody_is_on_call", remedy="set HANDRAIL_ONCALL_SLACK_CHANNEL or HANDRAIL_ONCALL_TELEGRAM_CHAT")
    windows = {Platform.TELEGRAM: Window(*TELEGRAM_RATE)}
    house = await build(settings, masters, clock=clock, rota=rota, on_call=settings.on_call, windows=windows)
    try:
        async with contextlib.AsyncExitStack() as stack:
            connected = [
                await stack.enter_async_context(_connect(platform, settings, house, clock)) for platform in chosen
            ]
            await _run_until(stopped, settings, house, connected)
    finally:
        await house.close()
        log.info("stopped")


def _connect(
    platform: Platform, settings: Settings, house: House, clock: Clock
) -> contextlib.AbstractAsyncContextManager[Connected]:
    connect = platforms.telegram if platform is Platform.TELEGRAM else platforms.slack
    return connect(settings, house, clock)


async def _run_until(stopped: asyncio.Event, settings: Settings, house: House, connected: list[Connected]) -> None:
    """Run the platforms' work, the sender and the ticker until a signal comes or one of them ends."""
    intakes = [asyncio.create_task(work) for one in connected for work in one.work]
    sending = asyncio.create_task(house.sender.run())
    ticks = ticker({"due": (house.due_work.tick, TICK_SECONDS), "outbox": (house.sender.tick, TICK_SECONDS)})
    ticks.start()
    house.sender.wake()
    web = _web(settings, connected)
    serving = [asyncio.create_task(web.run())] if web else []
    stopping = asyncio.create_task(stopped.wait())
    log.info("ready", channels=[platform.value for platform in settings.channels])
    try:
        done, _ = await asyncio.wait([stopping, sending, *intakes, *serving], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
    finally:
        ticks.shutdown(wait=False)
        if web:
            web.stop()
        await _ended([stopping, *intakes])
        await house.conversation.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await _ended([sending])
        await asyncio.gather(*serving, return_exceptions=True)


def _web(settings: Settings, connected: list[Connected]) -> WebServer | None:
    """Return the web server when a platform brings routes or a port is set."""
    routes = [route for one in connected for route in one.routes]
    if not routes and "http_port" not in settings.model_fields_set:
        return None
    from adapters.web.app import WebServer, web_app

    heard = {name: at for one in connected for name, at in one.heard.items()}
    return WebServer(web_app(routes, lambda: _stale(heard)), settings.http_host, settings.http_port)


def _stale(heard: Mapping[str, Callable[[], datetime | None]]) -> dict[str, str]:
    now, found = system_clock(), {}
    for name, last in heard.items():
        at = last()
        if at is None or now - at > STALE:
            found[name] = "never heard" if at is None else f"last heard {int((now - at).total_seconds())} s ago"
    return found


async def _ended(tasks: list[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _on_signals() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second one ends the process at once."""
    stopped = asyncio.Event()

    def on_signal() -> None:
        if stopped.is_set():
            os._exit(130)
        stopped.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stopped
