"""What alerts cost, and how many were right."""

from __future__ import annotations

import pytest

from bot.model.cases import Outcome
from bot.model.worry import Level, Reason
from bot.triage.budget import meter, precision, share

DIE = Reason("en.die", "ideation_passive", Level.HIGH)
PLAN = Reason("en.plan", "plan", Level.IMMINENT)


def test_a_share_has_the_interval_of_wilson():
    one = share(10, 100)
    assert (round(one.low, 3), round(one.high, 3), one.share) == (0.055, 0.174, 0.1)


def test_a_share_of_nothing_may_be_anything():
    assert (share(0, 0).low, share(0, 0).high, share(0, 0).share) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize(("replies", "pages", "over"), [(1000, 6, False), (100_000, 600, True), (100_000, 400, False)])
def test_a_budget_is_over_only_beyond_chance(replies, pages, over):
    assert meter(replies, pages, 5.0).over is over


def test_precision_counts_verdicts_by_rule_and_leaves_out_tests_and_jokes():
    known = precision(
        [
            ([DIE], Outcome.RIGHT_REACHED),
            ([DIE, PLAN], Outcome.MISREAD),
            ([PLAN], Outcome.TOO_LOW),
            ([PLAN], Outcome.JOKE_OR_TEST),
        ]
    )
    assert {rule: (one.hits, one.of) for rule, one in known.items()} == {
        "all": (2, 3),
        "en.die": (1, 2),
        "en.plan": (1, 2),
    }
