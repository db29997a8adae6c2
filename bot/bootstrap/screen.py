"""`handrail chat` on a terminal: the person on the left, the on-call side on the right, one line to type in."""

from __future__ import annotations

import asyncio
import shutil
from collections import deque

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.layout import Layout
from rich.panel import Panel
from rich.text import Text

from bot.bootstrap.chat import Chat, opened
from bot.settings import Settings

HELP = "Type as the person. oncall: claim · read · say … · resolve right. /clock +24h moves time. Ctrl-D ends."
KEPT = 200
STYLES = {"bot": "bold", "you": "green", "oncall": "bold", "desk": "yellow"}


class Screen:
    """Two columns of what was said on each side, drawn anew after every line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._sides: dict[str, deque[tuple[str, str]]] = {"bot": deque(maxlen=KEPT), "oncall": deque(maxlen=KEPT)}

    def show(self, side: str, text: str) -> None:
        """Add what the bot sent to a side."""
        self._sides[side].append((side, text))

    def typed(self, side: str, text: str) -> None:
        """Add what was typed for a side."""
        self._sides["oncall" if side == "desk" else "bot"].append((side, text))

    def draw(self) -> None:
        """Draw both columns, the newest at the bottom."""
        height = shutil.get_terminal_size().lines - 2
        layout = Layout()
        layout.split_row(
            Layout(self._column("bot", "You and Handrail", height)),
            Layout(self._column("oncall", "On call", height)),
        )
        self._console.clear()
        self._console.print(layout, height=height)

    def _column(self, side: str, title: str, height: int) -> Panel:
        width = max(20, self._console.width // 2 - 4)
        lines: list[Text] = []
        for who, said in self._sides[side]:
            mark = "› " if who in {"you", "desk"} else ""
            text = Text(f"{mark}{said}", style=STYLES[who] if mark else "")
            lines += [*text.wrap(self._console, width), Text("")]
        shown = Text("\n").join(lines[-(height - 2) :])
        return Panel(shown, title=title, border_style="blue" if side == "bot" else "magenta")


async def chat_on_screen(settings: Settings, *, as_known: bool) -> None:
    """Talk on a terminal until Ctrl-D or Ctrl-C; what falls due meanwhile appears by itself."""
    screen = Screen(Console())
    async with opened(settings, screen.show, keep=True) as (chat, _house):
        if as_known:
            await chat.make_known()
        await chat.settle()
        await chat.greet()
        screen.draw()
        turn = asyncio.Lock()
        ticking = asyncio.create_task(_tick(chat, screen, turn))
        try:
            await _read_lines(chat, screen, turn)
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)


async def _read_lines(chat: Chat, screen: Screen, turn: asyncio.Lock) -> None:
    session: PromptSession[str] = PromptSession(bottom_toolbar=HELP)
    while True:
        try:
            with patch_stdout(raw=True):
                line = await session.prompt_async("> ")
        except (EOFError, KeyboardInterrupt):
            return
        side, _, words = line.partition(":")
        async with turn:
            if side.strip().lower() == "oncall":
                screen.typed("desk", words.strip())
            else:
                screen.typed("you", line)
            await chat.type(line)
            screen.draw()


async def _tick(chat: Chat, screen: Screen, turn: asyncio.Lock) -> None:
    """Run what falls due in real time."""
    while True:
        await asyncio.sleep(1)
        async with turn:
            if await chat.settle():
                screen.draw()
