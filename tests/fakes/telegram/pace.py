"""Telegram's published sending rates: 30 a second per bot, one a second per chat, 20 a minute per group."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.telegram.account import Call

SENDING = frozenset({"sendMessage", "sendPhoto", "editMessageText", "editMessageReplyMarkup"})
# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this (short bursts in a chat are tolerated)
PER_BOT, BOT_WINDOW = 30, 1.0
PER_CHAT, CHAT_WINDOW = 3, 3.0
PER_GROUP, GROUP_WINDOW = 20, 60.0


def too_fast(calls: Sequence[Call], now: float, chat: int | None) -> int:
    """Return after how many seconds one more send to `chat` would be welcome; 0 when it is now."""
    sends = [call for call in _since(calls, now - GROUP_WINDOW) if call.method in SENDING and call.status == 200]
    here = [call.at for call in sends if call.chat == chat]
    waits = [
        _wait([call.at for call in sends], now, PER_BOT, BOT_WINDOW),
        _wait(here, now, PER_CHAT, CHAT_WINDOW),
        _wait(here, now, PER_GROUP, GROUP_WINDOW) if chat is not None and chat < 0 else 0,
    ]
    return max(waits)


def _since(calls: Sequence[Call], start: float) -> list[Call]:
    recent: list[Call] = []
    for call in reversed(calls):
        if call.at < start:
            break
        recent.append(call)
    return recent


def _wait(times: list[float], now: float, allowed: int, window: float) -> int:
    inside = sorted(at for at in times if at > now - window)
    if len(inside) < allowed:
        return 0
    return max(1, round(inside[-allowed] + window - now + 0.5))


def burst_violations(calls: Sequence[Call], allowed: int = PER_BOT, window: float = BOT_WINDOW) -> int:
    """Count the sends that came when `allowed` others lay within the `window` before them."""
    times = [call.at for call in calls if call.method in SENDING and call.status == 200]
    return sum(1 for index in range(allowed, len(times)) if times[index] - times[index - allowed] < window)
