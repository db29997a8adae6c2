"""Connects to a Bot API server and makes sure, before anything else, that it knows our bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from adapters.telegram.backoff import Backoff
from adapters.telegram.identity import Identity
from adapters.telegram.menus import Menu, set_menus
from adapters.telegram.updates import ALLOWED_UPDATES
from adapters.telegram.wire import STRANGE, PollWire, Wire, hush, wire
from bot.errors import ChannelRefused, SettingError
from bot.model.people import Platform

log = structlog.get_logger(__name__)

TOKEN_SETTING = "HANDRAIL_TELEGRAM_TOKEN"  # noqa: S105  the setting's name
PUBLIC_API = "https://api.telegram.org"
_SENDS_AT_ONCE = 48
"""30 sends may be under way at the allowed rate; pages and answers to presses come on top."""


class QuietBot(Bot):
    """The library's bot without the token in its representation."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "QuietBot(token hidden)"


@dataclass(frozen=True)
class Connection:
    """A bot and its two transports: long polls never wait behind sends, nor sends behind a long poll.

    `setting` names where its token comes from.
    """

    bot: Bot
    polls: Wire
    sends: Wire
    setting: str = TOKEN_SETTING

    async def close(self) -> None:
        """Close every connection."""
        await self.polls.shutdown()
        await self.sends.shutdown()


@dataclass(frozen=True)
class Push:
    """Where Telegram pushes updates to, and the secret by which it is known."""

    url: str
    secret: str = field(repr=False)


def connect(token: str, api_url: str = "", *, setting: str = TOKEN_SETTING) -> Connection:
    """Return a connection; nothing is sent yet. Raises SettingError when a setting cannot be right."""
    server = (api_url or PUBLIC_API).rstrip("/")
    if not server.startswith(("http://", "https://")):
        raise SettingError("HANDRAIL_TELEGRAM_API_URL is not a web address; write https:// and the server's name.")
    if not _looks_like_a_token(token):
        raise SettingError(f"{setting} is not a bot token; copy it from @BotFather (digits, a colon, letters).")
    hush()
    secure = server.startswith("https://")
    polls = wire(PollWire, 1, read_seconds=15.0, secure=secure)
    sends = wire(Wire, _SENDS_AT_ONCE, read_seconds=10.0, secure=secure)
    bot = QuietBot(token, base_url=f"{server}/bot", request=sends, get_updates_request=sends)
    return Connection(bot, polls, sends, setting)


def _looks_like_a_token(token: str) -> bool:
    number, _, secret = token.partition(":")
    return number.isdecimal() and number.isascii() and bool(secret) and all("!" <= sign <= "~" for sign in token)


async def introduce(
    connection: Connection,
    menus: Sequence[Menu] = (),
    *,
    platform: Platform = Platform.TELEGRAM,
    push: Push | None = None,
    backoff: Backoff | None = None,
) -> Identity:
    """Ask who we are, set the command menus, and let updates be pushed, or end that (what is pending stays).

    While Telegram cannot be reached it tries again for ever.
    Raises ChannelRefused when Telegram does not know the token.
    """
    backoff = backoff or Backoff()
    while True:
        try:
            return await _introduce(connection.bot, menus, platform, push)
        except InvalidToken:
            raise refused_token(connection.setting) from None
        except (TelegramError, *STRANGE) as error:
            log.warning("introduction_failed", platform="telegram", reason=type(error).__name__)
            await backoff.pause(seconds_of(error) if isinstance(error, RetryAfter) else 0.0)


async def identify(connection: Connection) -> Identity:
    """Ask once who we are, and change nothing. Raises ChannelRefused, or SettingError without an answer."""
    try:
        me = await connection.bot.get_me()
    except InvalidToken:
        raise refused_token(connection.setting) from None
    except (TelegramError, *STRANGE) as error:
        raise SettingError(
            "Telegram does not answer; check the network, and HANDRAIL_TELEGRAM_API_URL if it is set."
        ) from error
    return Identity(str(me.id), me.username or "")


async def _introduce(bot: Bot, menus: Sequence[Menu], platform: Platform, push: Push | None) -> Identity:
    # Not Bot.initialize(): its error for a refused token quotes the token.
    me = await bot.get_me()
    await (push_to(bot, push) if push else bot.delete_webhook(drop_pending_updates=False))
    if menus:
        await set_menus(bot, menus)
    return Identity(str(me.id), me.username or "", platform)


async def push_to(bot: Bot, push: Push) -> None:
    """Let Telegram push; it keeps the order of each chat whatever the number of connections."""
    await bot.set_webhook(
        push.url, secret_token=push.secret, allowed_updates=ALLOWED_UPDATES, drop_pending_updates=False
    )


def refused_token(setting: str) -> ChannelRefused:
    """Return the error for a token that Telegram does not accept (any more)."""
    return ChannelRefused(
        f"Telegram refuses {setting}: it was revoked or is not complete. "
        "Ask @BotFather for the bot's token (/token), set it and start again."
    )


def seconds_of(error: RetryAfter) -> float:
    """Return how long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
