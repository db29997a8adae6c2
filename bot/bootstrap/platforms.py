"""Connects the platforms that the settings name; each is imported only when it is used."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.routing import BaseRoute

from bot.bootstrap.house import House
from bot.errors import DeliveryError
from bot.model import Platform
from bot.ports import Clock
from bot.settings import Settings

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
    from adapters.slack.channel import SlackChannel
    from adapters.slack.home import HomeTab
    from adapters.slack.intake import Intake
    from adapters.slack.link import SlackLink
    from bot.bootstrap.slack import home_reader, modal_words

    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    async with SlackLink(token, f"{settings.slack_api_url}/") as link:
        await link.check_bot_token()
        if settings.oncall_slack_channel:
            # In an outage Slack cannot say; the channel is proved before its first page anyway.
            with contextlib.suppress(DeliveryError):
                await link.check_oncall_channel(settings.oncall_slack_channel)
        words, dm_text = modal_words(house.words), settings.slack_dm_text
        intake = Intake(
            link,
            house.conversation.receive,
            lambda raw: house.store.quarantine(Platform.SLACK, raw, clock()),
            clock,
            words,
            dm_text=dm_text,
            home=HomeTab(link, home_reader(house, clock)),
        )
        house.channels[Platform.SLACK] = SlackChannel(
            link, oncall_channel=settings.oncall_slack_channel, words=words, dm_text=dm_text, clock=clock
        )
        if settings.slack_app_token is not None:
            from adapters.slack.socket_mode import SocketIntake

            socket = SocketIntake(intake, link, settings.slack_app_token.get_secret_value())
            yield Connected([socket.run], heard={"slack": lambda: socket.last_seen_at})
        elif settings.slack_signing_secret is not None:
            from adapters.slack.http_mode import HttpIntake

            http = HttpIntake(intake, settings.slack_signing_secret.get_secret_value(), clock)
            yield Connected([link.until_refused], routes=http.routes(), heard={"slack": lambda: intake.last_seen_at})
