"""How fast platforms let a bot send: windows timed by answers, so that no server ever sees one request too many."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bot.model.people import Address, Platform
from bot.model.sent import Outbound

# shared/design.md, budgets: request k starts only after the answer to request k-n came, plus the span, minus 0.95 of
# the smallest round trip, plus 3 ms; measured at 95.3 % of the allowed rate with no refusal.
TRIP_SHARE = 0.95
MARGIN = 0.003
# The first round trips hold the making of connections and say little about the shortest one.
TRIPS_TO_LEARN = 60
_FORGETS_ABOVE = 512


@dataclass(frozen=True)
class Rate:
    """At most `count` requests in any `seconds`; the last `kept` of them are for pages."""

    count: int
    seconds: float
    kept: int = 0


@dataclass(frozen=True)
class Limits:
    """What a platform publishes: for one bot, one chat and one group, and a message's longest text in UTF-16 units."""

    bot: Rate
    chat: Rate
    group: Rate | None = None
    longest: int = 4096

    def requests(self, outbound: Outbound) -> int:
        """Return how many requests a message takes at most: a part is at least half full."""
        units = len(outbound.text.encode("utf-16-le", "surrogatepass")) // 2
        return 1 if units <= self.longest else -(-units // (self.longest // 2))


# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 a second for a bot, one a
# second in a chat with short bursts, 20 a minute in a group.
TELEGRAM = Limits(bot=Rate(30, 1.0, kept=1), chat=Rate(3, 3.0), group=Rate(20, 60.0, kept=6))
# https://docs.slack.dev/apis/web-api/rate-limits: one message a second in a channel with short bursts, several hundred
# a minute for a workspace.
SLACK = Limits(bot=Rate(240, 60.0, kept=10), chat=Rate(2, 2.0), longest=3000)
PUBLISHED = {Platform.TELEGRAM: TELEGRAM, Platform.STAFF_TELEGRAM: TELEGRAM, Platform.SLACK: SLACK}


class Window:
    """Allows a rate as the server sees it. Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._answers: deque[float] = deque()
        self._open = 0
        self._shortest_trip = rate.seconds
        self._trips = 0

    def room(self, now: float, *, page: bool = False) -> int:
        """Return how many requests may start now."""
        return self._most(page=page) - self._open - len(self._opening_times(now, page=page))

    def opens_at(self, now: float, *, page: bool = False, requests: int = 1) -> float | None:
        """Return when that many requests may start; None while that hangs on an answer that is still awaited."""
        self._forget(now)
        times = self._opening_times(now, page=page)
        most = self._most(page=page)
        missing = min(requests, most) + self._open + len(times) - most
        if missing <= 0:
            return now
        return times[missing - 1] if missing <= len(times) else None

    def begin(self, requests: int = 1) -> None:
        """Note that requests start."""
        self._open += requests

    def end(self, started: float, now: float, requests: int = 1) -> None:
        """Note that the answers came (or that the requests failed)."""
        self._shortest_trip = min(self._shortest_trip, (now - started) / requests)
        self._trips += 1
        self._open -= requests
        self._answers.extend([now] * requests)

    def is_idle(self, now: float) -> bool:
        """Say whether nothing that is remembered matters any more."""
        self._forget(now)
        return not self._open and not self._answers

    def _opening_times(self, now: float, *, page: bool) -> list[float]:
        """Return when each slot opens that an answer still keeps closed."""
        rest = self._rest(page=page)
        return [at + rest for at in self._answers if at + rest > now]

    def _most(self, *, page: bool) -> int:
        return self._rate.count - (0 if page else self._rate.kept)

    def _rest(self, *, page: bool) -> float:
        known = self._shortest_trip if self._trips >= TRIPS_TO_LEARN else 0.0
        # A slot that is kept for pages is margin enough for everything else.
        margin = 0.0 if self._rate.kept and not page else MARGIN
        return self._rate.seconds - TRIP_SHARE * known + margin

    def _forget(self, now: float) -> None:
        while self._answers and self._answers[0] + self._rest(page=True) <= now:
            self._answers.popleft()


class Pace:
    """The pace of one bot: of all it sends, and of each chat it writes to."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.bot = Window(limits.bot)
        self._chats: dict[str, tuple[Window, ...]] = {}

    def chat_opens_at(self, address: Address, now: float, *, page: bool, requests: int = 1) -> float | None:
        """Return when a chat takes that many requests more; None while that hangs on an answer."""
        times = [window.opens_at(now, page=page, requests=requests) for window in self._chats.get(address.chat, ())]
        known = [at for at in times if at is not None]
        return max(known, default=now) if len(known) == len(times) else None

    def begin(self, address: Address, requests: int) -> None:
        """Note that requests to a chat start."""
        for window in self._windows(address):
            window.begin(requests)

    def end(self, address: Address, started: float, now: float, requests: int) -> None:
        """Note that their answers came."""
        for window in self._windows(address):
            window.end(started, now, requests)
        if len(self._chats) > _FORGETS_ABOVE:
            idle = [chat for chat, windows in self._chats.items() if all(window.is_idle(now) for window in windows)]
            for chat in idle:
                del self._chats[chat]

    def _windows(self, address: Address) -> tuple[Window, ...]:
        if address.chat not in self._chats:
            rates = [self.limits.chat, *([self.limits.group] if self.limits.group and is_group(address) else [])]
            self._chats[address.chat] = tuple(Window(rate) for rate in rates)
        return (self.bot, *self._chats[address.chat])


def is_group(address: Address) -> bool:
    """Say whether a chat has many members: Telegram's groups have negative ids."""
    return address.chat.startswith("-")
