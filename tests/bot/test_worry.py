"""A worrying reply reaches a person from every state, and the person is answered in the same commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.model.received import Edited
from bot.model.sent import Lane
from bot.model.worry import Level
from tests.bot.harness import ANA, ON_CALL, SAMS_CHAT, Room

IMMINENT = "I have pills here and I want to end my life tonight"
HIGH = "I wish I was dead"
ELEVATED = "I feel hopeless and everything is pointless"
Act = Callable[[Room, str], Awaitable[list[str]]]


async def in_consent(room: Room) -> None:
    await room.person("/start")
    await room.press("Go on")


async def known(room: Room) -> None:
    await room.meet()


async def mid_exercise(room: Room) -> None:
    await room.meet()
    await room.person("thought record")
    await room.press("Begin")


async def in_check_in(room: Room) -> None:
    await room.meet()
    await room.person("check in")


async def in_sos(room: Room) -> None:
    await room.meet()
    await room.person("sos")


async def in_hold(room: Room) -> None:
    await room.meet()
    await room.person("can I talk to a person please")


async def in_human(room: Room) -> None:
    await in_hold(room)
    await room.staff_press("I'm on it")
    await room.staff("Hello, I am Sam", at=SAMS_CHAT)


async def nowhere(room: Room) -> None:
    return


STATES = [nowhere, in_consent, known, mid_exercise, in_check_in, in_sos, in_hold, in_human]


def as_text(room: Room, words: str) -> Awaitable[list[str]]:
    return room.person(words)


def as_edit(room: Room, words: str) -> Awaitable[list[str]]:
    return room.send(Edited(words, "an older message"))


def as_unknown_command(room: Room, words: str) -> Awaitable[list[str]]:
    return room.person(f"/note {words}")


ACTS = [as_text, as_edit, as_unknown_command]


@pytest.mark.parametrize("words", [IMMINENT, HIGH], ids=["imminent", "high"])
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_i1_a_worrying_reply_commits_case_page_and_safety_text_together(
    room: Room, state: Callable[[Room], Awaitable[None]], act: Act, words: str
):
    await state(room)
    before = len(room.store.commits)
    await act(room, words)
    turn = room.store.commits[before][0]
    assert turn.level >= Level.HIGH
    assert turn.escalation_changed
    assert turn.view.escalation is not None
    assert turn.view.escalation.level >= turn.level
    assert any(one.lane is Lane.PAGE and one.address != ANA for one in turn.outbounds)
    assert any(words in text.text for text in turn.texts)
    if state is not in_human:  # there a person answers
        assert any(one.lane is Lane.SAFETY and one.address == ANA for one in turn.outbounds)


async def test_a_level_4_text_tells_the_number_the_program_and_the_open_wait(ana: Room):
    said = (await ana.person(IMMINENT))[0]
    for part in ("I'm a program", "Samaritans", "I don't know how soon", "Are you safe right now?"):
        assert part in said
    assert ana.labels() == ["Safe for now", "Not safe", "Show numbers", "Something to hold on to", "What do you share?"]


async def test_no_card_ever_holds_the_words_or_the_name(ana: Room):
    await ana.person("My name is Ana and I want to end my life tonight")
    cards = ana.told(ON_CALL)
    assert cards
    assert not any("Ana" in text or "end my life tonight" in text for text in cards)


# --- level 2: one direct question ------------------------------------------------------------------------------------


async def test_level_2_asks_one_direct_question_and_pages_nobody_yet(ana: Room):
    said = await ana.person(ELEVATED)
    assert "Are you thinking about ending your life?" in said[0]
    assert ana.told(ON_CALL) == []


@pytest.mark.parametrize(
    ("label", "level"),
    [("Yes", Level.HIGH), ("Sometimes, or I am not sure", Level.HIGH), ("I want to talk to a person", Level.ELEVATED)],
)
async def test_these_answers_to_the_direct_question_page(ana: Room, label: str, level: Level):
    await ana.person(ELEVATED)
    said = await ana.press(label)
    assert (await ana.case()).level is level
    assert "I have asked a person to" in said[0]
    assert ana.told(ON_CALL)


async def test_no_to_the_direct_question_pages_nobody_and_leaves_the_door_open(ana: Room):
    await ana.person(ELEVATED)
    said = await ana.press("No")
    assert "Thank you for answering that" in said[0]
    assert ana.told(ON_CALL) == []


async def test_skipping_the_direct_question_shows_the_lines(ana: Room):
    await ana.person(ELEVATED)
    assert "findahelpline" in (await ana.press("Skip"))[0]


async def test_the_exercise_goes_on_after_the_direct_question(ana: Room):
    await mid_exercise_of(ana)
    await ana.person(ELEVATED)
    said = await ana.press("No")
    assert "What happened?" in said[0]


async def mid_exercise_of(room: Room) -> None:
    await room.person("thought record")
    await room.press("Begin")


@pytest.mark.parametrize("words", ["talk to a person", "can I talk to a person please", "/human", "human"])
async def test_a_wish_for_a_person_pages_at_once_without_a_question(ana: Room, words: str):
    said = await ana.person(words)
    assert "I have asked a person to write to you here" in said[0]
    assert (await ana.case()).level is Level.ELEVATED


@pytest.mark.parametrize(
    ("label", "level"), [("I am in danger now", Level.IMMINENT), ("I think about ending my life", Level.HIGH)]
)
async def test_sos_pages_and_goes_on_talking(ana: Room, label: str, level: Level):
    await ana.person("sos")
    said = await ana.press(label)
    assert (await ana.case()).level is level
    assert "I have asked a person to read this" in said[-1]
    assert (await ana.person("skip"))[0] != said[-1]
