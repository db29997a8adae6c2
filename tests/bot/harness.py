"""A room to test the core in: the real conversation, store, triage and flows; only the platforms are recorded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.clock import MovableClock
from adapters.sentiment import Sentiment
from adapters.store.opening import open_store
from bot.bootstrap import house
from bot.bootstrap.house import House
from bot.dialogue.hearing import Dialogue
from bot.errors import DeliveryError
from bot.model.cases import Escalation
from bot.model.people import Address, Person, Platform
from bot.model.received import Command, Content, Edited, Inbound, Pressed, Received, Text
from bot.model.sent import Delivery, Outbound
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.ports import Lookup, Store
from bot.privacy import MasterKeys
from bot.rota import Responder, Rota
from bot.settings import Settings
from bot.triage.triage import Triage
from bot.triage.triage import load as load_triage
from flows.crisis_lines import CrisisLines, load_crisis_lines
from flows.wording import Words, load_words

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANA = Address(Platform.TELEGRAM, "4711")
ON_CALL = Address(Platform.SLACK, "C0ONCALL")
SAM = Responder(id="sam", name="Sam", slack="U0SAM", telegram="5001")
KIM = Responder(id="kim", name="Kim", slack="U0KIM")
ROTA = Rota(responders=(SAM, KIM))
SAMS_CHAT, KIMS_CHAT = Address(Platform.SLACK, "U0SAM"), Address(Platform.SLACK, "U0KIM")
# No test types one of these, so that a place which nobody filled is noticed.
UNFILLED = re.compile(r"\{[a-z_]+\}")
PURPOSES = ("check_ins", "exercises", "escalation")
STEPS_OF_A_MOVE = 5000


@cache
def words() -> Words:
    return load_words()


@cache
def lines() -> CrisisLines:
    return load_crisis_lines()


@cache
def assessor() -> Triage:
    return load_triage(Sentiment())


class RecordingChannel:
    """Delivers everything, in order, except to addresses that refuse for good.

    `failures` are raised by the next sends, one each; a message whose answer is lost has arrived all the same.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.sent: list[Outbound] = []
        self.refused: set[Address] = set()
        self.failures: list[DeliveryError] = []

    async def send(self, delivery: Delivery) -> str:
        assert not UNFILLED.search(delivery.outbound.text), "a place in a sentence was not filled"
        if delivery.outbound.address in self.refused:
            raise DeliveryError("refused for good", permanent=True)
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or failure.ambiguous:
            self.sent.append(delivery.outbound)
        if failure is not None:
            raise failure
        return str(len(self.sent))


