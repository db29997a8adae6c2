"""The whole house over a loopback Slack: Ana talks with it, Sam is on call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.clock import MovableClock
from adapters.store.opening import open_store
from bot.bootstrap.house import master_keys
from bot.bootstrap.serving import serve
from bot.model.people import Address, Person, Platform
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.settings import Settings
from tests.fakes.slack.people import User
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN, Message

ROTA = """
zone: UTC
responders:
  - {id: sam, name: Sam, slack: U0SAM}
shifts:
  - {days: [mon, tue, wed, thu, fri, sat, sun], start: "00:00", until: "00:00", primary: sam}
"""


@dataclass
class Served:
    """A running bot, its Slack and its people."""

    slack: SlackServer
    ana: User
    sam: User
    clock: MovableClock

    async def agree(self) -> None:
        """Ana gets started and says yes to everything."""
        self.ana.command("start")
        for label in ("Go on", "I am 18 or older", "Yes", "Yes", "Yes"):
            await self.press(label)
        for words in ("Ana", "Germany"):
            await self.write(words)
        await self.press("Yes")
        await self.write("skip")
        await self.ana.hears('Say "help"')

    async def press(self, label: str) -> None:
        """Ana presses a button as soon as she sees it on a message that is new."""
        await self.ana.hears(label, new=True)
        self.ana.presses(label)

    async def write(self, words: str) -> None:
        """Ana writes as soon as she is asked."""
        await self.ana.hears("Answer privately", new=True)
        await self.ana.writes(words)

    @property
    def shown(self) -> str:
        """Everything that Ana's chat ever showed, and what it holds now."""
        return "\n".join("\n".join((*message.earlier, message.words)) for message in self.chat)

    @property
    def chat(self) -> list[Message]:
        """The messages in Ana's chat."""
        return self.ana.chat.messages


async def _meet(settings: Settings) -> None:
    """Store Ana as someone who has got started and said yes to everything."""
    masters, _ = master_keys(settings, settings.data_dir)
    store = await open_store(settings.database, masters)
    now = datetime.now(UTC)
    consents = dict.fromkeys(("check_ins", "exercises", "escalation"), now)
    profile = {"name": "Ana", "country": "DE", "zone": "Europe/Berlin", "consents": consents, "welcomed": True}
    person = Person("ana", Address(Platform.SLACK, "U0ANA"), now, **profile)
    view = View(person, Session(version=1), known=False)
    await store.commit_many([Turn("known", now, 0, view, person_changed=True)])
    await store.close()


@asynccontextmanager
async def served(folder: Path, *, dm_text: bool = False, known: bool = False, **more: object) -> AsyncIterator[Served]:
    """Serve until the block ends; no published limit was broken. `known`: Ana has got started before."""
    async with SlackServer(dm_text=dm_text) as slack:
        ana, sam = slack.user("U0ANA", zone="Europe/Berlin"), slack.user("U0SAM")
        slack.channel("C0ONCALL", members=["U0SAM"])
        (folder / "rota.yaml").write_text(ROTA)
        settings = Settings(
            rota=folder / "rota.yaml",
            channels="slack",
            data_dir=folder,
            slack_bot_token=BOT_TOKEN,
            slack_app_token=APP_TOKEN,
            slack_api_url=slack.api_url,
            slack_dm_text=dm_text,
            oncall_slack_channel="C0ONCALL",
            **more,
        )
        if known:
            await _meet(settings)
        clock, stopped = MovableClock(), asyncio.Event()
        serving = asyncio.create_task(serve(settings, clock=clock, stopped=stopped, limits={}))
        try:
            await slack.sockets.connected()
            yield Served(slack, ana, sam, clock)
        finally:
            stopped.set()
            await asyncio.wait_for(serving, 10)
        assert slack.violations == []
