"""The windows that keep a bot below every published rate: simulated on a clock of our own, counted, never timed."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.people import Address, Platform
from bot.model.sent import Lane, Outbound
from scheduler.limits import PUBLISHED, SLACK, TELEGRAM, Pace, Rate, Window

ANA = Address(Platform.TELEGRAM, "4711")
GROUP = Address(Platform.TELEGRAM, "-4711")


def arrivals(rate: Rate, trips: Sequence[float], *, page: bool = False) -> list[float]:
    """Send one request a trip as early as the window lets them; return when the server saw each, half a trip later."""
    window, now, seen = Window(rate), 0.0, []
    under_way: list[tuple[float, float]] = []
    for trip in trips:
        while (opens := window.opens_at(now, page=page)) is None or opens > now:
            if under_way and (opens is None or under_way[0][0] <= opens):
                answered, started = heapq.heappop(under_way)
                now = max(now, answered)
                window.end(started, now)
            else:
                assert opens is not None
                now = opens
        window.begin()
        seen.append(now + trip / 2)
        heapq.heappush(under_way, (now + trip, now))
    return sorted(seen)


def too_many(seen: Sequence[float], rate: Rate) -> int:
    """Count the requests that came when `count` others lay in the span before them."""
    pairs = zip(seen, seen[rate.count :], strict=False)
    return sum(1 for earlier, later in pairs if later - earlier < rate.seconds)


@given(st.lists(st.floats(0.05, 0.08), min_size=1, max_size=300))
def test_no_server_sees_one_request_too_many(trips: list[float]):
    assert too_many(arrivals(TELEGRAM.bot, trips, page=True), TELEGRAM.bot) == 0


@given(st.lists(st.floats(0.3, 2.0), min_size=61, max_size=61), st.lists(st.floats(0.3, 4.0), max_size=60))
def test_slow_and_uneven_trips_break_no_limit(first: list[float], more: list[float]):
    rate = Rate(5, 3.0)
    # Half of each trip lies before the server at least here; a longer way back only makes us slower.
    assert too_many(arrivals(rate, first + more), rate) == 0


def test_nudges_use_95_percent_of_the_allowed_rate_over_20000_messages():
    seen = arrivals(TELEGRAM.bot, [0.05] * 20_000)
    rate = (len(seen) - 1) / (seen[-1] - seen[0])
    assert rate / (TELEGRAM.bot.count / TELEGRAM.bot.seconds) >= 0.95
    assert too_many(seen, TELEGRAM.bot) == 0


def test_a_slot_is_kept_for_pages():
    window = Window(Rate(3, 1.0, kept=1))
    window.begin(2)
    assert window.opens_at(0.0) is None
    assert window.opens_at(0.0, page=True) == 0.0


def test_looking_ahead_forgets_nothing():
    window = Window(Rate(1, 1.0))
    window.begin()
    window.end(0.0, 0.0)
    assert window.room(2.0) == 1
    assert window.room(0.5) == 0


def test_a_message_in_parts_counts_as_that_many_requests():
    assert TELEGRAM.requests(says("short")) == 1
    assert TELEGRAM.requests(says("x" * 4096)) == 1
    assert TELEGRAM.requests(says("x" * 4097)) >= 2
    assert SLACK.requests(says("x" * 9000)) >= 3


@pytest.mark.parametrize("requests", [1, 2, 3, 9])
def test_a_message_of_more_parts_than_a_chat_takes_at_once_still_goes(requests: int):
    pace = Pace(TELEGRAM)
    assert pace.chat_opens_at(ANA, 0.0, page=False, requests=requests) == 0.0


def test_a_chat_takes_a_short_burst_and_then_one_a_second():
    assert bursts(ANA, seconds=30.0) <= 3 + 30


def test_a_group_takes_20_a_minute_and_keeps_some_of_them_for_pages():
    assert bursts(GROUP, seconds=60.0) == 14
    assert bursts(GROUP, seconds=60.0, page=True) == 20


def test_chats_that_were_quiet_are_forgotten():
    pace = Pace(TELEGRAM)
    for number in range(2000):
        address = Address(Platform.TELEGRAM, str(number))
        pace.begin(address, 1)
        pace.end(address, number / 30, number / 30, 1)
    assert len(pace._chats) < 1000


def test_every_platform_with_a_server_has_limits():
    assert set(PUBLISHED) == set(Platform) - {Platform.CONSOLE}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["4711", "4712", "-4711"]), min_size=1, max_size=200))
def test_whatever_is_queued_no_chat_and_no_group_gets_too_much(chats: list[str]):
    pace, now = Pace(TELEGRAM), 0.0
    seen: dict[str, list[float]] = {}
    for chat in chats:
        address = Address(Platform.TELEGRAM, chat)
        bot, own = pace.bot.opens_at(now), pace.chat_opens_at(address, now, page=False)
        now = max(now, bot or now, own or now)
        pace.begin(address, 1)
        pace.end(address, now, now, 1)
        seen.setdefault(chat, []).append(now)
    assert all(too_many(times, TELEGRAM.chat) == 0 for times in seen.values())
    assert too_many(seen.get("-4711", []), TELEGRAM.group or TELEGRAM.bot) == 0
    assert too_many(sorted(at for times in seen.values() for at in times), TELEGRAM.bot) == 0


def bursts(address: Address, *, seconds: float, page: bool = False) -> int:
    """Return how many messages one chat takes in that time when all are answered at once."""
    pace, now, count = Pace(TELEGRAM), 0.0, 0
    while True:
        opens = pace.chat_opens_at(address, now, page=page)
        assert opens is not None
        if opens >= seconds:
            return count
        now = opens
        pace.begin(address, 1)
        pace.end(address, now, now, 1)
        count += 1


def says(text: str) -> Outbound:
    return Outbound(1, "ana", Lane.REPLY, ANA, text)
