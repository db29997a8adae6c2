"""Moods that go down for weeks are said so once, and a person is offered; a single bad day is not."""

from __future__ import annotations

from datetime import timedelta

from tests.bot.harness import Room

DOWN = "have been lower for a while"


async def _check_in(ana: Room, mood: int) -> None:
    await ana.person("check in")
    await ana.person(str(mood))
    await ana.person("skip")
    await ana.person("skip")
    if mood <= 2:
        await ana.person("Nothing for now")


async def _days(ana: Room, moods: list[int]) -> int:
    """Check in once a day with these moods; return how often the trend was spoken of."""
    for mood in moods:
        await _check_in(ana, mood)
        await ana.wait(timedelta(days=1))
    return sum(DOWN in text for text in ana.told())


async def test_a_decline_over_weeks_is_said_once_and_a_person_is_offered(ana: Room) -> None:
    moods = [5] * 14 + [4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert await _days(ana, moods) == 1


async def test_one_bad_day_says_nothing(ana: Room) -> None:
    assert await _days(ana, [4] * 14 + [1] + [4] * 6) == 0
