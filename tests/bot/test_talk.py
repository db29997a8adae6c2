"""Talking with the bot: commands, plain words, stale buttons, edits, misspelt words, and what happens in silence."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import Dialogue
from bot.model import Blocked, Lane, Level, Pressed, Text, Unreadable
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


# --- words and commands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/start", "Hello Ana."),
        ("hi", "Hello Ana."),
        ("/help", "You can type these any time"),
        ("help", "You can type these any time"),
        ("/tools", "Here is what we can do"),
        ("tools", "Here is what we can do"),
        ("/about", "automated program"),
        ("/privacy", "Check-ins, Exercises, Person on call reads"),
        ("/settings", "Daily check-in: none"),
        ("/sos", "Are you safe right now?"),
        ("/start sos", "Are you safe right now?"),
        ("/checkin", "from 1 to 5"),
        ("check in", "from 1 to 5"),
        ("thought record", "about 6 minutes"),
        ("/stop", "Nothing is running."),
        ("/back", "There is no question open."),
        ("/skip", "There is no question open."),
        ("/resume", "There is nothing to go on with."),
        ("/nonsense", "I don't know that word."),
        ("why is the sky blue", "You can check in"),
    ],
)
async def test_a_word_or_command_is_answered(ana: Room, words: str, answer: str):
    assert answer in "\n".join(await ana.person(words))


async def test_a_person_without_a_name_is_greeted_without_one(room: Room):
    await room.meet(name="")
    assert (await room.person("hi"))[0].startswith("Hello again. You can")


async def test_what_is_not_understood_is_never_answered_twice_alike(ana: Room):
    said = [(await ana.person("why is the sky blue"))[0] for _ in range(4)]
    assert all(one != other for one, other in itertools.pairwise(said))


async def test_an_offer_is_taken_by_button_label_and_number(ana: Room):
    await ana.person("hello")
    assert "from 1 to 5" in (await ana.press("Check in"))[0]
    for typed in ("1", "check in"):
        await ana.person("stop")
        await ana.person("what")
        assert "from 1 to 5" in (await ana.person(typed))[0] or "We were" in ana.told()[-1]


async def test_every_exercise_of_the_tools_can_be_begun(ana: Room):
    await ana.person("tools")
    for label in ana.labels():
        await ana.person("stop")
        await ana.person("tools")
        await ana.press(label)
        assert (await session_of(ana)).in_flow


async def test_stop_keeps_the_place_and_resume_goes_on(ana: Room):
    await mid_exercise(ana)
    assert "Your place is kept" in (await ana.person("stop"))[0]
    assert "What happened?" in (await ana.person("resume"))[0]


async def test_start_over_begins_the_exercise_anew(ana: Room):
    await mid_exercise(ana)
    assert "about 6 minutes" in (await ana.person("start over"))[0]


# --- misspelt words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "meant"), [("stpo", "stop"), ("helpp", "help"), ("privcy", "privacy")])
async def test_a_misspelt_word_is_asked_about(ana: Room, typed: str, meant: str):
    assert await ana.person(typed) == [f'Did you mean "{meant}"?']
    assert ana.labels() == [f"Yes, {meant}", "No"]


@pytest.mark.parametrize("answer", ["yes", "Yes, back", "1"])
async def test_a_misspelt_back_goes_back_after_a_yes_in_words(ana: Room, answer: str):
    await mid_exercise(ana)
    await ana.person("My boss shouted")
    assert await ana.person("bakc") == ['Did you mean "back"?']
    assert "What happened?" in (await ana.person(answer))[0]


@pytest.mark.parametrize("answer", ["no", "2"])
async def test_after_a_no_the_open_question_is_asked_again(ana: Room, answer: str):
    await mid_exercise(ana)
    await ana.person("My boss shouted")
    await ana.person("bakc")
    assert "Which feeling" in (await ana.person(answer))[0]


async def test_where_free_text_is_asked_for_a_misspelt_word_is_the_answer(ana: Room):
    await mid_exercise(ana)
    assert "Which feeling" in (await ana.person("stpo"))[0]


async def test_an_answer_after_did_you_mean_is_still_an_answer(ana: Room):
    await mid_exercise(ana)
    await ana.person("My boss shouted")
    await ana.person("bakc")
    assert "How strong" in (await ana.person("Sad"))[0]


# --- buttons, edits, what cannot be read ------------------------------------------------------------------------------


async def test_a_stale_button_changes_nothing_and_shows_where_the_talk_stands(ana: Room):
    await mid_exercise(ana)
    stale = ana.button("Begin", ANA)
    place = (await session_of(ana)).stack
    said = await ana.send(Pressed(stale))
    assert "moved on" in said[0]
    assert "What happened?" in said[0]
    assert (await session_of(ana)).stack == place


@pytest.mark.parametrize("button", ["p.0", "pforged.0", "", ".", "x", "p.99999999999999999999", "safety.nothing"])
async def test_a_forged_button_changes_nothing(ana: Room, button: str):
    await mid_exercise(ana)
    place = (await session_of(ana)).stack
    await ana.send(Pressed(button))
    assert (await session_of(ana)).stack == place


async def test_an_edited_answer_corrects_the_last_one(ana: Room):
    await mid_exercise(ana)
    await ana.person("My boss shouted", message="m1")
    assert "Which feeling" in (await ana.edit("My boss walked past me", "m1"))[0]
    assert (await session_of(ana)).stack[-1].saved["situation"] == "My boss walked past me"


async def test_an_edit_of_an_older_answer_changes_nothing(ana: Room):
    await mid_exercise(ana)
    await ana.person("My boss shouted", message="m1")
    await ana.person("Sad", message="m2")
    place = (await session_of(ana)).stack
    assert await ana.edit("something else", "m1") == []
    assert (await session_of(ana)).stack == place


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "file", "unknown"])
async def test_what_has_no_words_is_not_kept_and_the_question_stays_open(ana: Room, kind: str):
    await mid_exercise(ana)
    place = (await session_of(ana)).stack
    assert await ana.send(Unreadable(kind)) == ["I can only read words. I have not kept that. Could you type it?"]
    assert (await session_of(ana)).stack == place


async def test_who_blocks_the_bot_gets_nothing_and_who_comes_back_does(ana: Room):
    await ana.person("check in 9:30")
    assert await ana.send(Blocked()) == []
    assert await ana.wait(timedelta(hours=1)) == []
    await ana.send(Blocked(back=True))
    assert "from 1 to 5" in (await ana.wait(timedelta(days=1)))[0]


async def test_a_redelivered_message_does_nothing(ana: Room):
    message = ana.inbound(Text("hello"), ANA, ANA.chat)
    assert len(await ana.take(message)) == 1
    assert await ana.take(message) == []
    assert await ana.take(message, message) == []


async def test_two_first_words_of_a_stranger_in_one_batch_make_one_person(room: Room):
    first, second = (room.inbound(Text(words), ANA, ANA.chat) for words in ("hello", "anyone there?"))
    await room.take(first, second)
    assert len({turn.view.person.person_id for turn in room.turns()}) == 1


@pytest.mark.parametrize("words", ["half \ud83d", "\udc00 half", "\ud83d\ude42 whole", "nul \x00", "\u202e turned", ""])
async def test_signs_that_no_database_takes_do_no_harm_to_the_batch(ana: Room, words: str):
    strange = ana.inbound(Text(words), ANA, ANA.chat)
    said = await ana.take(strange, ana.inbound(Text("hello"), ANA, ANA.chat))
    assert said[-1].startswith("Hello Ana")


async def test_worrying_words_with_half_a_sign_are_still_paged(ana: Room):
    await ana.person("I wish I was dead \ud83d")
    assert (await ana.case()).level is Level.HIGH


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
    assert any("from 1 to 5" in text for text in await ana.wait(timedelta(days=1)))


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


# --- silence ----------------------------------------------------------------------------------------------------------


async def test_an_open_question_is_reminded_once_and_then_kept_for_later(ana: Room):
    await mid_exercise(ana)
    reminded = await ana.wait(timedelta(hours=4))
    assert len(reminded) == 1
    assert "What happened?" in reminded[0]
    expired = await ana.wait(timedelta(hours=20))
    assert len(expired) == 1
    assert (await session_of(ana)).parked
    assert await ana.wait(timedelta(days=7)) == []
    assert "What happened?" in (await ana.person("resume"))[0]


async def test_an_answer_before_the_reminder_means_no_reminder_for_that_question(ana: Room):
    await mid_exercise(ana)
    await ana.wait(timedelta(hours=3))
    await ana.person("stop")
    assert await ana.wait(timedelta(days=2)) == []


# --- a fault in one decision ------------------------------------------------------------------------------------------


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


# --- whatever is said -------------------------------------------------------------------------------------------------

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
