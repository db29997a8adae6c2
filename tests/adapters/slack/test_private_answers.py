"""Answers typed into forms: nothing that a person says stays in the chat, and every answer can be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.slack.served import Served, served

SECRET = "My boss did not say hello"


async def _at_the_situation(here: Served) -> None:
    here.ana.command("exercise thought_record")
    await here.press("Begin")
    await here.ana.hears("What happened?", new=True)


async def test_no_answer_stays_in_the_chat(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        await here.agree()
        await _at_the_situation(here)
        await here.write(SECRET)
        await here.ana.hears("feeling", new=True)
        await here.ana.writes("stop")
        await here.ana.hears("Your place is kept")
        assert all(words not in here.shown for words in (SECRET, "Germany", "Ana"))
        assert {message.author for message in here.chat} == {"U0BOT"}


async def test_an_answered_question_becomes_a_note_with_edit_and_undo(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _at_the_situation(here)
        await here.write(SECRET)
        note = await here.ana.hears("Saved", new=True)
        assert note.words == f"Saved {_time(here)}\nEdit\nUndo"
        assert any("What happened?" in earlier for earlier in note.earlier)


def _time(here: Served) -> str:
    from zoneinfo import ZoneInfo

    return f"{here.clock().astimezone(ZoneInfo('Europe/Berlin')):%H:%M}"


async def test_a_pressed_answer_can_be_undone_too(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.ana.command("start")
        await here.press("Go on")
        note = await here.ana.hears("Done", new=True)
        assert note.words.splitlines()[-1:] == ["Undo"]
        await here.press("Undo")
        await here.ana.hears("Getting started takes", new=True)
        assert "Taken back" in note.words


async def test_edit_opens_the_question_again_and_corrects_the_answer(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _at_the_situation(here)
        await here.write(SECRET)
        await here.press("Edit")
        await here.ana.reads_modal("What happened?")
        asked = sum("feeling" in message.words for message in here.chat)
        here.clock.move_to(here.clock().replace(hour=23, minute=10))
        note = await here.ana.hears("Saved")
        here.ana.fills("My boss walked past me")
        await here.slack.world.until(lambda: f"Saved {_time(here)}" in note.words, 5)
        assert sum("feeling" in message.words for message in here.chat) == asked
        assert "walked" not in here.shown


async def test_undo_of_an_earlier_answer_says_where_we_are(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.ana.command("start")
        await here.press("Go on")
        await here.ana.hears("Done", new=True)
        first = next(message for message in here.chat if "Done" in message.words)
        await here.press("I am 18 or older")
        await here.ana.hears("at times you choose", new=True)
        button = first.blocks[-1]["elements"][0]
        container = {"container": {"type": "message", "channel_id": first.channel}, "channel": {"id": first.channel}}
        here.ana._acts({"action_id": "0", "value": button["value"], "type": "button"}, first.blocks[-1], container)
        await here.ana.hears("That question has moved on", new=True)


async def test_the_form_of_an_earlier_question_answers_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _at_the_situation(here)
        here.ana.presses("Answer privately")
        await here.ana.reads_modal("What happened?")
        here.ana.command("stop")
        await here.ana.hears("Your place is kept")
        here.ana.command("exercise breathing")
        await here.ana.hears("Paced breathing", new=True)
        here.ana.fills(SECRET)
        await here.ana.hears("That question has moved on", new=True)


async def test_words_that_worry_reach_a_human_from_any_form(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _at_the_situation(here)
        await here.write("I want to end my life tonight")
        await here.sam.hears("Level", where="C0ONCALL")
        assert "end my life" not in here.shown


async def test_every_message_lets_one_write(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("about")
        await here.ana.hears("I'm Handrail", new=True)
        await here.ana.writes("nobody asked me this")
        await here.ana.hears("What would you like?", new=True)
        said = [message.words for message in here.chat]
        assert all("privately" in words or words.startswith(("Saved", "Done")) for words in said)


async def test_words_typed_into_the_chat_anyway_are_heard_and_not_kept_as_an_answer(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _at_the_situation(here)
        # An app that was installed with an older manifest.
        here.slack.world.scopes.add("im:history")
        here.ana.says(SECRET)
        await here.ana.hears("What you type here stays in this chat", new=True)
        await here.ana.hears("What happened?", new=True)
        here.ana.says("I want to end my life tonight")
        await here.sam.hears("Level", where="C0ONCALL")


@pytest.mark.parametrize("words", ["sos", "SOS"])
async def test_the_words_that_work_everywhere_work_in_a_form(tmp_path: Path, words: str) -> None:
    async with served(tmp_path, known=True) as here:
        await _at_the_situation(here)
        await here.write(words)
        await here.ana.hears("I am glad you are here", new=True)


async def test_with_the_setting_people_type_into_the_chat(tmp_path: Path) -> None:
    async with served(tmp_path, dm_text=True) as here:
        here.ana.says("hello")
        await here.ana.hears("Getting started takes")
        assert "privately" not in here.shown


async def test_plain_mode_has_neither_edits_nor_emoji(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("plain on")
        await here.ana.hears("Messages are plain now")
        before = len(here.chat)
        here.ana.command("checkin")
        await here.ana.hears("from 1 to 5", new=True)
        here.ana.command("4")
        await here.ana.hears("Which words fit?", new=True)
        assert not any(message.edited for message in here.chat[before:])


async def test_words_that_a_talk_recalls_are_shown_in_private_alone(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("exercise goodbye")
        await here.press("Begin")
        for question, answer in (
            ("How sure do you feel of", "skip"),
            ("What has changed", "skip"),
            ("What was of use", "skip"),
            ("notice early", "staying in bed"),
            ("what would you do then", "skip"),
            ("How sure do you feel now", "skip"),
        ):
            await here.ana.hears(question)
            await here.write(answer)
        await here.press("Stay as it is")
        await here.ana.hears("Your early signs: (your words)")
        here.ana.presses("Show privately")
        await here.ana.reads_modal("Your early signs: staying in bed")
        assert "staying in bed" not in here.shown


async def test_what_was_said_before_a_question_stays_when_the_question_goes(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.ana.command("start")
        await here.press("Go on")
        note = await here.ana.hears("Done", new=True)
        assert "an automated program, not a person" in note.words
        assert "Getting started takes" not in note.words


async def test_what_helps_in_danger_is_never_replaced(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("sos")
        await here.press("Show me help lines")
        await here.ana.hears("findahelpline", new=True)
        here.ana.command("about")
        await here.ana.hears("I'm Handrail", new=True)
        assert not any(message.edited for message in here.chat)