class RecordingStore:
    """The real store, and every batch of turns that it committed."""

    def __init__(self) -> None:
        self._store: Any = None
        self.commits: list[list[Turn]] = []

    def of(self, store: Store) -> RecordingStore:
        self._store = store
        return self

    async def commit_many(self, turns: Sequence[Turn], *more: Any, **others: Any) -> None:
        await self._store.commit_many(turns, *more, **others)
        self.commits.append(list(turns))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Room:
    """One bot, its people and its staff. Every act returns what the person was sent because of it."""

    def __init__(self, built: House, store: RecordingStore, clock: MovableClock) -> None:
        self.clock = clock
        self.store = store
        self.recorders = {platform: RecordingChannel(platform) for platform in Platform}
        self.order: list[Outbound] = []
        for platform, recorder in self.recorders.items():
            recorder.sent = self.order
            built.channels[platform] = recorder
        self.conversation, self.sender, self.due_work = built.conversation, built.sender, built.due_work
        self.rights_work = built.rights_work
        self._keys = count(1)

    # --- acts ---------------------------------------------------------------------------------------------------------

    async def person(self, text: str, *, at: Address = ANA, message: str = "") -> list[str]:
        content: Content = Text(text)
        if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            content = Command(name, argument)
        return await self.send(content, at=at, message=message)

    async def edit(self, text: str, message: str) -> list[str]:
        return await self.send(Edited(text, message))

    async def press(self, label: str, *, at: Address = ANA) -> list[str]:
        """Press the newest button of that label in a person's chat."""
        return await self.send(Pressed(self.button(label, at)), at=at)

    async def send(self, content: Content, *, at: Address = ANA, message: str = "") -> list[str]:
        return await self.take(self.inbound(content, at, at.chat, message=message), at=at)

    async def staff(self, text: str, *, by: str = "U0SAM", at: Address = ON_CALL) -> list[str]:
        """Staff write; the answers in that chat are returned."""
        return await self.take(self.inbound(Text(text), at, by), at=at)

    async def staff_press(self, label: str, *, by: str = "U0SAM", at: Address = ON_CALL) -> list[str]:
        return await self.take(self.inbound(Pressed(self.button(label, at)), at, by), at=at)

    async def take(self, *received: Received, at: Address = ANA) -> list[str]:
        before = len(self.order)
        await self.conversation.receive(received)
        await self.settle()
        return [one.text for one in self.order[before:] if one.address == at]

    async def wait(self, span: timedelta, *, at: Address = ANA) -> list[str]:
        """Let time pass, from one due moment to the next."""
        before, end = len(self.order), self.clock() + span
        for _ in range(STEPS_OF_A_MOVE):
            due = await self.store.next_event_at()
            if due is None or due > end:
                break
            self.clock.move_to(max(due, self.clock() + timedelta(milliseconds=1)))
            await self.settle()
        self.clock.move_to(end)
        await self.settle()
        return [one.text for one in self.order[before:] if one.address == at]

    async def settle(self) -> None:
        for _ in range(100):
            if not (await self.due_work.run() + await self.rights_work.run() + await self.sender.drain()):
                return
        raise AssertionError("the room never comes to rest")

    async def meet(self, at: Address = ANA, *, consents: Sequence[str] = PURPOSES, name: str = "Ana") -> None:
        """Let someone be known who has had the consent talk."""
        given = dict.fromkeys(consents, self.clock())
        person = Person(
            f"p{at.chat}", at, self.clock(), name, country="GB", zone="Europe/London", consents=given, welcomed=True
        )
        view = View(person, Session(version=1), known=False)
        await self.store.commit_many([Turn(f"meet {at.chat}", self.clock(), 0, view, person_changed=True)])

    # --- what is there ------------------------------------------------------------------------------------------------

    def inbound(self, content: Content, at: Address, sender: str, *, message: str = "") -> Inbound:
        return Inbound(f"in {next(self._keys)}", at, sender, self.clock(), content, message=message)

    def button(self, label: str, at: Address, *, which: int = -1) -> str:
        """Return the id behind a label; of the newest message that has it, unless `which` says otherwise."""
        found = [
            button.button
            for one in self.order
            if one.address == at
            for row in one.buttons
            for button in row
            if button.label == label
        ]
        assert found, f"no button {label!r} at {at}; the last message was {self.told(at)[-1:]}"
        return found[which]

    def told(self, at: Address = ANA) -> list[str]:
        return [one.text for one in self.order if one.address == at]

    def labels(self, at: Address = ANA) -> list[str]:
        """The labels under the last message at an address."""
        last = [one for one in self.order if one.address == at][-1]
        return [button.label for row in last.buttons for button in row]

    async def view(self, at: Address = ANA) -> View | None:
        loaded = await self.store.load_many([Lookup("look", address=at)], self.clock())
        return loaded.views[loaded.subjects["look"][0]] if loaded.subjects.get("look") else None

    async def case(self, at: Address = ANA) -> Escalation:
        view = await self.view(at)
        assert view is not None
        assert view.escalation is not None, "no case is open"
        return view.escalation

    def turns(self) -> list[Turn]:
        return [turn for commit in self.store.commits for turn in commit]

    def audits(self) -> list[str]:
        return [audit.act for turn in self.turns() for audit in turn.audits]


@asynccontextmanager
async def opened_room(
    folder: Path,
    *,
    rota: Rota = ROTA,
    on_call: Sequence[Address] = (ON_CALL,),
    talk: type[Dialogue] = Dialogue,
) -> AsyncIterator[Room]:
    """Open a room on a database in `folder`, joined as `handrail run` joins it; what never changes is read once."""
    clock, store = MovableClock(START), RecordingStore()

    async def open_and_record(url: str, masters: MasterKeys, *more: Any, **others: Any) -> RecordingStore:
        return store.of(await open_store(url, masters, *more, **others))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house, "open_store", open_and_record)
        patch.setattr(house, "load_words", words)
        patch.setattr(house, "load_crisis_lines", lines)
        patch.setattr(house.triage, "load", lambda *_, **__: assessor())
        patch.setattr(house, "Dialogue", talk)
        masters = MasterKeys([bytes(range(32))])
        built = await house.build(Settings(data_dir=folder), masters, clock=clock, rota=rota, on_call=on_call)
    try:
        yield Room(built, store, clock)
    finally:
        await built.close()
