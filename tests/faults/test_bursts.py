"""Bursts, duplicates and several processes: every message leads to exactly one turn, in each person's order."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.faults.crowd import WORDS, make_known, opened_house, read_by_everyone, talk

NAMES = [f"p{number}" for number in range(200)]


async def _expected(folder: Path) -> list[str]:
    """What one person reads who waits for each answer."""
    async with opened_house(folder, f"sqlite:///{folder / 'calm.db'}") as house:
        await make_known(house, ["calm"])
        for inbound in talk("calm"):
            await house.conversation.receive([inbound])
        return (await read_by_everyone(house))["calm"]


async def test_all_answers_at_once_are_taken_in_order_for_200_of_200(tmp_path: Path, database_url: str) -> None:
    """Row 18: a burst of eight messages from each of 200 people, all waiting together."""
    expected = await _expected(tmp_path)
    async with opened_house(tmp_path, database_url) as house:
        await make_known(house, NAMES)
        await asyncio.gather(*(house.conversation.receive(talk(name)) for name in NAMES))
        read = await read_by_everyone(house)
    assert len(expected) == len(WORDS)
    assert [name for name in NAMES if read[name] != expected] == []


async def test_everything_delivered_twice_is_answered_once_for_200_of_200(tmp_path: Path, database_url: str) -> None:
    """Row 17: each message comes twice at once, and once more later."""
    expected = await _expected(tmp_path)
    async with opened_house(tmp_path, database_url) as house:
        await make_known(house, NAMES)
        twice = [[one for inbound in talk(name) for one in (inbound, inbound)] for name in NAMES]
        await asyncio.gather(*(house.conversation.receive(all_of_it) for all_of_it in twice))
        await asyncio.gather(*(house.conversation.receive(talk(name)) for name in NAMES))
        read = await read_by_everyone(house)
    assert [name for name in NAMES if read[name] != expected] == []


async def test_two_processes_that_receive_the_same_answer_it_once(tmp_path: Path, database_url: str) -> None:
    """Row 12: the version of a session is the fence; who loses the race decides again."""
    expected = await _expected(tmp_path)
    chance = random.Random(3)
    async with opened_house(tmp_path, database_url) as one, opened_house(tmp_path, database_url) as other:
        names = NAMES[:60]
        await make_known(one, names)

        async def play(house, name: str) -> None:
            for inbound in talk(name):
                await house.conversation.receive([inbound])
                for _ in range(chance.randrange(3)):
                    await asyncio.sleep(0)

        await asyncio.gather(*(play(house, name) for name in names for house in (one, other)))
        read = await read_by_everyone(one)
        again = one.vitals.counts["batches_decided_again"] + other.vitals.counts["batches_decided_again"]
    assert [name for name in names if read[name] != expected] == []
    assert again > 0


async def test_a_burst_is_committed_together_and_a_single_message_waits_for_nobody(tmp_path: Path) -> None:
    async with opened_house(tmp_path, f"sqlite:///{tmp_path / 'handrail.db'}") as house:
        await make_known(house, NAMES)
        await house.conversation.receive(talk(NAMES[0])[:1])
        assert house.vitals.counts["batches"] == 1
        await asyncio.gather(*(house.conversation.receive(talk(name)[:1]) for name in NAMES[1:]))
        assert house.vitals.counts["turns"] == len(NAMES)
        assert house.vitals.counts["batches"] == 2


async def test_a_cancelled_caller_takes_nobody_with_it(tmp_path: Path, database_url: str) -> None:
    """Row 11: half of the callers give up in the middle; everybody's messages are committed all the same."""
    async with opened_house(tmp_path, database_url) as house:
        await make_known(house, NAMES)
        calls = [asyncio.create_task(house.conversation.receive(talk(name))) for name in NAMES]
        await asyncio.sleep(0)
        for call in calls[::2]:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await house.conversation.close()
        read = await read_by_everyone(house)
    assert {len(read[name]) for name in NAMES} == {len(WORDS)}


async def test_a_strangers_two_first_messages_make_one_person(tmp_path: Path, database_url: str) -> None:
    async with opened_house(tmp_path, database_url) as house:
        await house.conversation.receive(talk("new")[:2])
        await house.conversation.receive(talk("new")[2:3])
        assert (await house.store.examine()).people == 1
        assert len((await read_by_everyone(house))["new"]) == 3
