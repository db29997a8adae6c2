"""While someone waits for a person, and while a person writes: what the bot says, and what it leaves to the human."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.model.cases import CaseState
from bot.model.people import TalkMode
from bot.model.received import Blocked, Pressed, Text, Unreadable
from bot.model.worry import Level
from tests.bot.harness import ANA, ON_CALL, SAMS_CHAT, Room

IMMINENT = "I have pills here and I want to end my life tonight"
HIGH = "I wish I was dead"


async def in_human(room: Room) -> None:
    await room.meet()
    await room.person("can I talk to a person please")
    await room.staff_press("I'm on it")
    await room.staff("Hello, I am Sam", at=SAMS_CHAT)


async def mid_exercise_of(room: Room) -> None:
    await room.person("thought record")
    await room.press("Begin")


# --- HOLD ------------------------------------------------------------------------------------------------------------

ANSWERS = [
    ("Safe for now", "1", "I've let the team know"),
    ("Show numbers", "3", "Samaritans"),
    ("Something to hold on to", "4", "Put both feet on the floor"),
    ("What do you share?", "5", "The person on call can read this talk"),
]


@pytest.mark.parametrize(("label", "number", "words"), ANSWERS)
async def test_a_safety_answer_is_taken_by_button_label_and_number(ana: Room, label: str, number: str, words: str):
    for act in (lambda: ana.press(label), lambda: ana.person(label), lambda: ana.person(number)):
        await ana.person(HIGH)
        first, second = await act(), await act()
        assert words in first[0] + second[0]
        assert (await ana.case()).level is Level.HIGH


@pytest.mark.parametrize("way", ["press", "label", "number", "word"])
async def test_not_safe_raises_to_level_4_and_pages_again(ana: Room, way: str):
    await ana.person(HIGH)
    pages = len(ana.told(ON_CALL))
    said = await (
        ana.press("Not safe")
        if way == "press"
        else ana.person({"label": "Not safe", "number": "2", "word": "not safe"}[way])
    )
    case = await ana.case()
    assert (case.level, case.state, case.step) == (Level.IMMINENT, CaseState.PAGING, 0)
    assert len(ana.told(ON_CALL)) > pages
    assert "I've told the team it is urgent" in said[0] or "urgent" in said[0]


async def test_not_safe_counts_however_old_the_message_is(ana: Room):
    await ana.person(HIGH)
    old = ana.button("Not safe", ANA, which=0)
    await ana.person("privacy")
    await ana.send(Pressed(old))
    assert (await ana.case()).level is Level.IMMINENT


async def test_not_safe_counts_after_the_case_is_closed(ana: Room):
    await ana.person(HIGH)
    old = ana.button("Not safe", ANA)
    await ana.staff_press("I'm on it")
    await ana.staff("resolve right")
    first = (await ana.view()).previous  # type: ignore[union-attr]
    await ana.person("check in")
    await ana.send(Pressed(old))
    case = await ana.case()
    assert case.level is Level.IMMINENT
    assert first is not None
    assert case.linked_to == first.case_id


async def test_grounding_asked_for_by_its_name_is_given_at_once_and_does_not_wait(ana: Room):
    await ana.person(HIGH)
    assert "breathe out slowly" in (await ana.person("grounding"))[0].lower()


async def test_not_safe_pressed_inside_sos_still_raises(ana: Room):
    await ana.person(HIGH)
    old = ana.button("Not safe", ANA)
    await ana.person("sos")
    await ana.send(Pressed(old))
    assert (await ana.case()).level is Level.IMMINENT


async def test_safe_for_now_closes_nothing(ana: Room):
    await ana.person(IMMINENT)
    await ana.press("Safe for now")
    assert (await ana.case()).level is Level.IMMINENT


@pytest.mark.parametrize("words", ["ok", "3", "2", "4", "not safe", "stop", "thought record", HIGH])
async def test_the_same_text_is_never_said_twice_in_a_row_while_someone_waits(ana: Room, words: str):
    await ana.person(HIGH)
    said = [text for _ in range(6) for text in await ana.person(words)]
    assert len(said) >= 6
    assert all(one != other for one, other in pairwise(said))


async def test_an_exercise_waits_while_a_case_is_open_and_stands_where_it_stood_afterwards(ana: Room):
    await mid_exercise_of(ana)
    await ana.person("My boss shouted. I wish I was dead")
    assert "can wait" in (await ana.person("check in"))[0] or "come back" in ana.told()[-1]
    await ana.staff_press("I'm on it")
    await ana.staff("resolve right")
    assert "What happened?" in (await ana.person("resume"))[-1]


async def test_a_stale_exercise_button_in_hold_changes_nothing_and_is_answered(ana: Room):
    await mid_exercise_of(ana)
    stop = ana.button("Stop", ANA)
    await ana.person(HIGH)
    said = await ana.send(Pressed(stop))
    assert len(said) == 1
    assert "wrong" not in said[0]
    assert (await ana.view()).session.parked  # type: ignore[union-attr]


async def test_consent_can_be_withdrawn_while_a_case_is_open(ana: Room):
    await ana.person(HIGH)
    await ana.person("privacy")
    assert "off now" in (await ana.press("Exercises"))[0]
    assert "exercises" not in (await ana.view()).person.consents  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["help", "about", "settings", "privacy"])
async def test_these_words_work_while_someone_waits(ana: Room, word: str):
    calm = await ana.person(word)
    await ana.person(HIGH)
    assert (await ana.person(word))[0].split("\n")[0] == calm[0].split("\n")[0]


async def test_sos_while_someone_waits_goes_on_talking(ana: Room):
    await ana.person(HIGH)
    assert "Are you safe right now?" in (await ana.person("sos"))[0]
    await ana.press("I am safe, but it is very hard")
    await ana.press("Grounding")
    assert "Which way suits you?" in ana.told()[-1]


async def test_a_photo_is_never_kept_and_the_person_is_told(ana: Room):
    for prepare in (lambda: ana.person("hello"), lambda: ana.person(HIGH)):
        await prepare()
        assert "I can only read words" in (await ana.send(Unreadable("photo")))[0]


# --- HUMAN -----------------------------------------------------------------------------------------------------------


async def test_i15_the_bot_is_silent_while_a_human_writes_and_words_go_both_ways(room: Room):
    await in_human(room)
    assert room.told()[-1] == "Sam (a person): Hello, I am Sam"
    assert await room.person("thank you for being here") == []
    assert any("thank you for being here" in text for text in room.told(SAMS_CHAT))
    assert await room.send(Pressed("p-old.1")) == []
    assert await room.person("check in") == []


async def test_help_works_while_a_human_writes(room: Room):
    await in_human(room)
    assert "You can type these" in (await room.person("help"))[0]


async def test_after_the_close_the_bot_talks_again(room: Room):
    await in_human(room)
    await room.staff("resolve right", at=SAMS_CHAT)
    assert "has ended their part" in room.told()[-1]
    view = await room.view()
    assert view is not None
    assert view.mode is TalkMode.BOT
    assert "from 1 to 5" in (await room.person("check in"))[0]


async def test_a_new_worry_within_72_hours_is_one_level_higher_and_linked(room: Room):
    await in_human(room)
    await room.staff("resolve right", at=SAMS_CHAT)
    first = (await room.view()).previous  # type: ignore[union-attr]
    await room.wait(timedelta(hours=71))
    await room.person("human")
    case = await room.case()
    assert first is not None
    assert (case.level, case.linked_to) == (Level.HIGH, first.case_id)


async def test_a_new_worry_after_72_hours_stands_by_itself(room: Room):
    await in_human(room)
    await room.staff("resolve right", at=SAMS_CHAT)
    await room.wait(timedelta(hours=73))
    await room.person("human")
    case = await room.case()
    assert (case.level, case.linked_to) == (Level.ELEVATED, "")


async def test_a_close_and_a_new_worry_in_one_batch_are_linked(ana: Room):
    await ana.person(HIGH)
    await ana.staff_press("I'm on it")
    first = await ana.case()
    resolve = ana.inbound(Text("resolve right"), ON_CALL, "U0SAM")
    again = ana.inbound(Text(HIGH), ANA, ANA.chat)
    await ana.take(resolve, again)
    case = await ana.case()
    assert (case.linked_to, case.level) == (first.case_id, Level.IMMINENT)


# --- honest states ---------------------------------------------------------------------------------------------------


async def test_i6_after_180_seconds_the_person_is_told_that_nobody_has_answered_yet(ana: Room):
    await ana.person(IMMINENT)
    assert await ana.wait(timedelta(seconds=179)) == []
    assert "Nobody has answered yet" in (await ana.wait(timedelta(seconds=1)))[0]


async def test_a_claim_is_told_and_a_lapsed_one_too(ana: Room):
    await ana.person(IMMINENT)
    await ana.staff_press("I'm on it")
    assert "has seen this" in ana.told()[-1]
    assert "has not been able to write" in (await ana.wait(timedelta(seconds=300)))[0]
    assert (await ana.case()).state is CaseState.PAGING


async def test_the_bot_blocked_in_a_case_is_told_to_staff(ana: Room):
    await ana.person(IMMINENT)
    await ana.send(Blocked())
    assert "blocked the bot or left" in ana.told(ON_CALL)[-1]
    assert (await ana.view()).person.reachable is False  # type: ignore[union-attr]
