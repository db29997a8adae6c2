"""A day's backlog after an outage: everyone who is in danger is paged before ordinary replies go out (row 20)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from bot.bootstrap.serving import serve
from bot.model.people import Platform
from bot.settings import Settings
from scheduler.limits import PUBLISHED, Limits
from tests.fakes.telegram.pace import burst_violations
from tests.fakes.telegram.server import TelegramServer

GROUP = -1001
PEOPLE, EACH, WORRIED = 300, 5, 12
WORRY = "I have the pills here and I want to end my life tonight"
CASE = re.compile(r"case ([0-9A-Z]{5})")


def write_backlog(server: TelegramServer) -> set[int]:
    """Let everybody write for a day; return who is in danger (their words lie anywhere among the others')."""
    worried = {4000 + number * (PEOPLE // WORRIED) for number in range(WORRIED)}
    for round_ in range(EACH):
        for person in range(4000, 4000 + PEOPLE):
            words = WORRY if person in worried and round_ == person % EACH else f"a quiet day {round_}"
            server.user(person).says(words)
    return worried


def served(
    server: TelegramServer, folder: Path, limits: Mapping[Platform, Limits]
) -> tuple[asyncio.Task, asyncio.Event]:
    settings = Settings(
        channels="telegram",
        data_dir=folder,
        telegram_token=server.token,
        telegram_api_url=server.url,
        oncall_telegram_chat=str(GROUP),
    )
    stopped = asyncio.Event()
    return asyncio.create_task(serve(settings, stopped=stopped, limits=limits)), stopped


async def test_after_a_day_of_silence_every_escalation_is_paged_before_ordinary_replies(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        server.enforces_pace = True
        group = server.group(GROUP)
        worried = write_backlog(server)
        serving, stopped = served(server, tmp_path, PUBLISHED)

        def all_paged() -> bool:
            return len({case for said in group.chat.news for case in CASE.findall(said.text)}) == WORRIED

        assert await group.chat.changes.until(all_paged, 30)
        paged_after = len(server.main.calls_of("sendMessage"))
        for person in worried:
            await server.user(person).chat.hears("I have asked a person", timeout=20)
        await server.main.all_confirmed(30)
        stopped.set()
        await asyncio.wait_for(serving, 20)
    answered = sum(bool(server.user(person).chat.bot_says) for person in range(4000, 4000 + PEOPLE))
    assert paged_after < PEOPLE * EACH / 10
    assert answered >= WORRIED
    assert [call for call in server.calls if call.status == 429] == []
    assert burst_violations(server.calls) == 0


async def test_a_button_under_joined_pages_takes_exactly_its_own_case(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        group, sam = server.group(GROUP), server.user(55, "Sam")
        ana, ben = server.user(4000), server.user(4001)
        ana.says(WORRY)
        ben.says(WORRY)
        serving, stopped = served(server, tmp_path, PUBLISHED)
        card = await group.hears("2) Level 4")
        sam.presses(next(label for label in card.labels if label.startswith("2 · I'm on it")), into=group)
        await ben.chat.hears("A person on the team has seen this")
        await group.hears("is on it")
        assert not any("A person on the team has seen this" in text for text in ana.chat.bot_says)
        stopped.set()
        await asyncio.wait_for(serving, 20)
