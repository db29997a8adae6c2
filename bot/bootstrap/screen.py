"""`handrail chat` on a terminal: the person on the left, the on-call side on the right, one line to type in."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import suppress

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.widgets import Frame, TextArea
from rich.console import Console
from rich.text import Text

from bot.bootstrap.chat import Chat, opened
from bot.settings import Settings

HELP = " oncall: claim · read · say … · resolve right   /clock +24h   PgUp PgDn scroll   Ctrl-D ends"
KEPT = 300
PAGE = 10


class Pane:
    """One side of the conversation: what was said, wrapped to its width, the newest in view."""

    def __init__(self) -> None:
        self._said: deque[tuple[str, bool]] = deque(maxlen=KEPT)
        self.scrolled = 0
        self.window = Window(FormattedTextControl(self._shown), always_hide_cursor=True)

    def add(self, text: str, *, typed: bool = False) -> None:
        """Add a message; what a person typed is marked."""
        self._said.append((text, typed))
        self.scrolled = 0

    def _shown(self) -> ANSI:
        info = self.window.render_info
        size = get_app().output.get_size()
        width = info.window_width if info else max(20, size.columns // 2 - 2)
        height = info.window_height if info else size.rows
        lines = self._lines(width)
        self.scrolled = max(0, min(self.scrolled, len(lines) - height))
        end = len(lines) - self.scrolled
        return ANSI("\n".join(lines[max(0, end - height) : end]))

    def _lines(self, width: int) -> list[str]:
        console = Console(width=width, force_terminal=True, color_system="standard", legacy_windows=False)
        with console.capture() as captured:
            for said, typed in self._said:
                console.print(Text(f"› {said}" if typed else said, style="green" if typed else ""), end="\n\n")
        return captured.get().splitlines()


class Screen:
    """Both panes, the line to type in, and the keys."""

    def __init__(self) -> None:
        self.person, self.on_call = Pane(), Pane()
        self.typed: asyncio.Queue[str] = asyncio.Queue()
        self._line = TextArea(height=1, multiline=False, prompt="> ", accept_handler=self._accept)
        half = Dimension(preferred=1, weight=1)
        person = Frame(self.person.window, "You and Handrail", width=half)
        columns = VSplit([person, Frame(self.on_call.window, "On call", width=half)])
        body = HSplit([columns, self._line, Window(FormattedTextControl(HELP), height=1, style="reverse")])
        self.app: Application[None] = Application(
            Layout(body, focused_element=self._line), key_bindings=self._keys(), full_screen=True
        )

    def show(self, side: str, text: str) -> None:
        """Add what the bot sent to a side."""
        (self.person if side == "bot" else self.on_call).add(text)
        self.app.invalidate()

    def _accept(self, _buffer: object) -> bool:
        line = self._line.text
        side, _, words = line.partition(":")
        if side.strip().lower() == "oncall":
            self.on_call.add(words.strip(), typed=True)
        elif line.strip():
            self.person.add(line, typed=True)
        self.typed.put_nowait(line)
        return False

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-d")
        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            event.app.exit()

        @keys.add("pageup")
        def _(_event: KeyPressEvent) -> None:
            self._scroll(PAGE)

        @keys.add("pagedown")
        def _(_event: KeyPressEvent) -> None:
            self._scroll(-PAGE)

        return keys

    def _scroll(self, by: int) -> None:
        for pane in (self.person, self.on_call):
            pane.scrolled = max(0, pane.scrolled + by)


async def chat_on_screen(settings: Settings, *, as_known: bool) -> None:
    """Talk on a terminal until Ctrl-D or Ctrl-C; what falls due meanwhile appears by itself."""
    screen = Screen()
    async with opened(settings, screen.show, keep=True) as (chat, _house):
        if as_known:
            await chat.make_known()
        await chat.settle()
        await chat.greet()
        talking = asyncio.create_task(_talk(chat, screen))
        await screen.app.run_async()
        talking.cancel()
        with suppress(asyncio.CancelledError):
            await talking
    print(f"What you wrote stays in {settings.data_dir}, sealed.", file=sys.stderr)


async def _talk(chat: Chat, screen: Screen) -> None:
    """Take typed lines one by one, and once a second what falls due."""
    while True:
        try:
            line = await asyncio.wait_for(screen.typed.get(), timeout=1)
        except TimeoutError:
            await chat.settle()
        else:
            await chat.type(line)
        screen.app.invalidate()
