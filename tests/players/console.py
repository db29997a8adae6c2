"""Plays a story on the terminal's own channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.bootstrap.chat import Chat, opened
from bot.settings import Settings


class ConsolePlayer:
    """Both sides of `handrail chat`. A terminal has no buttons: their labels are typed."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {"bot": [], "oncall": []}
        self.chat: Chat | None = None

    def show(self, side: str, text: str) -> None:
        self._said[side].append(text)

    async def type(self, text: str) -> None:
        assert self.chat is not None
        await self.chat.type(text)

    async def press(self, label: str) -> None:
        await self.type(label)

    async def oncall_press(self, label: str) -> None:
        word = {"I'm on it": "claim", "Read it (private)": "read", "I can't, page the next": "pass"}[label]
        await self.type(f"oncall: {word}")

    async def desk_type(self, text: str) -> None:
        await self.type(f"oncall: {text}")

    async def move_clock(self, span: str) -> None:
        await self.type(f"/clock {span}")

    def person_sees(self) -> list[str]:
        return self._said["bot"]

    def oncall_sees(self) -> list[str]:
        # One window shows both: the cards are what stands in the on-call conversation elsewhere.
        return [text for text in self._said["oncall"] if text.startswith("Level ")]

    def desk_sees(self) -> list[str]:
        return [text for text in self._said["oncall"] if not text.startswith("Level ")]


@asynccontextmanager
async def console_player(folder: Path) -> AsyncIterator[ConsolePlayer]:
    player = ConsolePlayer()
    async with opened(Settings(data_dir=folder), player.show, keep=True) as (chat, _house):
        player.chat = chat
        yield player
