"""What comes round by itself: follow-ups, drills and the daily count, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.cases import CaseState
from bot.model.received import Command
from bot.rota import Rota, Shift
from scheduler.rounds import Rounds, own
from tests.bot.harness import ANA, KIM, ON_CALL, ROTA, SAM, Room

WORRY = "I want to end my life tonight"
SHIFTS = tuple(
    Shift(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), start=start, until=until, primary=who)
    for start, until, who in (("08:00", "20:00", "sam"), ("20:00", "08:00", "kim"))
)


def rounds_of(room: Room, rota: Rota = ROTA) -> Rounds:
    return Rounds(room.store, room.conversation.receive, room.clock, rota)


async def after(room: Room, span: timedelta, rounds: Rounds) -> None:
    """Let time pass, make two rounds, and send what they led to."""
    await room.wait(span)
    for _ in range(2):
        await rounds.run()
        await room.settle()


async def closed(room: Room, outcome: str = "right") -> None:
    await room.person(WORRY)
    await room.staff("claim")
    await room.staff(f"resolve {outcome}")


def asked_again(room: Room) -> int:
    return sum("How is it now?" in text for text in room.told())


async def test_three_days_after_a_case_was_closed_the_person_is_asked_once_how_it_is(room: Room) -> None:
    await closed(room)
    rounds = rounds_of(room)
    await after(room, timedelta(hours=71), rounds)
    assert asked_again(room) == 0
    await after(room, timedelta(hours=2), rounds)
    assert asked_again(room) == 1
    await room.press("Not now")
    await after(room, timedelta(hours=2), rounds)
    assert asked_again(room) == 1


@pytest.mark.parametrize("outcome", ["joke", "misread"])
async def test_nobody_is_asked_after_a_case_that_was_none(room: Room, outcome: str) -> None:
    await closed(room, outcome)
    await after(room, timedelta(hours=73), rounds_of(room))
    assert asked_again(room) == 0


async def test_nobody_is_asked_while_a_newer_case_is_open(room: Room) -> None:
    await closed(room)
    await room.wait(timedelta(hours=70))
    await room.person(WORRY)
    await after(room, timedelta(hours=3), rounds_of(room))
    assert asked_again(room) == 0


async def test_a_drill_comes_at_each_shift_start_and_is_ended_by_a_claim(room: Room) -> None:
    rounds = rounds_of(room, Rota((SAM, KIM), SHIFTS))
    await after(room, timedelta(0), rounds)
    assert room.told(ON_CALL) == []
    await after(room, timedelta(hours=11, minutes=1), rounds)
    assert room.told(ON_CALL)[0].startswith("DRILL")
    await room.wait(timedelta(seconds=40))
    await room.staff_press("I'm on it")
    assert "passed: claimed after 40 s" in "".join(room.told(ON_CALL))
    assert room.told(ANA) == []


async def test_without_shifts_a_drill_comes_once_a_week(room: Room) -> None:
    rounds = rounds_of(room)
    await after(room, timedelta(0), rounds)
    await after(room, timedelta(days=6), rounds)
    assert room.told(ON_CALL) == []
    await after(room, timedelta(days=1, minutes=1), rounds)
    assert sum(text.startswith("DRILL") and "page 1" in text for text in room.told(ON_CALL)) == 1


async def test_a_second_drill_waits_for_the_first(room: Room) -> None:
    await room.staff("drill")
    assert "still running" in (await room.staff("drill"))[-1]
    assert await room.store.open_cases()
    await room.wait(timedelta(minutes=4))
    assert [case for case in await room.store.open_cases() if case.state is not CaseState.RESOLVED] == []


async def test_a_drill_by_an_account_off_the_rota_is_refused(room: Room) -> None:
    assert "not on the rota" in (await room.staff("drill", by="U0GONE"))[0]
    assert await room.store.open_cases() == []


async def test_the_daily_count_of_level_1_names_nobody(room: Room) -> None:
    await room.take(own("digest:today", Command("digest", "3"), room.clock()))
    assert room.told(ON_CALL) == ["3 people stand at level 1 since yesterday. Nobody was paged for that."]


async def test_the_daily_count_is_taken_once_a_day_from_nine_on(room: Room) -> None:
    rounds = rounds_of(room)
    await after(room, timedelta(0), rounds)
    await room.person("I feel so worthless and tired of everything today, nothing is fun")
    count = await room.store.people_at(1, room.clock() - timedelta(days=1))
    await after(room, timedelta(hours=24) - timedelta(minutes=5), rounds)
    told = [text for text in room.told(ON_CALL) if "level 1" in text]
    assert len(told) == min(count, 1)
