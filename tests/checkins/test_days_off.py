"""Public holidays come from an extra package; who has not installed it has none, and nothing breaks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.util import find_spec

import pytest
from msgspec import structs

from adapters.days_off import is_day_off
from bot.checkins import changes
from bot.checkins.reading import WORK_DAYS, Wish
from bot.checkins.state import Pace
from bot.model.people import Address, Person, Platform
from tests.checkins.people import NINE

CHRISTMAS = date(2026, 12, 25)


def test_a_public_holiday_is_known_where_the_extra_is_installed():
    assert is_day_off("DE", CHRISTMAS) is (find_spec("holidays") is not None)


@pytest.mark.parametrize("country", ["", "XX", "Atlantis"])
def test_an_unknown_country_has_no_holidays(country: str):
    assert not is_day_off(country, CHRISTMAS)


@pytest.mark.parametrize(
    ("platform", "wished", "expected"),
    [(Platform.SLACK, False, "DE"), (Platform.TELEGRAM, False, ""), (Platform.TELEGRAM, True, "DE")],
)
def test_holidays_of_the_person_s_country_are_left_out_at_work_and_where_that_was_wished(
    platform: Platform, wished: bool, expected: str
):
    person = Person("ana", Address(platform, "U0ANA"), datetime(2026, 1, 1, tzinfo=UTC), country="DE")
    wish = structs.replace(Wish(NINE.time(), Pace.PINNED, WORK_DAYS), skips_holidays=wished)
    assert changes.wished(person, None, wish, NINE).rules.days_off == expected
