"""The pace of sending: never one request more than a server allows, however long its answers take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.limits import Rate, Window

RATE = Rate(5, 1.0, kept=1)


def arrivals(trips: list[float], *, page: bool) -> list[float]:
    """When the requests of an impatient sender reach the server: each starts as soon as the window allows."""
    window, now, reached = Window(RATE), 0.0, []
    for trip in trips:
        opens = window.opens_at(now, page=page)
        assert opens is not None
        now = max(now, opens)
        window.begin()
        reached.append(now + trip / 2)
        window.end(now, now + trip)
        now += trip
    return reached


def most_in_a_span(moments: list[float]) -> int:
    return max(sum(start <= one < start + RATE.seconds for one in moments) for start in moments)


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=60))
def test_no_server_sees_more_than_its_limit_whatever_the_round_trips(trips: list[float]):
    assert most_in_a_span(arrivals(trips, page=True)) <= RATE.count


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=60))
def test_one_place_is_always_left_for_a_page(trips: list[float]):
    assert most_in_a_span(arrivals(trips, page=False)) <= RATE.count - RATE.kept


def test_a_page_starts_at_once_while_everything_else_waits():
    window = Window(RATE)
    for _ in range(RATE.count - RATE.kept):
        window.begin()
        window.end(0.0, 0.01)
    assert window.opens_at(0.02, page=True) == 0.02
    assert (window.opens_at(0.02) or 0.0) > 0.5


def test_while_every_place_waits_for_its_answer_nobody_knows_when_the_next_opens():
    window = Window(RATE)
    window.begin(RATE.count)
    assert window.opens_at(0.0, page=True) is None


def test_an_idle_window_forgets():
    window = Window(RATE)
    window.begin()
    assert not window.is_idle(5.0)
    window.end(0.0, 0.1)
    assert window.is_idle(5.0)
