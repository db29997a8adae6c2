"""One person's flood, and one person's damaged rows: neither hides a worrying message nor stops anybody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bot.errors import StoreError
from bot.model.people import Address, Platform
from bot.model.received import Inbound, Text
from bot.model.turns import Turn
from bot.ports import Store
from tests.faults.crowd import NOW, make_known, opened_house, read_by_everyone, talk

FLOODER = Address(Platform.CONSOLE, "flooder")


def _flood(count: int, *, worrying_at: int) -> list[Inbound]:
    words = ["what now" if number != worrying_at else "I want to kill myself tonight" for number in range(count)]
    return [Inbound(f"flood:{number}", FLOODER, "flooder", NOW, Text(text)) for number, text in enumerate(words)]


async def test_a_flood_is_answered_sparingly_and_its_one_worrying_message_opens_a_case(tmp_path: Path) -> None:
    """Row 43: 1,000 messages at once, the worrying one near the end."""
    async with opened_house(tmp_path, f"sqlite:///{tmp_path / 'handrail.db'}") as house:
        await make_known(house, ["flooder", "calm"])
        await house.conversation.receive([*_flood(1000, worrying_at=900), *talk("calm")])
        assert [case.level for case in await house.store.open_cases()] == [4]
        read = await read_by_everyone(house)
    assert len(read["calm"]) == len(talk("calm"))
    told = [text for text in read["flooder"] if text.startswith("You write faster")]
    assert len(told) == 1


async def test_a_damaged_conversation_is_set_aside_and_costs_nobody_else(tmp_path: Path) -> None:
    """Row 13: one person's sealed state was changed on the disk."""
    path = tmp_path / "handrail.db"
    async with opened_house(tmp_path, f"sqlite:///{path}") as house:
        await make_known(house, ["flooder", "calm"])
        with sqlite3.connect(path) as disk:
            disk.execute("UPDATE session SET state = zeroblob(60) WHERE person_id = 'id-flooder'")
        await house.conversation.receive([*_flood(1, worrying_at=-1), *talk("calm")])
        read = await read_by_everyone(house)
        assert house.vitals.counts["set_aside"] == 1
        assert len(read["calm"]) == len(talk("calm"))
        with sqlite3.connect(path) as disk:
            assert disk.execute("SELECT count(*) FROM quarantine").fetchone() == (1,)


class Picky:
    """The real store, but for one message that it refuses for good."""

    def __init__(self, store: Store, refused: str) -> None:
        self._store = store
        self._refused = refused

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def commit_many(self, turns: Sequence[Turn]) -> None:
        if any(turn.received == self._refused for turn in turns):
            raise StoreError("a row of this batch cannot be stored", permanent=True)
        await self._store.commit_many(turns)


async def test_a_message_that_the_database_refuses_for_good_costs_nobody_else(tmp_path: Path) -> None:
    """Row 27: it is set aside; the rest of its batch is taken one by one."""
    path = tmp_path / "handrail.db"
    async with opened_house(tmp_path, f"sqlite:///{path}") as house:
        await make_known(house, ["flooder", "calm"])
        house.conversation._store = Picky(house.store, "flood:0")
        await house.conversation.receive([*_flood(1, worrying_at=-1), *talk("calm")])
        read = await read_by_everyone(house)
        assert house.vitals.counts["set_aside"] == 1
    assert (len(read["flooder"]), len(read["calm"])) == (0, len(talk("calm")))
