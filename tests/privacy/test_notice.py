"""When the bot says that it is a program, and when it names people instead of more of itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.talk import Session, Use
from bot.rights.notice import is_due
from bot.rights.reliance import leans
from tests.bot.harness import ANA, START, Room, words

NOTICE = words().say("rights.notice")


def told(said: list[str]) -> bool:
    return any(NOTICE in one for one in said)


async def test_the_bot_says_that_it_is_a_program_at_the_start_and_when_asked(room: Room):
    assert "an automated program, not a person" in (await room.person("hello"))[0]
    await room.person("stop")
    assert "an automated program. I'm not a person" in (await room.person("about"))[0]


@pytest.mark.parametrize(("after", "again"), [(timedelta(hours=2, minutes=59), False), (timedelta(hours=3), True)])
async def test_after_three_hours_it_says_so_again(room: Room, after: timedelta, again: bool):
    await room.meet()
    await room.person("hello")
    room.clock.move_to(room.clock() + after)
    assert told(await room.person("hello")) is again


async def test_in_a_talk_without_a_break_it_says_so_every_three_hours_and_not_more_often(room: Room):
    await room.meet()
    times = []
    for minutes in range(0, 9 * 60, 20):
        room.clock.move_to(START + timedelta(minutes=minutes))
        if told(await room.person("hello")):
            times.append(minutes)
    assert times == [180, 360]


async def test_the_notice_never_stands_before_a_safety_text(room: Room):
    await room.meet()
    await room.person("hello")
    room.clock.move_to(room.clock() + timedelta(days=1))
    said = await room.person("I want to end my life tonight")
    assert NOTICE not in said[0]


def test_who_never_talked_needs_no_notice():
    assert not is_due(Session(), START)


@pytest.mark.parametrize(("talks", "days", "names_people"), [(21, 6, False), (22, 6, True), (22, 8, False)])
def test_22_talks_in_seven_days_name_people(talks: int, days: int, names_people: bool):
    used = tuple(Use("check_in", START - timedelta(days=days)) for _ in range(talks))
    assert leans(Session(used=used), START) is names_people


async def test_the_fourth_exercise_of_a_day_begins_with_people(room: Room):
    await room.meet(ANA)
    for _ in range(3):
        said = await room.person("grounding")
        assert "a person can hear more than I can" not in "".join(said)
        await room.person("stop")
    assert "a person can hear more than I can" in "".join(await room.person("grounding"))


async def test_sos_is_never_held_back_by_what_was_done_before(room: Room):
    await room.meet(ANA)
    for _ in range(4):
        await room.person("grounding")
        await room.person("stop")
    assert "a person can hear more than I can" not in "".join(await room.person("sos"))
