"""A batch of messages in, one commit, and only then the word to the platform that they are safe."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.errors import StoreError
from bot.model.people import Address, Platform
from bot.model.received import Inbound, Text
from bot.model.turns import Turn
from bot.ports import StaleSession
from tests.bot.harness import ANA, Room

BEN = Address(Platform.TELEGRAM, "4712")


class Gate:
    """Stands in the way of commits: holds them until opened, or answers them with an error first."""

    def __init__(self, room: Room, *errors: Exception) -> None:
        self.opened = asyncio.Event()
        self.reached = asyncio.Event()
        self._errors = list(errors)
        self._commit = room.store.commit_many
        room.store.commit_many = self.commit_many  # type: ignore[method-assign]

    async def commit_many(self, turns: Sequence[Turn]) -> None:
        self.reached.set()
        if self._errors:
            raise self._errors.pop(0)
        await self.opened.wait()
        await self._commit(turns)


def says(room: Room, words: str, at: Address = ANA) -> Inbound:
    return room.inbound(Text(words), at, at.chat)


async def test_i2_a_platform_hears_received_only_after_the_commit(ana: Room):
    gate = Gate(ana)
    receiving = asyncio.create_task(ana.conversation.receive([says(ana, "hello")]))
    await gate.reached.wait()
    assert not receiving.done()
    gate.opened.set()
    await receiving
    assert ana.turns()[-1].received.startswith("in ")


async def test_whatever_waits_while_a_commit_runs_is_the_next_batch_together(ana: Room):
    gate = Gate(ana)
    first = asyncio.create_task(ana.conversation.receive([says(ana, "hello")]))
    await gate.reached.wait()
    before = len(ana.store.commits)
    others = [asyncio.create_task(ana.conversation.receive([says(ana, "help")])) for _ in range(5)]
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(first, *others)
    assert [len(commit) for commit in ana.store.commits[before:]] == [1, 5]


async def test_no_batch_is_larger_than_256(ana: Room):
    before = len(ana.store.commits)
    await ana.conversation.receive([says(ana, "hello") for _ in range(600)])
    sizes = [len(commit) for commit in ana.store.commits[before:]]
    assert sum(sizes) == 600
    assert max(sizes) <= 256


async def test_one_persons_messages_are_decided_in_their_order(ana: Room):
    said = await ana.take(*(says(ana, words) for words in ("thought record", "Begin", "My boss shouted", "Sad")))
    for part, text in zip(("about 6 minutes", "What happened?", "Which feeling", "How strong"), said, strict=True):
        assert part in text


async def test_when_the_database_fails_the_platform_is_told_so_and_nothing_is_said(ana: Room):
    Gate(ana, StoreError("the disk is full"))
    with pytest.raises(StoreError):
        await ana.conversation.receive([says(ana, "hello")])
    await ana.settle()
    assert ana.told() == []


async def test_after_a_failure_the_same_message_is_taken_when_it_comes_again(ana: Room):
    gate = Gate(ana, StoreError("the disk is full"))
    gate.opened.set()
    message = says(ana, "hello")
    with pytest.raises(StoreError):
        await ana.conversation.receive([message])
    assert len(await ana.take(message)) == 1


async def test_a_lost_race_for_a_session_is_decided_again(ana: Room):
    Gate(ana, StaleSession(), StaleSession()).opened.set()
    assert len(await ana.person("hello")) == 1


async def test_a_race_that_is_lost_for_ever_is_an_error_and_not_a_silence(ana: Room):
    Gate(ana, *[StaleSession()] * 50)
    with pytest.raises(StoreError):
        await ana.conversation.receive([says(ana, "hello")])


async def test_a_caller_who_gives_up_takes_nobody_elses_message_along(ana: Room):
    await ana.meet(BEN, name="Ben")
    gate = Gate(ana)
    first = asyncio.create_task(ana.conversation.receive([says(ana, "hello")]))
    await gate.reached.wait()
    impatient = asyncio.create_task(ana.conversation.receive([says(ana, "help")]))
    patient = asyncio.create_task(ana.conversation.receive([says(ana, "hello", BEN)]))
    await asyncio.sleep(0)
    impatient.cancel()
    gate.opened.set()
    await asyncio.gather(first, patient)
    await asyncio.gather(impatient, return_exceptions=True)
    await ana.settle()
    assert len(ana.told(BEN)) == 1


async def test_closing_waits_for_what_was_received(ana: Room):
    gate = Gate(ana)
    receiving = asyncio.create_task(ana.conversation.receive([says(ana, "hello")]))
    await gate.reached.wait()
    closing = asyncio.create_task(ana.conversation.close())
    gate.opened.set()
    await asyncio.gather(receiving, closing)
    assert len(ana.turns()) >= 1
