"""Plays a story through `handrail run` over the loopback Telegram and Slack servers, in every combination."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from adapters.clock import MovableClock, span
from bot.bootstrap.serving import serve
from bot.settings import Settings
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN, BOT_USER
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.server import TelegramServer

ROTA = """
zone: UTC
responders:
  - {id: sam, name: Sam, telegram: "55", slack: U0SAM}
shifts:
  - {days: [mon, tue, wed, thu, fri, sat, sun], start: "00:00", until: "00:00", primary: sam}
"""
ANA, SAM, GROUP = 4711, 55, -1001
SLACK_ANA, SLACK_SAM, SLACK_CHANNEL = "U0ANA", "U0SAM", "C0ONCALL"


class Side(Protocol):
    """What a player needs of one platform."""

    async def type(self, text: str) -> None: ...
    def press(self, label: str) -> None: ...
    def oncall_press(self, label: str) -> None: ...
    async def desk_type(self, text: str) -> None: ...
    def person_sees(self) -> list[str]: ...
    def oncall_sees(self) -> list[str]: ...
    def desk_sees(self) -> list[str]: ...


class TelegramSide:
    """Ana in her private chat, Sam in the on-call group."""

    def __init__(self, server: TelegramServer) -> None:
        self.ana, self.sam = server.user(ANA, "Ana"), server.user(SAM, "Sam")
        self.group = server.group(GROUP)

    async def type(self, text: str) -> None:
        self.ana.says(text)

    def press(self, label: str) -> None:
        self.ana.presses(label)

    def oncall_press(self, label: str) -> None:
        self.sam.presses(label, into=self.group)

    async def desk_type(self, text: str) -> None:
        self.sam.says(text)

    def person_sees(self) -> list[str]:
        return _bot_words(self.ana.chat)

    def oncall_sees(self) -> list[str]:
        return _bot_words(self.group.chat)

    def desk_sees(self) -> list[str]:
        return _bot_words(self.sam.chat)


def _bot_words(chat: Chat) -> list[str]:
    return [f"{said.text}\n{' '.join(said.labels)}" for said in chat.messages.values() if said.author == "bot"]


class SlackSide:
    """Ana in her direct messages, Sam in the private on-call channel; both write into forms, never into the chat."""

    def __init__(self, server: SlackServer) -> None:
        self.ana, self.sam = server.user(SLACK_ANA), server.user(SLACK_SAM)
        server.channel(SLACK_CHANNEL, members=[SLACK_SAM])
        self.server = server

    async def type(self, text: str) -> None:
        if text.startswith("/"):
            self.ana.command(text.removeprefix("/"))
        else:
            await self.ana.writes(text)

    def press(self, label: str) -> None:
        self.ana.presses(label)

    def oncall_press(self, label: str) -> None:
        self.sam.presses(label, where=SLACK_CHANNEL)

    async def desk_type(self, text: str) -> None:
        await self.sam.writes(text)

    def person_sees(self) -> list[str]:
        said = [message for message in self.ana.chat.messages if message.author == BOT_USER]
        return [words for message in said for words in (*message.earlier, message.words)]

    def oncall_sees(self) -> list[str]:
        channel = self.server.world.conversations[SLACK_CHANNEL]
        return [message.words for message in channel.messages if message.author == BOT_USER]

    def desk_sees(self) -> list[str]:
        said = [message.words for message in self.sam.chat.messages if message.author == BOT_USER]
        return said + ([self.sam.modal.words] if self.sam.modal else [])


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


class PlatformPlayer:
    """A person on one platform and the on-call team on another."""

    def __init__(self, person: Side, on_call: Side, clock: MovableClock, database: Path) -> None:
        self.person, self.on_call, self.clock, self.database = person, on_call, clock, database

    async def type(self, text: str) -> None:
        await self.person.type(text)

    async def press(self, label: str) -> None:
        self.person.press(label)

    async def oncall_press(self, label: str) -> None:
        self.on_call.oncall_press(label)

    async def desk_type(self, text: str) -> None:
        await self.on_call.desk_type(text)

    async def move_clock(self, moved: str) -> None:
        """Stop at each check-in on the way: one that is found hours late is dropped, as it should be."""
        by = span(moved)
        assert by is not None
        end = self.clock() + by
        while (due := self._one("SELECT min(next_due_at) FROM check_in")) is not None and (at := _moment(due)) <= end:
            self.clock.move_to(max(at, self.clock()))
            while self._one("SELECT min(next_due_at) FROM check_in") == due or self._one("SELECT 1 FROM nudge"):
                await asyncio.sleep(0.02)
            # A nudge that is found hours later is dropped as well.
            while self._one("SELECT 1 FROM outbox WHERE state IN (0, 2)"):
                await asyncio.sleep(0.02)
        self.clock.move_to(end)

    def _one(self, sql: str) -> int | None:
        with sqlite3.connect(self.database) as reading:
            row = reading.execute(sql).fetchone()
        return row[0] if row else None

    def person_sees(self) -> list[str]:
        return self.person.person_sees()

    def oncall_sees(self) -> list[str]:
        return self.on_call.oncall_sees()

    def desk_sees(self) -> list[str]:
        return self.on_call.desk_sees()


@asynccontextmanager
async def platform_player(
    person: str, on_call: str, folder: Path, database_url: str = ""
) -> AsyncIterator[PlatformPlayer]:
    """Serve both platforms in this loop; on leaving, everything stops cleanly and no published limit was broken."""
    async with TelegramServer() as telegram, SlackServer(dm_text=False) as slack:
        sides: dict[str, Side] = {"telegram": TelegramSide(telegram), "slack": SlackSide(slack)}
        (folder / "rota.yaml").write_text(ROTA)
        settings = Settings(
            rota=folder / "rota.yaml",
            channels="telegram,slack",
            data_dir=folder,
            database_url=database_url,
            telegram_token=telegram.token,
            telegram_api_url=telegram.url,
            slack_bot_token=BOT_TOKEN,
            slack_app_token=APP_TOKEN,
            slack_api_url=slack.api_url,
            oncall_slack_channel=SLACK_CHANNEL if on_call == "slack" else "",
            oncall_telegram_chat=str(GROUP) if on_call == "telegram" else "",
        )
        clock, stopped = MovableClock(), asyncio.Event()
        serving = asyncio.create_task(serve(settings, clock=clock, stopped=stopped, limits={}))
        connected = asyncio.ensure_future(slack.sockets.connected())
        try:
            await asyncio.wait([serving, connected], return_when=asyncio.FIRST_COMPLETED)
            yield PlatformPlayer(sides[person], sides[on_call], clock, folder / "handrail.db")
        finally:
            connected.cancel()
            stopped.set()
            await asyncio.wait_for(serving, 10)
        assert telegram.violations == []
        assert slack.violations == []
