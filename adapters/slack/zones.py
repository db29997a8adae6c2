"""Learns the time zone of an account, now and then, and never keeps a message waiting for it long."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from zoneinfo import available_timezones

from adapters.slack.link import SlackLink
from adapters.slack.refusals import SlackRefusal, answer_of

REMEMBERED = 10_000
PATIENCE_SECONDS = 1.0
GOOD_FOR_SECONDS = 6 * 3600.0


class Zones:
    """The time zones of one workspace's accounts."""

    def __init__(self, link: SlackLink) -> None:
        self._link = link
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def of(self, user: str) -> str:
        """Return the account's IANA zone, or nothing when Slack does not say in time."""
        zone, asked_at = self._known.get(user, ("", float("-inf")))
        if time.monotonic() - asked_at > GOOD_FOR_SECONDS:
            zone = await self._asked(user)
            self._remember(user, zone if zone in available_timezones() else "")
        return self._known[user][0]

    async def _asked(self, user: str) -> str:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await answer_of(self._link.client.users_info(user=user))
        except (SlackRefusal, TimeoutError):
            # Not asked again for hours: in an outage every message would wait for it. The person is asked for a city.
            return ""
        return str((answer.get("user") or {}).get("tz") or "")

    def _remember(self, user: str, zone: str) -> None:
        self._known[user] = (zone, time.monotonic())
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
