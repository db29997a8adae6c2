"""The sender under limits, with a real store: what is joined, held, put back, and never lost or sent too often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store.opening import open_store
from bot.errors import DeliveryError
from bot.model.people import Address, Person, Platform
from bot.model.received import Due, Received, Undeliverable
from bot.model.sent import Button, Delivery, Lane, Outbound
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.privacy import MasterKeys
from scheduler.limits import Limits, Rate
from scheduler.sender import Sender

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
GROUP = Address(Platform.TELEGRAM, "-4711")
QUICK = Limits(bot=Rate(30, 0.05, kept=1), chat=Rate(3, 0.05), group=Rate(20, 2.0, kept=6))


def chat(name: str, platform: Platform = Platform.TELEGRAM) -> Address:
    return Address(platform, f"chat of {name}")


class Recorder:
    """A channel that remembers what it was given and can be told to fail, or to wait."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.taken: list[Delivery] = []
        self.failures: list[DeliveryError] = []
        self.fails_for: Callable[[Address], DeliveryError | None] = lambda _: None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def send(self, delivery: Delivery) -> str:
        self.taken.append(delivery)
        await self.may_answer.wait()
        failure = self.failures.pop(0) if self.failures else self.fails_for(delivery.outbound.address)
        if failure is not None:
            raise failure
        return str(len(self.taken))

    @property
    def texts(self) -> list[str]:
        return [delivery.outbound.text for delivery in self.taken]


class Desk:
    """A store, a sender with limits, and two platforms."""

    def __init__(self, store: object, limits: dict[Platform, Limits]) -> None:
        self.store = store
        self.now = NOW
        self.telegram, self.slack = Recorder(Platform.TELEGRAM), Recorder(Platform.SLACK)
        self.heard: list[Undeliverable] = []
        channels = {one.platform: one for one in (self.telegram, self.slack)}
        self.sender = Sender(store, channels, self.hear, lambda: self.now, asyncio.Event(), "(sent again)", limits)  # type: ignore[arg-type]
        self._number = 0

    async def hear(self, received: Sequence[Received]) -> None:
        self.heard += [one.what for one in received if isinstance(one, Due) and isinstance(one.what, Undeliverable)]

    async def queue(self, *wishes: tuple[str, Lane, Address], buttons: tuple[tuple[Button, ...], ...] = ()) -> None:
        """Queue messages, each of a person of its own."""
        turns = []
        for text, lane, address in wishes:
            self._number += 1
            name = f"person {self._number}"
            outbound = Outbound(self._number, name, lane, address, text, buttons)
            view = View(Person(name, chat(name), NOW), Session(version=1), known=False)
            turns.append(Turn(f"k{self._number}", NOW, 0, view, outbounds=(outbound,)))
        await self.store.commit_many(turns)  # type: ignore[attr-defined]

    async def until(self, done: Callable[[], bool]) -> None:
        """Run the sender until something is true."""
        running = asyncio.create_task(self.sender.run())
        self.sender.wake()
        async with asyncio.timeout(10):
            while not done():
                await asyncio.sleep(0.005)
                await self.sender.tick()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await open_store(f"sqlite:///{tmp_path / 'handrail.db'}", MasterKeys([bytes(range(32))]))
    yield Desk(store, {Platform.TELEGRAM: QUICK, Platform.SLACK: QUICK})
    await store.close()


def pages(count: int, address: Address = GROUP) -> list[tuple[str, Lane, Address]]:
    return [(f"Level 4 · case K{number}", Lane.PAGE, address) for number in range(count)]


def nudges(count: int, platform: Platform = Platform.TELEGRAM) -> list[tuple[str, Lane, Address]]:
    return [(f"nudge {number}", Lane.NUDGE, chat(f"{number}", platform)) for number in range(count)]


async def test_pages_that_wait_for_one_group_are_joined_into_one_message(desk: Desk) -> None:
    claim = ((Button("s1.0", "I'm on it"), Button("s1.1", "I can't")),)
    await desk.queue(*pages(3), buttons=claim)
    await desk.until(lambda: bool(desk.telegram.taken))
    (one,) = desk.telegram.taken
    assert one.outbound.text == "1) Level 4 · case K0\n\n2) Level 4 · case K1\n\n3) Level 4 · case K2"
    assert [button.label for button in one.outbound.buttons[1]] == ["2 · I'm on it", "2 · I can't"]


async def test_a_storm_of_pages_needs_few_messages_and_every_case_is_in_one(desk: Desk) -> None:
    await desk.queue(*pages(45), buttons=((Button("s1.0", "I'm on it"), Button("s1.1", "I can't")),))
    await desk.until(lambda: sum(text.count("Level 4") for text in desk.telegram.texts) == 45)
    assert len(desk.telegram.taken) <= 4
    assert all(len(row) <= 3 for delivery in desk.telegram.taken for row in delivery.outbound.buttons)


