"""Connects to a Bot API server and makes sure, before anything else, that it knows our bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from telegram import Bot, BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError

from adapters.telegram.backoff import Backoff
from adapters.telegram.identity import Identity
from adapters.telegram.wire import STRANGE, PollWire, Wire, hush, wire
from bot.errors import ChannelRefused, SettingError

log = structlog.get_logger(__name__)

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
    """A bot and its two transports: long polls never wait behind sends, nor sends behind a long poll."""

    bot: Bot
    polls: Wire
    sends: Wire

    async def close(self) -> None:
        """Close every connection."""
        await self.polls.shutdown()
        await self.sends.shutdown()


def connect(token: str, api_url: str = "") -> Connection:
    """Return a connection; nothing is sent yet. Raises SettingError when a setting cannot be right."""
    server = (api_url or PUBLIC_API).rstrip("/")
    if not server.startswith(("http://", "https://")):
        raise SettingError("HANDRAIL_TELEGRAM_API_URL is not a web address; write https:// and the server's name.")
    if not _looks_like_a_token(token):
        raise SettingError(
            "HANDRAIL_TELEGRAM_TOKEN is not a bot token; copy it from @BotFather (digits, a colon, letters)."
        )
    hush()
    secure = server.startswith("https://")
    polls = wire(PollWire, 1, read_seconds=15.0, secure=secure)
    sends = wire(Wire, _SENDS_AT_ONCE, read_seconds=10.0, secure=secure)
    bot = QuietBot(token, base_url=f"{server}/bot", request=sends, get_updates_request=sends)
    return Connection(bot, polls, sends)


def _looks_like_a_token(token: str) -> bool:
    number, _, secret = token.partition(":")
    return number.isdecimal() and number.isascii() and bool(secret) and all("!" <= sign <= "~" for sign in token)


async def introduce(
    connection: Connection,
    commands: Mapping[str, str],
    *,
    persist: bool = True,
    keep_webhook: bool = False,
    backoff: Backoff | None = None,
) -> Identity:
    """Ask who we are, end a webhook (its pending updates stay) and set the command menu: name → description.

    While Telegram cannot be reached it tries again for ever, or with `persist` off raises SettingError.
    Raises ChannelRefused when Telegram does not know the token.
    """
    backoff = backoff or Backoff()
    while True:
        try:
            return await _introduce(connection.bot, commands, keep_webhook=keep_webhook)
        except InvalidToken:
            raise refused_token() from None
        except (TelegramError, *STRANGE) as error:
            if not persist:
                raise SettingError(
                    "Telegram does not answer; check the network, and HANDRAIL_TELEGRAM_API_URL if it is set."
                ) from error
            log.warning("introduction_failed", platform="telegram", reason=type(error).__name__)
            await backoff.pause(seconds_of(error) if isinstance(error, RetryAfter) else 0.0)


async def _introduce(bot: Bot, commands: Mapping[str, str], *, keep_webhook: bool) -> Identity:
    # Not Bot.initialize(): its error for a refused token quotes the token.
    me = await bot.get_me()
    if not keep_webhook:
        await bot.delete_webhook(drop_pending_updates=False)
    if commands:
        await bot.set_my_commands([BotCommand(name, text) for name, text in commands.items()])
    return Identity(str(me.id), me.username or "")


def refused_token() -> ChannelRefused:
    """Return the error for a token that Telegram does not accept (any more)."""
    return ChannelRefused(
        "Telegram refuses HANDRAIL_TELEGRAM_TOKEN: it was revoked or is not complete. "
        "Ask @BotFather for the bot's token (/token), set it and start again."
    )


def seconds_of(error: RetryAfter) -> float:
    """Return how long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
