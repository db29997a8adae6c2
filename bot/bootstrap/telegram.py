"""Joins one Telegram bot (the people's, or the staff's own) to the house: its channel, its intake and its menus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from adapters.telegram.channel import TelegramChannel
from adapters.telegram.connection import TOKEN_SETTING, Connection, Push, connect, introduce
from adapters.telegram.identity import Identity
from adapters.telegram.intake import Intake
from adapters.telegram.menus import Menu
from adapters.telegram.moves import Moves
from adapters.telegram.poller import Poller
from adapters.telegram.webhook import Webhook
from bot.bootstrap.house import House
from bot.bootstrap.platforms import Connected
from bot.model.people import Platform
from bot.ports import Clock
from bot.settings import PREFIX, Settings
from flows.wording import FALLBACK, Words

STAFF_TOKEN_SETTING = f"{PREFIX}STAFF_TELEGRAM_TOKEN"


@dataclass(frozen=True)
class Part:
    """What one bot does: its platform, its token and its setting's name, the group it stays in, and its menus."""

    platform: Platform
    token: SecretStr | None
    setting: str
    oncall_chat: str
    menus: Sequence[Menu]
    push: Push | None = None


def parts_of(settings: Settings, words: Words) -> list[Part]:
    """Return the bots of the settings: with a token for staff, the on-call group belongs to that bot alone."""
    group, staff_token = settings.oncall_telegram_chat, settings.staff_telegram_token
    for_staff = [Menu(commands_of(words, "staff_menu"), chat=group)] if group else []
    push = push_of(settings)
    main = (Platform.TELEGRAM, settings.telegram_token, TOKEN_SETTING)
    if staff_token is None:
        return [Part(*main, group, [*people_menus(words), *for_staff], push)]
    desk = [Menu(commands_of(words, "staff_menu")), *for_staff]
    return [
        Part(*main, "", people_menus(words), push),
        # Staff are few: their updates are fetched, so that a fault of the public address never silences a claim.
        Part(Platform.STAFF_TELEGRAM, staff_token, STAFF_TOKEN_SETTING, group, desk),
    ]


def push_of(settings: Settings) -> Push | None:
    """Return where Telegram pushes to, or None when its updates are fetched."""
    if not settings.telegram_webhook_url or settings.telegram_webhook_secret is None:
        return None
    return Push(settings.telegram_webhook_url, settings.telegram_webhook_secret.get_secret_value())


def people_menus(words: Words) -> list[Menu]:
    """Return the menu in every language that has one; English is for everybody else."""
    languages = sorted(words.languages() - {FALLBACK})
    menus = [Menu(commands_of(words, "menu"))]
    return menus + [Menu(found, language) for language in languages if (found := commands_of(words, "menu", language))]


def commands_of(words: Words, menu: str, language: str = FALLBACK) -> dict[str, str]:
    """Return the commands of a menu in a language, name → description."""
    stem = f"{menu}."
    return {key.removeprefix(stem): words.say(key, language) for key in words.ordered(stem, language)}


class Bot:
    """One connected bot. Its introduction waits for Telegram inside its work, so that nothing else waits for it."""

    def __init__(self, part: Part, connection: Connection, moves: Moves, house: House, clock: Clock) -> None:
        self._part = part
        self._connection = connection
        self._moves = moves
        self._house = house
        self._clock = clock
        self._poller: Poller | None = None
        self.webhook = Webhook(connection, part.push, clock) if part.push else None

    @property
    def last_heard_at(self) -> datetime | None:
        """When Telegram last answered or pushed."""
        source = self.webhook.last_seen_at if self.webhook else None
        return self._poller.last_poll_at if self._poller else source

    async def poll(self) -> None:
        """Introduce the bot and fetch its updates."""
        me = await introduce(self._connection, self._part.menus, platform=self._part.platform)
        self._poller = Poller(self._connection, await self._intake(me), self._clock)
        await self._poller.run()

    async def take_pushes(self) -> None:
        """Introduce the bot and take what Telegram pushes."""
        if self.webhook is None:
            return
        part = self._part
        me = await introduce(self._connection, part.menus, platform=part.platform, push=part.push)
        await self.webhook.run(await self._intake(me))

    async def _intake(self, me: Identity) -> Intake:
        await self._moves.load()
        return Intake(
            self._connection.bot,
            me,
            receive=self._house.conversation.receive,
            quarantine=lambda raw: self._house.store.quarantine(self._part.platform, raw, self._clock()),
            clock=self._clock,
            oncall_chat=self._part.oncall_chat,
            moves=self._moves,
        )


@asynccontextmanager
async def connected_bot(part: Part, settings: Settings, house: House, clock: Clock) -> AsyncIterator[Connected]:
    """Connect one bot: a channel to send through, and the work that takes its updates in."""
    token = part.token.get_secret_value() if part.token else ""
    connection = connect(token, settings.telegram_api_url, setting=part.setting)
    moves = Moves(house.store)
    await moves.load()
    house.channels[part.platform] = TelegramChannel(connection.bot, part.platform, moves)
    bot, name = Bot(part, connection, moves, house, clock), part.platform.value
    heard = {name: lambda: bot.last_heard_at}
    try:
        if bot.webhook:
            yield Connected([bot.take_pushes], routes=bot.webhook.routes(), heard=heard)
        else:
            yield Connected(alone={name: bot.poll}, heard=heard)
    finally:
        await connection.close()