async def test_a_single_page_goes_at_once_and_as_it_is(desk: Desk) -> None:
    await desk.queue(*pages(1))
    await desk.until(lambda: bool(desk.telegram.taken))
    assert desk.telegram.texts == ["Level 4 · case K0"]


async def test_an_edit_of_one_of_several_joined_cards_is_said_anew(desk: Desk) -> None:
    await desk.queue(*pages(2))
    await desk.until(lambda: bool(desk.telegram.taken))
    edit = Outbound(90, "person 1", Lane.RELAY, GROUP, "Sam is on it", edits=1)
    view = View(Person("person 1", chat("person 1"), NOW), Session(version=2))
    await desk.store.commit_many([Turn("claim", NOW, 1, view, outbounds=(edit,))])  # type: ignore[attr-defined]
    await desk.until(lambda: len(desk.telegram.taken) == 2)
    assert desk.telegram.taken[1].edits == ""


async def test_every_nudge_goes_once_and_none_of_a_thousand_gets_lost(desk: Desk) -> None:
    await desk.queue(*nudges(300))
    await desk.until(lambda: len(desk.telegram.taken) >= 300)
    assert sorted(desk.telegram.texts) == sorted(f"nudge {number}" for number in range(300))


async def test_a_page_overtakes_every_nudge_that_waits(desk: Desk) -> None:
    desk.telegram.may_answer.clear()
    await desk.queue(*nudges(100))
    running = asyncio.create_task(desk.sender.run())
    desk.sender.wake()
    while len(desk.telegram.taken) < 29:
        await asyncio.sleep(0.005)
    await desk.queue(*pages(1))
    desk.sender.wake()
    while len(desk.telegram.taken) < 30:
        await asyncio.sleep(0.005)
    assert desk.telegram.texts[29] == "Level 4 · case K0"
    desk.telegram.may_answer.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_platform_that_does_not_answer_holds_up_no_other(desk: Desk) -> None:
    desk.telegram.may_answer.clear()
    await desk.queue(*nudges(100), *nudges(20, Platform.SLACK))
    running = asyncio.create_task(desk.sender.run())
    desk.sender.wake()
    while len(desk.slack.taken) < 20:
        await asyncio.sleep(0.005)
    desk.telegram.may_answer.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(desk.telegram.taken) <= 30


async def test_a_chat_that_was_refused_for_a_while_is_held_alone(desk: Desk) -> None:
    await desk.queue(("first", Lane.REPLY, chat("ana")), ("second", Lane.REPLY, chat("ana")))
    await desk.queue(("other", Lane.REPLY, chat("ben")))
    desk.telegram.fails_for = lambda at: (
        DeliveryError("too many", retry_after=timedelta(seconds=30)) if at == chat("ana") else None
    )
    await desk.until(lambda: "other" in desk.telegram.texts and "first" in desk.telegram.texts)
    desk.telegram.fails_for = lambda _: None
    assert "second" not in desk.telegram.texts
    desk.now += timedelta(seconds=31)
    await desk.until(lambda: desk.telegram.texts[-2:] == ["first", "second"])


async def test_a_whole_bot_that_was_refused_rests_and_the_other_platform_goes_on(desk: Desk) -> None:
    desk.telegram.failures = [DeliveryError("token", retry_after=timedelta(seconds=60), whole_bot=True)]
    await desk.queue(("one", Lane.REPLY, chat("ana")))
    await desk.until(lambda: bool(desk.telegram.taken))
    await desk.queue(("two", Lane.REPLY, chat("ben")), ("three", Lane.REPLY, chat("cem", Platform.SLACK)))
    await desk.until(lambda: bool(desk.slack.taken))
    assert desk.telegram.texts == ["one"]
    desk.now += timedelta(seconds=61)
    await desk.until(lambda: sorted(desk.telegram.texts[1:]) == ["one", "two"])


async def test_refusals_of_three_chats_in_a_row_mean_the_whole_bot(desk: Desk) -> None:
    desk.telegram.fails_for = lambda _: DeliveryError("too many", retry_after=timedelta(seconds=60))
    await desk.queue(*nudges(3))
    await desk.until(lambda: len(desk.telegram.taken) == 3)
    desk.telegram.fails_for = lambda _: None
    await desk.queue(("later", Lane.REPLY, chat("ana")), ("slack", Lane.REPLY, chat("cem", Platform.SLACK)))
    await desk.until(lambda: bool(desk.slack.taken))
    assert "later" not in desk.telegram.texts


