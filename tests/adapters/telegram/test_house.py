"""The whole house on Telegram: what people and staff see, through the real adapter and the loopback server."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.clock import MovableClock
from bot.bootstrap.serving import serve
from bot.bootstrap.telegram import commands_of
from bot.commands import from_command
from bot.model.received import Command
from bot.settings import Settings
from flows.wording import load_words
from tests.fakes.telegram.people import User
from tests.fakes.telegram.server import TelegramServer

ANA, SAM, GROUP = 4711, 55, -1001
STAFF_TOKEN = "4343:TEST-staff-token"
WORRY = "I have the pills here and I want to end my life tonight"
ROTA = """
zone: UTC
responders:
  - {id: sam, name: Sam, telegram: "55"}
shifts:
  - {days: [mon, tue, wed, thu, fri, sat, sun], start: "00:00", until: "00:00", primary: sam}
"""


@asynccontextmanager
async def served(
    server: TelegramServer, folder: Path, clock: MovableClock | None = None, **settings: Any
) -> AsyncIterator[User]:
    """Serve Telegram alone; what comes back is Ana."""
    (folder / "rota.yaml").write_text(ROTA)
    chosen = {"oncall_telegram_chat": str(GROUP), **settings}
    whole = Settings(
        channels="telegram",
        data_dir=folder,
        rota=folder / "rota.yaml",
        telegram_token=server.token,
        telegram_api_url=server.url,
        **chosen,
    )
    stopped = asyncio.Event()
    serving = asyncio.create_task(serve(whole, clock=clock or MovableClock(), stopped=stopped, limits={}))
    try:
        yield server.user(ANA)
    finally:
        stopped.set()
        await asyncio.wait_for(serving, 10)


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        running.group(GROUP)
        running.user(SAM, "Sam")
        yield running
    assert running.violations == []


async def known(ana: User) -> None:
    """Lead Ana through the consent talk as far as exercises and check-ins need it."""
    ana.says("/start")
    for words, press in (("program", "Go on"), ("18", "I am 18 or older"), *[("Yes", "Yes")] * 3):
        await ana.chat.hears(lambda said, words=words: words in said.text or words in said.labels)
        ana.presses(press)
    await ana.chat.hears("call you")
    ana.says("stop")
    await ana.chat.hears("")


def has(label: str):
    return lambda said: label in said.labels


async def test_a_tapped_scale_shows_the_choice_and_loses_its_buttons(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        await known(ana)
        ana.says("check in")
        asked = await ana.chat.hears("from 1 to 5")
        ana.presses("5 very good")
        await ana.chat.hears("Which words fit")
        await ana.chat.hears("→ 5 very good")
        assert asked.labels == []


async def test_a_breathing_round_is_paced_by_edits_until_the_person_goes_on(
    server: TelegramServer, tmp_path: Path
) -> None:
    clock = MovableClock()
    async with served(server, tmp_path, clock) as ana:
        await known(ana)
        ana.says("breathing")
        await ana.chat.hears("How tense")
        ana.says("5")
        await ana.chat.hears("How long")
        ana.presses("4 minutes")
        asked = await ana.chat.hears("ten times")
        for seconds, words in ((3, "Breathe in"), (4, "Breathe out"), (6, "Breathe in")):
            clock.move_to(clock() + timedelta(seconds=seconds))
            assert (await ana.chat.hears(words)).message_id == asked.message_id
        ana.presses(asked.labels[0])
        await ana.chat.hears("shoulders")
        edits = asked.edits
        clock.move_to(clock() + timedelta(seconds=3))
        await ana.chat.hears("Breathe in")
    assert asked.edits == edits


async def test_plain_mode_edits_nothing(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        await known(ana)
        ana.says("/plain on")
        await ana.chat.hears("lain")
        ana.says("check in")
        asked = await ana.chat.hears("from 1 to 5")
        ana.presses("5 very good")
        await ana.chat.hears("Which words fit")
        ana.says("stop")
        await ana.chat.hears("")
        assert asked.edits == 0


async def test_a_worrying_word_pages_the_group_and_the_answer_of_staff_arrives(
    server: TelegramServer, tmp_path: Path
) -> None:
    async with served(server, tmp_path) as ana:
        ana.says(WORRY)
        await ana.chat.hears("I have asked a person")
        await server.group(GROUP).hears("Level 4")
        server.user(SAM).presses("I'm on it", into=server.group(GROUP))
        await ana.chat.hears("A person on the team has seen this")


async def test_staff_can_have_a_bot_of_their_own_and_people_never_see_it(
    server: TelegramServer, tmp_path: Path
) -> None:
    staff = server.add_bot(STAFF_TOKEN, "HandrailStaffBot")
    group, sam = server.group(GROUP, of=staff), server.user(SAM, "Sam", of=staff)
    async with served(server, tmp_path, staff_telegram_token=STAFF_TOKEN) as ana:
        ana.says(WORRY)
        await ana.chat.hears("I have asked a person")
        await group.hears("Level 4")
        sam.presses("I'm on it", into=group)
        await ana.chat.hears("A person on the team has seen this")
        await sam.chat.hears("You have case")
        sam.says("I am Sam. I am here.")
        await ana.chat.hears("I am Sam. I am here.")
        ana.says("thank you")
        said = await sam.chat.hears("thank you")
        assert said.protected
    assert server.group(GROUP).chat.bot_says == []
    assert staff.violations == []


async def test_with_a_staff_bot_the_people_s_bot_leaves_the_on_call_group_too(
    server: TelegramServer, tmp_path: Path
) -> None:
    server.add_bot(STAFF_TOKEN, "HandrailStaffBot")
    async with served(server, tmp_path, staff_telegram_token=STAFF_TOKEN):
        server.group(GROUP).adds_bot(server.user(SAM))
        await server.main.called("leaveChat")


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "document", "video_note", "location"])
async def test_what_is_no_text_gets_one_kind_line_and_is_not_kept(
    server: TelegramServer, tmp_path: Path, kind: str
) -> None:
    async with served(server, tmp_path) as ana:
        ana.sends(kind)
        await ana.chat.hears("I can only read words")
    with sqlite3.connect(tmp_path / "handrail.db") as plain:
        (kept,) = plain.execute("SELECT count(*) FROM quarantine").fetchone()
    plain.close()
    assert kept == 0


async def test_an_edited_message_is_triaged_again(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        ana.says("a quiet day")
        await ana.chat.hears("")
        ana.edits("a quiet day", WORRY)
        await server.group(GROUP).hears("Level 4")


async def test_a_forged_or_old_button_changes_nothing(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        await known(ana)
        ana.says("check in")
        await ana.chat.hears("from 1 to 5")
        ana.presses("5 very good", data="pAAAAAAAAAAA.0")
        await ana.chat.hears("That question has moved on")
        ana.presses("5 very good", data="x" * 64)
        await ana.chat.hears("That question has moved on")
        await server.main.called("answerCallbackQuery", 6)


async def test_a_button_of_another_person_changes_nothing_for_either(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        await known(ana)
        ana.says("check in")
        said = await ana.chat.hears("from 1 to 5")
        stolen = said.keyboard[0][0]["callback_data"]
        ben = server.user(4712, "Ben")
        ben.says("hello")
        await ben.chat.hears(lambda one: bool(one.keyboard))
        ben.presses(ben.chat.news[-1].labels[0], data=stolen)
        await ben.chat.hears("")
        ana.says("2")
        await ana.chat.hears("Which words fit")


async def test_a_staff_button_in_the_hands_of_someone_else_does_nothing(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        ana.says(WORRY)
        await server.group(GROUP).hears("Level 4")
        server.user(77, "Eve").presses("I'm on it", into=server.group(GROUP))
        await server.group(GROUP).hears("not on the rota")


async def test_the_public_link_to_sos_opens_it_for_anyone(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        ana.says("/start sos")
        await ana.chat.hears(has("I am in danger now"))


async def test_a_group_that_moves_is_followed_at_once_and_after_a_restart(
    server: TelegramServer, tmp_path: Path
) -> None:
    new = server.group(GROUP).migrates(-100_1001, server.user(SAM))
    async with served(server, tmp_path) as ana:
        ana.says(WORRY)
        await new.hears("Level 4")
        server.user(SAM).presses("I'm on it", into=new)
        await ana.chat.hears("A person on the team has seen this")
        await new.hears("Sam is on it")
    async with served(server, tmp_path):
        server.user(SAM).says("status", into=new)
        await new.hears("1 open")


async def test_a_blocked_bot_is_told_to_staff_while_a_case_is_open(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        ana.says(WORRY)
        await server.group(GROUP).hears("Level 4")
        ana.blocks()
        await server.group(GROUP).hears("cannot write to them now")


async def test_every_press_is_answered_and_commands_stand_in_the_menu(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        await known(ana)
        await server.main.called("setMyCommands", 2)
    assert server.main.unanswered == []
    assert set(server.main.commands) == {"all_private_chats", f"chat:{GROUP}"}


async def test_the_poll_goes_on_where_it_stopped(server: TelegramServer, tmp_path: Path) -> None:
    async with served(server, tmp_path) as ana:
        ana.says("hello")
        await ana.chat.hears("")
    ana.says("/about")
    async with served(server, tmp_path) as ana:
        await ana.chat.hears("automated program")


def test_every_command_in_the_menu_is_one_that_we_know() -> None:
    words = load_words()
    unknown = [
        (language, name)
        for language in words.languages()
        for name in commands_of(words, "menu", language)
        if from_command(Command(name)).name == "unknown"
    ]
    assert unknown == []


def test_menus_keep_telegrams_limits() -> None:
    words = load_words()
    for language in words.languages():
        for menu in ("menu", "staff_menu"):
            commands = commands_of(words, menu, language)
            assert len(commands) <= 100
            assert all(name.islower() and name.isidentifier() and len(name) <= 32 for name in commands)
            assert all(1 <= len(text) <= 256 for text in commands.values())
