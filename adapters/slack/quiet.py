"""Asks Slack whether a person wants quiet now, before anything unasked is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.refusals import SlackRefusal, answer_of
from bot.errors import DeliveryError

# A question that is asked later than this is out of place; the next one comes at its own time.
LONGEST_WAIT = timedelta(minutes=60)


async def demand_leave_to_ask(client: AsyncWebClient, user: str, now: datetime) -> None:
    """Raise DeliveryError while `user` has paused notifications; when Slack cannot say, the message may go."""
    try:
        answer = await answer_of(client.dnd_info(user=user))
    except SlackRefusal:
        return
    until = quiet_until(answer, now)
    if until is None:
        return
    wait = until - now
    text = "the person has paused notifications"
    raise DeliveryError(text, unwanted=True, retry_after=wait if wait <= LONGEST_WAIT else None)


def quiet_until(answer: dict[str, Any], now: datetime) -> datetime | None:
    """Return when the quiet ends that dnd.info tells of, or None when there is none now."""
    at, ends = now.timestamp(), [0.0]
    if answer.get("snooze_enabled"):
        ends.append(_number(answer.get("snooze_endtime")))
    if answer.get("dnd_enabled") and _number(answer.get("next_dnd_start_ts")) <= at:
        ends.append(_number(answer.get("next_dnd_end_ts")))
    end = max(ends)
    return datetime.fromtimestamp(end, now.tzinfo) if end > at else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
