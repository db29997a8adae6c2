"""Talking with the bot: commands, plain words, stale buttons, edits, misspelt words, and what happens in silence."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.received import Blocked, Pressed, Text, Unreadable
from bot.model.worry import Level
from bot.rota import Rota
from tests.bot.harness import ANA, Room, opened_room

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
    listed = (await ana.press("Everything"))[0].splitlines()
    numbers = [line.partition(".")[0] for line in listed if line[:1].isdigit()]
    assert len(numbers) > 20
    for number in numbers:
        await ana.wait(timedelta(minutes=2))
        await ana.person("stop")
        await ana.person("tools")
        await ana.press("Everything")
        await ana.person(number)
        assert (await session_of(ana)).in_flow


async def test_a_questionnaire_is_asked_only_while_somebody_is_on_call(tmp_path: Path):
    async with opened_room(tmp_path, on_call=(), rota=Rota()) as room:
        await room.meet()
        assert "nobody is on call just now" in (await room.person("PHQ-9"))[0]


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
    assert "7 days ago" in (await ana.person("resume"))[0]
    assert "What happened?" in (await ana.press("Go on there"))[0]


async def test_an_answer_before_the_reminder_means_no_reminder_for_that_question(ana: Room):
    await mid_exercise(ana)
    await ana.wait(timedelta(hours=3))
    await ana.person("stop")
    assert await ana.wait(timedelta(days=2)) == []
