"""The clocks that move forward only, and the ids that never repeat."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import MovableClock, span, system_clock
from adapters.mint import SPOKEN, SystemMint

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("+90s", 90), ("+10m", 600), (" +24h ", 86_400), ("+7d", 604_800), ("+0s", 0)]
)
def test_a_span_is_read(text: str, seconds: int):
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5m", "-5m", "+5", "+m", "+5w", "+1.5h", "+9999999s", "+5m now", "+٥m x"])
def test_what_is_no_span_is_none(text: str):
    assert span(text) is None


@given(st.lists(st.integers(-10_000, 10_000)))
def test_a_movable_clock_never_goes_back(moves: list[int]):
    clock = MovableClock(START)
    for seconds in moves:
        before = clock()
        clock.move_to(START + timedelta(seconds=seconds))
        assert clock() == max(before, START + timedelta(seconds=seconds))


def test_the_systems_clock_is_aware_and_in_utc():
    assert system_clock().utcoffset() == timedelta(0)


def test_numbers_grow_never_repeat_and_fit_in_63_bits():
    mint = SystemMint()
    numbers = [mint.number() for _ in range(50_000)]
    assert all(earlier < later for earlier, later in itertools.pairwise(numbers))
    assert numbers[-1] < 2**63


def test_tokens_fit_a_button_and_do_not_repeat():
    mint = SystemMint()
    tokens = {mint.token() for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert all(len(token) <= 16 and token.isascii() for token in tokens)


def test_case_names_can_be_said_aloud():
    mint = SystemMint()
    names = {mint.case_id() for _ in range(1_000)}
    assert len(names) > 990
    assert all(len(name) == 5 and set(name) <= set(SPOKEN) for name in names)
    assert not set("01OIL") & set(SPOKEN)
