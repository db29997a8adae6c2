"""Check-ins in a talk: set in words, asked at their time, and never in a burst or a crisis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.model.received import Text
from bot.model.sent import Lane
from tests.bot.harness import ANA, Room

HIGH = "I wish I was dead"


async def mid_exercise(room: Room) -> Room:
    await room.person("thought record")
    await room.press("Begin")
    return room


async def session_of(room: Room):
    view = await room.view()
    assert view is not None
    return view.session


# --- check-ins --------------------------------------------------------------------------------------------------------


async def test_a_check_in_comes_at_its_time_in_the_nudge_lane(ana: Room):
    await ana.person("check in 9:30")
    assert "from 1 to 5" in (await ana.wait(timedelta(minutes=30)))[0]
    assert ana.order[-1].lane is Lane.NUDGE


async def test_a_check_in_that_is_changed_comes_once_at_the_new_time(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("check in 9:45")
    assert await ana.wait(timedelta(minutes=44)) == []
    assert len(await ana.wait(timedelta(minutes=1))) == 1


async def test_a_check_in_that_is_ended_never_comes(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("check in off")
    assert await ana.wait(timedelta(days=3)) == []


@pytest.mark.parametrize("time", ["25:99", "soon", "9:3O"])
async def test_a_time_that_cannot_be_read_changes_nothing(ana: Room, time: str):
    await ana.person("check in 9:30")
    assert "could not read that time" in (await ana.person(f"check in {time}"))[0]
    assert len(await ana.wait(timedelta(minutes=30))) == 1


async def test_a_check_in_that_is_more_than_90_minutes_late_is_dropped(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(minutes=30 + 91))
    before = len(ana.order)
    await ana.settle()
    assert len(ana.order) == before
    assert len(await ana.wait(timedelta(days=1))) >= 1


async def test_a_check_in_that_is_a_little_late_is_asked_once(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(minutes=30 + 80))
    before = len(ana.order)
    await ana.settle()
    assert len(ana.order) == before + 1


async def test_after_days_of_silence_one_check_in_comes_and_no_burst(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(days=5, minutes=40))
    before = len(ana.order)
    await ana.settle()
    assert len(ana.order) - before <= 1


async def test_i16_no_check_in_comes_while_a_case_is_open_and_the_next_day_it_does(ana: Room):
    await ana.person("check in 9:30")
    await ana.person(HIGH)
    said = await ana.wait(timedelta(minutes=31))
    assert not any("from 1 to 5" in text for text in said)
    await ana.staff_press("I'm on it")
    await ana.staff("resolve right")
    assert any("from 1 to 5" in text for text in await ana.wait(timedelta(days=2)))


async def test_without_consent_no_check_in_comes(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("privacy")
    await ana.press("Check-ins")
    assert await ana.wait(timedelta(days=2)) == []


async def test_a_due_check_in_that_is_delivered_twice_asks_once(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(minutes=30))
    due: list[Any] = await ana.store.claim_due(ana.clock(), 10)
    assert len(await ana.take(*due)) == 1
    assert await ana.take(*due) == []


async def test_a_due_check_in_that_was_moved_meanwhile_does_nothing(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(minutes=30))
    due: list[Any] = await ana.store.claim_due(ana.clock(), 10)
    moved = ana.inbound(Text("check in 18:00"), ANA, ANA.chat)
    said = await ana.take(moved, *due)
    assert len(said) == 1
    assert "18:00" in said[0]


async def test_a_check_in_during_an_exercise_comes_over_it_and_the_exercise_goes_on(ana: Room):
    await ana.person("check in 9:30")
    await mid_exercise(ana)
    assert "from 1 to 5" in (await ana.wait(timedelta(minutes=30)))[0]
    for answer in ("4", "skip", "skip"):
        said = await ana.person(answer)
    assert "What happened?" in said[0]
