"""What the poll loop promises: nothing is lost, nothing is confirmed early, nothing stops it but a refusal."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from adapters.telegram.afterwards import Afterwards
from adapters.telegram.connection import Connection, connect
from bot.errors import ChannelRefused, StoreError
from bot.model.received import Blocked, Command, Edited, Pressed, Text, Unreadable
from tests.adapters.telegram.conftest import ANA, DISK_FULL, NOW, Rig
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer

ONCALL = -12


async def test_everything_a_person_does_arrives_in_order(
    server: TelegramServer, rig: Rig, connection: Connection
) -> None:
    await connection.bot.send_message(ANA, "Ready?", reply_markup=keyboard())
    ana = server.user(ANA)
    ana.says("/start sos")
    ana.says("hello")
    ana.presses("Yes")
    ana.edits("hello", "hello you")
    ana.sends("voice")
    ana.sends("photo", caption="look")
    ana.blocks()
    async with rig.running():
        assert await rig.ledger.has(7) == [
            Command("start", "sos"),
            Text("hello"),
            Pressed("k1"),
            Edited("hello you", rig.ledger.inbounds[1].message),
            Unreadable("voice"),
            Text("look"),
            Blocked(),
        ]
    assert [inbound.key for inbound in rig.ledger.inbounds] == [f"telegram:4242:{n}" for n in range(1000, 1007)]


def keyboard() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="k1")]])


async def test_nothing_is_confirmed_before_the_commit(server: TelegramServer, rig: Rig) -> None:
    server.user(ANA).says("one")
    rig.ledger.may_commit.clear()
    async with rig.running():
        await rig.ledger.started.wait()
        assert server.main.unconfirmed == 1
        rig.ledger.may_commit.set()
        await server.main.all_confirmed()


async def test_a_press_is_answered_only_after_the_commit(
    server: TelegramServer, rig: Rig, connection: Connection
) -> None:
    await connection.bot.send_message(ANA, "Ready?", reply_markup=keyboard())
    server.user(ANA).presses("Yes")
    rig.ledger.may_commit.clear()
    async with rig.running():
        await rig.ledger.started.wait()
        assert server.main.calls_of("answerCallbackQuery") == []
        rig.ledger.may_commit.set()
        await server.main.called("answerCallbackQuery")
    assert server.main.unanswered == []


async def test_a_press_that_cannot_be_answered_stops_nothing_and_is_counted(
    server: TelegramServer, rig: Rig, connection: Connection
) -> None:
    await connection.bot.send_message(ANA, "Ready?", reply_markup=keyboard())
    server.fault(Kind.SERVER_ERROR, "answerCallbackQuery")
    server.user(ANA).presses("Yes")
    async with rig.running():
        await server.main.called("answerCallbackQuery")
        server.user(ANA).says("next")
        await rig.ledger.has(2)
    assert rig.intake.afterwards.failures == 1


async def test_what_could_not_be_stored_is_fetched_again(server: TelegramServer, rig: Rig) -> None:
    rig.ledger.fails = [DISK_FULL, DISK_FULL]
    server.user(ANA).says("keep me")
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("keep me")]
        await server.main.all_confirmed()
    assert len(rig.pauses.asked) >= 2


async def test_a_store_that_is_broken_for_good_ends_the_poller_with_nothing_confirmed(
    server: TelegramServer, rig: Rig
) -> None:
    rig.ledger.fails = [StoreError("the disk does not write", permanent=True)]
    server.user(ANA).says("keep me")
    with pytest.raises(StoreError):
        await rig.ends()
    assert server.main.unconfirmed == 1


async def test_a_clean_stop_lets_the_batch_finish_and_confirms_it(server: TelegramServer, rig: Rig) -> None:
    server.user(ANA).says("last words")
    rig.ledger.may_commit.clear()
    task = asyncio.create_task(rig.poller.run())
    await rig.ledger.started.wait()
    task.cancel()
    await asyncio.sleep(0)
    rig.ledger.may_commit.set()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert rig.ledger.contents == [Text("last words")]
    assert server.main.unconfirmed == 0


async def test_a_stop_ends_even_when_telegram_does_not_answer(server: TelegramServer, rig: Rig) -> None:
    server.fault(Kind.STALL, "getUpdates", skip=1, times=9)
    server.user(ANA).says("hi")
    async with rig.running():
        await rig.ledger.has(1)
    assert server.main.unconfirmed == 1


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.SERVER_ERROR, Kind.JUNK, Kind.REFUSE, Kind.DROP, Kind.TOO_MANY])
async def test_a_fault_of_the_network_is_outlived(server: TelegramServer, rig: Rig, kind: Kind) -> None:
    server.fault(kind, "getUpdates", times=4)
    server.user(ANA).says("still there?")
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("still there?")]
    assert len(rig.pauses.asked) >= 4
    assert rig.pauses.asked[:4] == sorted(rig.pauses.asked[:4])


async def test_a_connection_that_is_silently_dead_is_given_up_and_made_anew(
    server: TelegramServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.poller._GRACE_SECONDS", -0.8)
    server.fault(Kind.STALL, "getUpdates")
    server.user(ANA).says("hi")
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("hi")]
    assert rig.pauses.asked[0] == 0.5


async def test_a_429_for_polling_is_obeyed(server: TelegramServer, rig: Rig) -> None:
    server.fault(Kind.TOO_MANY, "getUpdates", retry_after=17)
    server.user(ANA).says("hi")
    async with rig.running():
        await rig.ledger.has(1)
    assert rig.pauses.asked[0] == 17


async def test_a_server_that_goes_away_and_comes_back_is_polled_on(server: TelegramServer, rig: Rig) -> None:
    async with rig.running():
        await server.main.polled()
        await server.stop()
        server.user(ANA).says("while you were away")
        await server.start()
        assert await rig.ledger.has(1) == [Text("while you were away")]


@pytest.mark.parametrize("body", [b'{"ok":true,"result":[]}', b'{"ok":true}', b'{"ok":true,"result":{}}', b"[]", b""])
async def test_answers_that_lead_nowhere_do_not_make_it_spin(server: TelegramServer, rig: Rig, body: bytes) -> None:
    server.fault(Kind.JUNK, "getUpdates", times=5, body=body)
    server.user(ANA).says("hi")
    async with rig.running():
        await rig.ledger.has(1)
    assert len(rig.pauses.asked) >= 5


async def test_a_revoked_token_ends_the_poller_with_the_remedy(server: TelegramServer, rig: Rig) -> None:
    server.fault(Kind.UNAUTHORIZED, "getUpdates", times=-1)
    with pytest.raises(ChannelRefused, match="HANDRAIL_TELEGRAM_TOKEN"):
        await rig.ends()


async def test_a_newcomer_gives_way_to_another_poller(server: TelegramServer, rig: Rig) -> None:
    server.fault(Kind.HTML, "getUpdates", times=3, code=409, body=b'{"ok":false,"description":"Conflict: terminated"}')
    with pytest.raises(ChannelRefused, match="Another program"):
        await rig.ends()


async def test_a_poller_of_long_standing_bears_every_conflict(server: TelegramServer, connection: Connection) -> None:
    rig = Rig(connection, time=[0.0])
    rig.time[0] = 3600.0
    server.fault(Kind.HTML, "getUpdates", times=9, code=409, body=b'{"ok":false,"description":"Conflict: terminated"}')
    server.user(ANA).says("hi")
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("hi")]


async def test_conflicts_of_long_ago_are_forgotten(server: TelegramServer, rig: Rig) -> None:
    conflict = server.fault(
        Kind.HTML, "getUpdates", times=2, code=409, body=b'{"ok":false,"description":"Conflict: terminated"}'
    )
    async with rig.running():
        server.user(ANA).says("a")
        await rig.ledger.has(1)
        rig.time[0] += 120
        conflict.times = 2
        server.user(ANA).says("b")
        server.user(ANA).says("c")
        await server.main.all_confirmed()
    assert len(rig.ledger.contents) == 3


async def test_two_real_pollers_do_not_both_stay(server: TelegramServer, connection: Connection) -> None:
    other = connect(server.token, server.url)
    settled, newcomer = Rig(connection), Rig(other)
    settled.time[0] = 3600.0
    async with settled.running():
        await server.main.polled()
        with pytest.raises(ChannelRefused):
            await newcomer.ends()
        server.user(ANA).says("who hears me?")
        assert await settled.ledger.has(1) == [Text("who hears me?")]
    await other.close()


async def test_the_oncall_group_is_heard_and_every_other_group_left(
    server: TelegramServer, connection: Connection
) -> None:
    rig = Rig(connection, oncall_chat=str(ONCALL))
    oncall, other = server.group(ONCALL), server.group(-34, "Lunch")
    server.user(ANA).says("claimed", into=oncall)
    other.adds_bot(server.user(ANA))
    server.user(ANA).says("secret of the lunch group", into=other)
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("claimed")]
        await server.main.called("leaveChat")
    assert rig.ledger.inbounds[0].address.chat == str(ONCALL)
    assert (oncall.chat.member, other.chat.member) == (True, False)


async def test_a_group_that_removed_the_bot_is_not_left_again(server: TelegramServer, rig: Rig) -> None:
    server.group(-34, "Lunch").removes_bot(server.user(ANA))
    server.user(ANA).says("hi")
    async with rig.running():
        await rig.ledger.has(1)
    assert server.main.calls_of("leaveChat") == []


async def test_the_oncall_group_stays_ours_when_telegram_gives_it_a_new_id(
    server: TelegramServer, connection: Connection
) -> None:
    rig = Rig(connection, oncall_chat=str(ONCALL))
    moved = server.group(ONCALL).migrates(-56, server.user(ANA))
    server.user(ANA).says("claimed", into=moved)
    async with rig.running():
        assert await rig.ledger.has(1) == [Text("claimed")]
    assert server.main.calls_of("leaveChat") == []


async def test_a_redelivered_update_has_the_same_key(server: TelegramServer, rig: Rig) -> None:
    server.user(ANA).says("twice")
    server.fault(Kind.DROP, "getUpdates")
    rig.ledger.fails = [DISK_FULL]
    async with rig.running():
        await rig.ledger.has(1)
    assert rig.ledger.inbounds[0].key == "telegram:4242:1000"


async def test_a_backlog_is_taken_in_full_batches(server: TelegramServer, rig: Rig) -> None:
    for number in range(250):
        server.user(ANA).says(f"m{number}")
    async with rig.running():
        assert await rig.ledger.has(250) == [Text(f"m{number}") for number in range(250)]
        await server.main.all_confirmed()
    assert [len(batch) for batch in rig.ledger.batches] == [100, 100, 50]


async def test_numbers_that_start_anew_after_a_silence_are_taken(server: TelegramServer, rig: Rig) -> None:
    async with rig.running():
        server.user(ANA).says("old")
        await server.main.all_confirmed()
        await server.main.polled(3)
        server.main._next_update = 5
        server.user(ANA).says("new")
        assert await rig.ledger.has(2) == [Text("old"), Text("new")]


async def test_only_the_updates_we_read_are_asked_for_and_the_last_poll_is_known(
    server: TelegramServer, rig: Rig
) -> None:
    assert rig.poller.last_poll_at is None
    server.user(ANA).says("hi")
    async with rig.running():
        await rig.ledger.has(1)
    assert rig.poller.last_poll_at == NOW
    asked = server.main.calls_of("getUpdates")[0].params
    assert json.loads(json.dumps(asked["allowed_updates"])) == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]


async def test_updates_that_come_in_the_wrong_order_are_taken_in_the_right_one(rig: Rig) -> None:
    raws = [update(number, f"word {number}") for number in (3, 1, 2)]
    assert await rig.intake.take(raws) == 3
    assert rig.ledger.contents == [Text("word 1"), Text("word 2"), Text("word 3")]


async def test_a_person_sees_typing_when_the_commit_takes_long(server: TelegramServer, rig: Rig) -> None:
    rig.intake.afterwards = Afterwards(rig.connection.bot, typing_after=0.0)
    rig.ledger.may_commit.clear()
    taking = asyncio.create_task(rig.intake.take([update(1, "hello")]))
    await server.main.called("sendChatAction")
    rig.ledger.may_commit.set()
    await taking
    assert server.user(ANA).chat.actions == ["typing"]


async def test_nobody_sees_typing_when_the_commit_is_quick(server: TelegramServer, rig: Rig) -> None:
    await rig.intake.take([update(1, "hello")])
    await rig.intake.afterwards.drain(1.0)
    assert server.main.calls_of("sendChatAction") == []


def update(number: int, words: str) -> bytes:
    who = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    chat = {"id": ANA, "type": "private"}
    message = {"message_id": number, "from": who, "chat": chat, "date": 1, "text": words}
    return json.dumps({"update_id": number, "message": message}).encode()
