"""One broken update, or one broken answer, stops nothing, and its words are still triaged."""

from __future__ import annotations

import pytest

from bot.model.received import Text
from tests.adapters.telegram.conftest import ANA, NOW, Rig
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer


def broken(update_id: int) -> bytes:
    return b'{"update_id":%d,"message":{"message_id":[],"chat":{"id":4711},"text":"I want to die"}}' % update_id


async def test_an_unreadable_update_is_quarantined_and_its_words_still_arrive(server: TelegramServer, rig: Rig) -> None:
    ana = server.user(ANA)
    ana.says("before")
    ana.sends_raw(broken)
    ana.says("after")
    async with rig.running():
        assert await rig.ledger.has(3) == [Text("before"), Text("I want to die"), Text("after")]
        await server.main.all_confirmed()
    assert rig.ledger.inbounds[1].at == NOW
    assert len(rig.ledger.quarantined) == rig.intake.quarantined == 1


@pytest.mark.parametrize(
    "poison",
    [
        b'{"update_id":%d,"message":{"message_id":5,"chat":{"id":4711},"text":"half \\ud83d"}}',
        b'{"update_id":%d,"message":{"message_id":5,"chat":{"id":4711},"text":"byte \xff"}}',
        b'{"update_id":%d,"message":{"message_id":5,"chat":{"id":4711},"text":"nan","x":NaN}}',
        b'{"update_id":%d,"message":{"chat":{"id":4711},"text":"deep","x":' + b"[" * 20000 + b"]" * 20000 + b"}}",
        b'{"update_id":%d,"message":{"chat":{"id":4711},"text":"cut off"',
        b'{"update_id":%d,"message":{"chat":{"id":4711},"text":"broken" nonsense}}',
    ],
)
async def test_one_poison_update_neither_stops_the_loop_nor_spoils_its_neighbours(
    server: TelegramServer, rig: Rig, poison: bytes
) -> None:
    ana = server.user(ANA)
    ana.says("before")
    ana.sends_raw(lambda update_id: poison % update_id)
    ana.says("after")
    async with rig.running():
        contents = await rig.ledger.has(3)
        await server.main.all_confirmed()
    assert contents[0] == Text("before")
    assert contents[2] == Text("after")
    assert rig.intake.quarantined == 1
    assert rig.pauses.asked == []
    assert isinstance(contents[1], Text)


async def test_an_answer_that_is_cut_off_is_asked_for_again_and_at_last_taken_as_far_as_it_goes(
    server: TelegramServer, rig: Rig
) -> None:
    body = b'{"ok":true,"result":[{"update_id":9,"message":{"message_id":1,"chat":{"id":4711},"text":"I want to d'
    server.fault(Kind.JUNK, "getUpdates", body=body, times=3)
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("I want to d")]
    assert rig.pauses.asked[:2] == [0.5, 1.0]


async def test_an_update_without_a_number_is_quarantined_and_does_not_hold_up_the_next(
    server: TelegramServer, rig: Rig
) -> None:
    server.user(ANA).sends_raw(lambda _: b'{"message":{}}')
    server.user(ANA).says("next")
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("next")]
        await server.main.all_confirmed()
