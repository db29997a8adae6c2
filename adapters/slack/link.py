"""The link to one Slack workspace: its HTTP session and client, and the news that Slack refuses the bot."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, NoReturn, Self

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.refusals import APP_TOKEN, BOT_TOKEN, TOKEN_REFUSED, SlackRefusal, answer_of
from bot.errors import ChannelRefused, SettingError

SLACK = "https://slack.com/api/"
TICKET = re.compile(r"(ticket|token|app_id)=[^&'\"\s]+")
LIMITS = ClientTimeout(total=10, sock_connect=5)

log = logging.getLogger(__name__)


class _WithoutTickets(logging.Filter):
    """Drops tracebacks and tickets from the library's records: both quote the socket's secret URL."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = TICKET.sub(r"\1=…", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


def library_log() -> logging.Logger:
    """The logger for slack_sdk and slack_bolt: below WARNING they write every message's text."""
    quiet = logging.getLogger("adapters.slack.library")
    quiet.setLevel(logging.WARNING)
    if not quiet.filters:
        quiet.addFilter(_WithoutTickets())
    return quiet


class SlackLink:
    """One workspace's client over one shared session; made inside the running loop, closed by its owner."""

    def __init__(self, bot_token: str, api_url: str = "") -> None:
        if not bot_token.startswith("xoxb-"):
            raise SettingError(f"{BOT_TOKEN} is not a bot token; use the one under OAuth & Permissions (xoxb-…)")
        self._session = ClientSession(timeout=LIMITS)
        # slack_sdk re-posts after a dropped connection by default: the person would read it twice.
        self.client = AsyncWebClient(
            bot_token, base_url=api_url or SLACK, session=self._session, retry_handlers=[], logger=library_log()
        )
        self._refused: asyncio.Future[NoReturn] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """Release the session."""
        await self._session.close()

    def refuse(self, error: ChannelRefused) -> None:
        """Note that Slack refuses the bot, so that the process ends."""
        if not self._refused.done():
            self._refused.set_exception(error)
            self._refused.exception()

    async def until_refused(self) -> NoReturn:
        """Wait for ever, or until Slack refuses the bot: then raise ChannelRefused."""
        await asyncio.shield(self._refused)

    async def check_bot_token(self) -> None:
        """Ask Slack whose token it is. Raises ChannelRefused; an outage is no refusal and is left for later."""
        try:
            await answer_of(self.client.auth_test())
        except SlackRefusal as refusal:
            if refusal.code in TOKEN_REFUSED | {"account_inactive"}:
                raise bot_refused(refusal.code) from refusal
            log.warning("slack_unchecked: %s", refusal)

    async def check_oncall_channel(self, channel: str) -> None:
        """Raise SettingError unless pages to `channel` stay private; SlackRefusal when Slack cannot say now."""
        try:
            answer = await answer_of(self.client.conversations_info(channel=channel))
        except SlackRefusal as refusal:
            if refusal.permanent:
                raise SettingError(f"HANDRAIL_ONCALL_SLACK_CHANNEL cannot be used: {refusal}") from refusal
            raise
        _demand_private(answer.get("channel") or {})


def bot_refused(code: str) -> ChannelRefused:
    """The error for a bot token that Slack does not take."""
    return ChannelRefused(f"{BOT_TOKEN} was refused by Slack ({code}); install the app again and copy its token")


def app_refused(code: str) -> ChannelRefused:
    """The error for an app token that Slack does not take."""
    return ChannelRefused(
        f"{APP_TOKEN} was refused by Slack ({code}); make an app-level token with the scope connections:write"
    )


def _demand_private(channel: dict[str, Any]) -> None:
    name = "HANDRAIL_ONCALL_SLACK_CHANNEL"
    if not channel.get("is_private"):
        raise SettingError(f"{name} is a public channel; make it private, so that only staff read pages")
    if channel.get("is_archived"):
        raise SettingError(f"{name} is archived; unarchive it or name another private channel")
