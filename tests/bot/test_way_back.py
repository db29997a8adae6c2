"""A talk that was left for a day or more: where it stood is said first, with three ways on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bot.harness import Room


@pytest.fixture
async def away(ana: Room) -> Room:
    """Ana stopped in the middle of a worry, two days ago."""
    await ana.person("worry tree")
    await ana.press("Begin")
    await ana.person("The talk on Monday")
    await ana.person("stop")
    await ana.wait(timedelta(days=2))
    return ana


async def test_after_two_days_the_place_is_said_and_the_ways_on_are_offered(away: Room):
    assert 'We were at step 3 of 10 of "Worry tree", 2 days ago.' in (await away.person("resume"))[0]
    assert away.labels() == ["Go on there", "Begin it anew", "Leave it"]


@pytest.mark.parametrize(
    ("way", "words"),
    [("Go on there", "How heavy is it"), ("Begin it anew", "Worry tree, about 4 minutes"), ("Leave it", "we leave it")],
)
async def test_each_way_on_leads_there(away: Room, way: str, words: str):
    await away.person("resume")
    assert words in "".join(await away.press(way))


async def test_on_the_same_day_the_talk_simply_goes_on(ana: Room):
    await ana.person("worry tree")
    await ana.press("Begin")
    await ana.person("stop")
    await ana.wait(timedelta(hours=3))
    assert "What is the worry?" in "".join(await ana.person("resume"))


async def test_what_was_left_is_not_found_again(away: Room):
    await away.person("resume")
    await away.press("Leave it")
    assert "nothing to go on with" in "".join(await away.person("resume"))
