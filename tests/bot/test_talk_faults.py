"""A fault in one decision costs that message alone, and whatever is said is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.hearing import Dialogue
from bot.model.received import Text
from bot.model.worry import Level
from tests.bot.harness import ANA, ON_CALL, Room, opened_room

HIGH = "I wish I was dead"


async def mid_exercise(room: Room) -> Room:
    await room.person("thought record")
    await room.press("Begin")
    return room


async def session_of(room: Room):
    view = await room.view()
    assert view is not None
    return view.session


# --- a fault in one decision -----------------------------------------------------------------------------------------


class Faulty(Dialogue):
    """A dialogue that raises on one word, as a bug would."""

    def hear(self, draft, content, assessment):  # type: ignore[no-untyped-def]
        if isinstance(content, Text) and "poison" in content.text:
            raise RuntimeError(content.text)
        super().hear(draft, content, assessment)


async def test_a_decision_that_raises_costs_only_that_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with opened_room(tmp_path, talk=Faulty) as room:
        await room.meet()
        poison = room.inbound(Text("poison canary"), ANA, ANA.chat)
        fine = room.inbound(Text("hello"), ANA, ANA.chat)
        said = await room.take(poison, fine)
        assert said[0].startswith("Something went wrong on my side")
        assert said[1].startswith("Hello Ana")
    assert "canary" not in "".join(capsys.readouterr())


async def test_the_words_of_a_message_whose_decision_raised_are_still_triaged(tmp_path: Path):
    async with opened_room(tmp_path, talk=Faulty) as room:
        await room.meet()
        said = await room.person("poison. I want to end my life tonight")
        assert "Are you safe right now?" in said[0]
        assert (await room.case()).level is Level.IMMINENT
        assert room.told(ON_CALL)


async def test_words_whose_decision_raised_reach_the_open_case(tmp_path: Path):
    async with opened_room(tmp_path, talk=Faulty) as room:
        await room.meet()
        await room.person(HIGH)
        await room.person("poison words")
        assert any("poison words" in text.text for turn in room.turns() for text in turn.texts)


# --- a flood ----------------------------------------------------------------------------------------------------------

FLOOD = 60


async def flooding(room: Room) -> list[str]:
    await room.meet()
    return [text for number in range(FLOOD) for text in await room.person(f"line {number}")]


async def test_who_writes_faster_than_can_be_answered_is_told_once(room: Room):
    said = await flooding(room)
    assert len(said) < FLOOD
    assert sum("faster than I can answer" in text for text in said) == 1


async def test_row_43_a_worry_in_a_flood_is_still_paged(room: Room):
    await flooding(room)
    await room.person(HIGH)
    assert (await room.case()).level is Level.HIGH
    assert room.told(ON_CALL)


@pytest.mark.parametrize("words", ["sos", "/sos", "human", "/human", "I feel hopeless and everything is pointless"])
async def test_a_call_for_help_in_a_flood_is_still_answered(room: Room, words: str):
    await flooding(room)
    assert await room.person(words)


async def test_not_safe_in_a_flood_still_pages(room: Room):
    await room.meet()
    await room.person(HIGH)
    await room.staff_press("I'm on it")
    await room.staff("resolve right")
    for number in range(FLOOD):
        await room.person(f"line {number}")
    await room.press("Not safe")
    assert (await room.case()).level is Level.IMMINENT


# --- whatever is said ------------------------------------------------------------------------------------------------

WORDS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["yes", "no", "1", "2", "stop", "back", "skip", "resume", "sos", "check in", "tools", "start over"]
    ),
    st.sampled_from(["thought record", "grounding", "check in 9:30", "privacy", "help", "/start", "/human", HIGH]),
)


@settings(max_examples=15, deadline=None)
@given(said=st.lists(WORDS, min_size=1, max_size=12))
async def test_every_message_is_answered_and_none_goes_wrong(tmp_path_factory: pytest.TempPathFactory, said: list[str]):
    async with opened_room(tmp_path_factory.mktemp("talk")) as room:
        await room.meet()
        for words in said:
            answers = await room.person(words)
            assert answers
            assert not any("Something went wrong" in text for text in answers)
            assert not any("{" in text and "{" not in words for text in answers)