async def test_during_an_outage_only_single_messages_try_and_none_is_given_up(desk: Desk) -> None:
    desk.telegram.fails_for = lambda _: DeliveryError("Telegram cannot be reached")
    await desk.queue(*nudges(40))
    await desk.until(lambda: len(desk.telegram.taken) >= 30)
    tried = len(desk.telegram.taken)
    for _ in range(3):
        desk.now += timedelta(seconds=60)
        await desk.until(lambda: True)
    assert len(desk.telegram.taken) - tried < 12
    desk.telegram.fails_for = lambda _: None
    desk.telegram.taken.clear()
    desk.now += timedelta(seconds=60)
    await desk.until(lambda: len(set(desk.telegram.texts)) == 40)
    assert desk.heard == []


async def test_a_blocked_person_is_unreachable_and_a_refused_message_is_not(desk: Desk) -> None:
    desk.telegram.failures = [
        DeliveryError("blocked", permanent=True),
        DeliveryError("bad text", permanent=True, message_only=True),
    ]
    await desk.queue(("to ana", Lane.SAFETY, chat("ana")), ("to ben", Lane.REPLY, chat("ben")))
    await desk.until(lambda: len(desk.heard) == 2)
    assert [(one.address, one.unreachable) for one in desk.heard] == [(chat("ana"), True), (chat("ben"), False)]


async def test_a_message_that_is_given_up_after_many_tries_blames_no_person(desk: Desk) -> None:
    await desk.queue(("to ana", Lane.NUDGE, chat("ana")))
    desk.telegram.failures = [DeliveryError("lost", ambiguous=True)] * 2
    await desk.until(lambda: len(desk.telegram.taken) == 1)
    desk.now += timedelta(seconds=10)
    await desk.until(lambda: bool(desk.heard))
    assert desk.heard[0].unreachable is False


async def test_after_a_lost_answer_an_ordinary_message_comes_once_more_and_is_marked(desk: Desk) -> None:
    await desk.queue(("hello", Lane.REPLY, chat("ana")))
    desk.telegram.failures = [DeliveryError("cannot be reached"), DeliveryError("lost", ambiguous=True)]
    for sent in (1, 2, 3):
        await desk.until(lambda sent=sent: len(desk.telegram.taken) == sent)
        desk.now += timedelta(seconds=10)
    assert desk.telegram.texts == ["hello", "hello", "(sent again) hello"]


async def test_a_message_for_a_platform_that_is_not_served_is_given_up(desk: Desk) -> None:
    await desk.queue(("hello", Lane.PAGE, chat("ana", Platform.CONSOLE)))
    await desk.until(lambda: bool(desk.heard))
    assert desk.heard[0].address.platform is Platform.CONSOLE


async def test_edits_to_a_busy_group_wait_so_that_a_page_never_does(desk: Desk) -> None:
    relays = [(f"relay {number}", Lane.RELAY, GROUP) for number in range(20)]
    await desk.queue(*relays)
    await desk.until(lambda: len(desk.telegram.taken) >= 5)
    await desk.queue(*pages(1))
    await desk.until(lambda: "Level 4 · case K0" in desk.telegram.texts)
    assert len(desk.telegram.taken) < 20

    def all_there() -> bool:
        desk.now += timedelta(milliseconds=20)
        return len(desk.telegram.taken) == 21

    await desk.until(all_there)
    order = [text for text in desk.telegram.texts if text.startswith("relay")]
    assert order == [text for text, _, _ in relays]


async def test_a_long_message_takes_the_slots_of_all_its_parts(desk: Desk) -> None:
    long = ("x" * 9000, Lane.REPLY, chat("ana"))
    await desk.queue(long, ("next", Lane.REPLY, chat("ana")))
    await desk.until(lambda: len(desk.telegram.taken) == 2)
    assert desk.telegram.texts[1] == "next"


async def test_a_channel_that_breaks_its_promise_costs_one_message_and_no_words(desk: Desk) -> None:
    def breaks(at: Address) -> DeliveryError | None:
        if at == chat("ana"):
            raise ValueError("what a person said")
        return None

    desk.telegram.fails_for = breaks
    await desk.queue(("to ana", Lane.REPLY, chat("ana")), ("to ben", Lane.REPLY, chat("ben")))
    await desk.until(lambda: "to ben" in desk.telegram.texts)
    desk.now += timedelta(seconds=5)
    await desk.until(lambda: bool(desk.heard))
    assert desk.telegram.texts.count("(sent again) to ana") == 1


async def test_what_is_too_late_is_dropped_and_nobody_is_told(desk: Desk) -> None:
    await desk.queue(("now", Lane.NUDGE, chat("ana")))
    late = Outbound(91, "person 1", Lane.NUDGE, chat("ben"), "late", not_after=NOW + timedelta(minutes=90))
    view = View(Person("person 1", chat("person 1"), NOW), Session(version=2))
    await desk.store.commit_many([Turn("late", NOW, 1, view, outbounds=(late,))])  # type: ignore[attr-defined]
    desk.now += timedelta(minutes=91)
    await desk.until(lambda: desk.telegram.texts == ["now"])
    await desk.until(lambda: True)
    assert (desk.telegram.texts, desk.heard) == (["now"], [])
