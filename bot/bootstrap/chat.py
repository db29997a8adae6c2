"""`handrail chat`: both sides of a conversation in one terminal, on an embedded database, with a clock to move."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from adapters.clock import MovableClock, span
from adapters.console.channel import ON_CALL, PERSON, ConsoleChannel, Show, from_on_call, from_person
from bot.bootstrap.house import House, build, master_keys
from bot.model.people import Person, Platform
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.ports import Lookup
from bot.rota import Responder, Rota
from bot.settings import Settings

ROTA = Rota(responders=(Responder(id="oncall", name="Sam", console="oncall"),))
KNOWN_NAME, KNOWN_COUNTRY, KNOWN_ZONE = "Alex", "GB", "Europe/London"
PURPOSES = ("check_ins", "exercises", "escalation")
STEPS_OF_A_MOVE = 20_000
BAD_CLOCK = "/clock moves time forward, for example /clock +90s, +10m, +24h or +7d"


class Chat:
    """Takes typed lines for either side and runs the house until it is quiet again."""

    def __init__(self, house: House, clock: MovableClock, show: Show) -> None:
        self._house = house
        self._clock = clock
        self._show = show
        self._typed = 0

    async def type(self, line: str) -> None:
        """Take one line: `/clock +24h`, `oncall: words`, or the person's words."""
        line = line.rstrip("\r\n")
        if not line.strip():
            return
        if line.startswith("/clock"):
            await self._move(line.removeprefix("/clock"))
            return
        self._typed += 1
        now = self._clock()
        side, _, words = line.partition(":")
        if side.strip().lower() == "oncall":
            inbound = from_on_call(words.strip(), self._typed, now)
        else:
            inbound = from_person(line, self._typed, now)
        await self._house.conversation.receive([inbound])
        await self.settle()

    async def settle(self) -> int:
        """Run what is due and send what waits until nothing more happens; return how much there was."""
        total = 0
        while happened := await self._house.due_work.run() + await self._run_the_rest():
            total += happened
        return total

    async def _run_the_rest(self) -> int:
        return await self._house.rights_work.run() + await self._house.sender.drain()

    async def _move(self, argument: str) -> None:
        """Move the clock from one due moment to the next, so that each thing happens at its time."""
        wanted = span(argument)
        if wanted is None:
            self._show("bot", BAD_CLOCK)
            return
        end = self._clock() + wanted
        for _ in range(STEPS_OF_A_MOVE):
            due = await self._house.store.next_event_at()
            if due is None or due > end:
                break
            self._clock.move_to(max(due, self._clock() + timedelta(milliseconds=1)))
            await self.settle()
        self._clock.move_to(end)
        await self.settle()

    async def greet(self) -> None:
        """Begin, or go on where the person stood."""
        await self.type("/start")

    async def make_known(self) -> None:
        """Store a person who has agreed to everything and has a name, unless the terminal's person is known."""
        now = self._clock()
        loaded = await self._house.store.load_many([Lookup("known", address=PERSON)], now)
        if loaded.subjects.get("known"):
            return
        person = Person(
            "known",
            PERSON,
            created_at=now,
            name=KNOWN_NAME,
            country=KNOWN_COUNTRY,
            zone=KNOWN_ZONE,
            consents=dict.fromkeys(PURPOSES, now),
            welcomed=True,
        )
        view = View(person, Session(version=1), known=False)
        await self._house.store.commit_many([Turn("known", now, 0, view, person_changed=True)])


@asynccontextmanager
async def opened(settings: Settings, show: Show, *, keep: bool) -> AsyncIterator[tuple[Chat, House]]:
    """Open a chat on the settings' database, or, unless `keep`, on one that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="handrail-chat-") as scratch:
        folder = settings.data_dir if keep else Path(scratch)
        if not keep:
            settings = settings.model_copy(update={"data_dir": folder, "database_url": ""})
        masters, made = master_keys(settings, folder)
        if keep and made is not None:
            print(f"Made a master key: {made} (back it up; without it the database cannot be read)", file=sys.stderr)
        clock = MovableClock()
        house = await build(settings, masters, clock=clock, rota=ROTA, on_call=[ON_CALL])
        house.channels[Platform.CONSOLE] = ConsoleChannel(show)
        try:
            yield Chat(house, clock, show), house
        finally:
            await house.close()


def plain_show(out: TextIO) -> Show:
    """Return a `show` that writes greppable lines: `bot> …`, `you> …` and `oncall> …`."""

    def show(side: str, text: str) -> None:
        for line in text.splitlines() or [""]:
            out.write(f"{side}> {line}".rstrip() + "\n")
        out.flush()

    return show


async def chat_plainly(settings: Settings, source: TextIO, out: TextIO, *, as_known: bool, keep: bool) -> None:
    """Talk line by line from a script until its end; each typed line is repeated, so that the transcript is whole."""
    show = plain_show(out)
    async with opened(settings, show, keep=keep) as (chat, _house):
        if as_known:
            await chat.make_known()
        await chat.settle()
        if not as_known:
            await chat.greet()
        for line in source:
            side, _, words = line.strip().partition(":")
            if side.lower() == "oncall":
                show("oncall", f"« {words.strip()}")
            elif line.strip():
                show("you", line.strip())
            await chat.type(line)
