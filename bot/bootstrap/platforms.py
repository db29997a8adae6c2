"""Connects the platforms that the settings name; each is imported only when it is used."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.bootstrap.house import House
from bot.model.people import Platform
from bot.ports import Clock
from bot.settings import Settings

if TYPE_CHECKING:
    # Only a web server needs it at run time.
    from starlette.routing import BaseRoute

Work = Callable[[], Coroutine[Any, Any, Any]]


@dataclass
class Connected:
    """What a platform brings: work that runs until cancelled, routes to serve, and when it was last heard.

    `alone` is work that only one process at a time may do, by the name of its lease.
    """

    work: list[Work] = field(default_factory=list)
    alone: dict[str, Work] = field(default_factory=dict)
    routes: Sequence[BaseRoute] = ()
    heard: dict[str, Callable[[], datetime | None]] = field(default_factory=dict)


@asynccontextmanager
async def telegram(settings: Settings, house: House, clock: Clock) -> AsyncIterator[Connected]:
    """Connect the Telegram bot, and the staff's own bot where it has a token."""
    from bot.bootstrap.telegram import connected_bot, parts_of

    async with contextlib.AsyncExitStack() as stack:
        parts = parts_of(settings, house.words)
        bots = [await stack.enter_async_context(connected_bot(part, settings, house, clock)) for part in parts]
        yield Connected(
            work=[work for one in bots for work in one.work],
            alone={name: work for one in bots for name, work in one.alone.items()},
            routes=[route for one in bots for route in one.routes],
            heard={name: at for one in bots for name, at in one.heard.items()},
        )


@asynccontextmanager
async def slack(settings: Settings, house: House, clock: Clock) -> AsyncIterator[Connected]:
    """Connect the Slack app: over a socket when there is an app token, else over signed HTTP."""
    from adapters.slack.workspaces import Workspaces
    from bot.bootstrap.slack import Opener, at_home, until_refused

    opener = Opener(settings, house, clock)
    home = await at_home(settings, opener)
    workspaces = Workspaces(house.store, opener, home)
    many = bool(settings.slack_client_id)
    house.channels[Platform.SLACK] = workspaces if many or home is None else home.channel
    intake = workspaces if many or home is None else home.intake
    try:
        if settings.slack_app_token is not None and home is not None:
            from adapters.slack.socket_mode import SocketIntake

            socket = SocketIntake(intake, home.link, settings.slack_app_token.get_secret_value())
            yield Connected([socket.run], heard={"slack": lambda: socket.last_seen_at})
        elif settings.slack_signing_secret is not None:
            from adapters.slack.http_mode import HttpIntake

            http = HttpIntake(intake, settings.slack_signing_secret.get_secret_value(), clock)
            routes = [*http.routes(), *_install_pages(settings, house, clock)]
            work = partial(until_refused, home)
            yield Connected([work], routes=routes, heard={"slack": lambda: http.last_seen_at})
    finally:
        await workspaces.close()


def _install_pages(settings: Settings, house: House, clock: Clock) -> Sequence[BaseRoute]:
    """Return the pages on which administrators install the app, where there may be many workspaces."""
    if not settings.slack_client_id or settings.slack_client_secret is None:
        return ()
    from adapters.slack.install import Installer

    secret, api_url = settings.slack_client_secret.get_secret_value(), f"{settings.slack_api_url}/"
    dm_text = settings.slack_dm_text
    return Installer(house.store, clock, settings.slack_client_id, secret, api_url, dm_text=dm_text).routes()
