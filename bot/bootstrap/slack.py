"""Joins Slack to the house: one workspace or many, its few words, and a person's home."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.slack.channel import SlackChannel
from adapters.slack.home import HomeTab
from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from adapters.slack.views import ModalWords
from adapters.slack.workspaces import Workspace, inbound_of, placed
from bot.bootstrap.house import House
from bot.errors import DeliveryError
from bot.home import Home
from bot.homes import DAYS, Homes
from bot.model.people import Address, Person, Platform
from bot.model.received import Inbound
from bot.ports import Clock, Lookup
from bot.settings import Settings
from flows.wording import Words


@dataclass(frozen=True)
class Opener:
    """Opens workspaces: the one at home has no name, any other its id."""

    settings: Settings
    house: House
    clock: Clock

    def __call__(self, name: str, token: str) -> Workspace:
        """Return a workspace that is ready to work."""
        settings, words = self.settings, modal_words(self.house.words)
        link = SlackLink(token, f"{settings.slack_api_url}/")
        reader = home_reader(self.house, self.clock)

        async def receive(inbounds: Sequence[Inbound]) -> None:
            await self.house.conversation.receive([inbound_of(name, inbound) for inbound in inbounds])

        async def quarantine(raw: bytes) -> None:
            await self.house.store.quarantine(Platform.SLACK, raw, self.clock())

        async def home_of(address: Address) -> Home:
            return await reader(placed(name, address))

        dm_text, tab = settings.slack_dm_text, HomeTab(link, home_of)
        intake = Intake(link, receive, quarantine, self.clock, words, dm_text=dm_text, home=tab)
        oncall = "" if name else settings.oncall_slack_channel
        channel = SlackChannel(link, oncall_channel=oncall, words=words, dm_text=dm_text, clock=self.clock)
        return Workspace(link, channel, intake)


async def at_home(settings: Settings, opener: Opener) -> Workspace | None:
    """Return the workspace of the settings, checked, or None when every workspace installs the app by itself."""
    if settings.slack_bot_token is None:
        return None
    home = opener("", settings.slack_bot_token.get_secret_value())
    try:
        await home.link.check_bot_token()
        if settings.oncall_slack_channel:
            # In an outage Slack cannot say; the channel is proved before its first page anyway.
            with contextlib.suppress(DeliveryError):
                await home.link.check_oncall_channel(settings.oncall_slack_channel)
    except BaseException:
        await home.link.close()
        raise
    return home


async def until_refused(home: Workspace | None) -> None:
    """Wait for ever, or until Slack refuses the bot at home."""
    await (home.link.until_refused() if home is not None else asyncio.Event().wait())


def modal_words(words: Words) -> ModalWords:
    """Return what stands on the frames of modals."""
    return ModalWords(**{name: words.say(f"slack.{name}") for name in ModalWords.__struct_fields__})


def home_reader(house: House, clock: Clock) -> Callable[[Address], Awaitable[Home]]:
    """Return what reads a person's home from the store."""
    homes = Homes(house.words, house.library)

    async def home_of(address: Address) -> Home:
        now = clock()
        loaded = await house.store.load_many([Lookup("home", address=address)], now)
        found = [loaded.views[person_id] for person_id in loaded.subjects.get("home", ())]
        if not found:
            return homes.of_newcomer(Person("", address, created_at=now))
        entries = await house.store.entries(found[0].person.person_id, now - timedelta(days=DAYS))
        return homes.of(found[0], entries, now)

    return home_of
