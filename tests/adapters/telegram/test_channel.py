"""How messages reach Telegram, and what each refusal means."""

from __future__ import annotations

import asyncio
import traceback
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.telegram.channel import TelegramChannel
from adapters.telegram.connection import Connection, QuietBot, connect
from adapters.telegram.texts import sendable
from adapters.telegram.wire import Wire, wire
from bot.errors import DeliveryError
from bot.model.people import Address, Platform
from bot.model.sent import Button, Delivery, Lane, Outbound
from tests.adapters.telegram.conftest import ANA, TOKEN
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer

YES_NO = ((Button("k1", "Yes"), Button("k2", "No")),)
WORDS = "what a person said"


@pytest.fixture
def channel(connection: Connection) -> TelegramChannel:
    return TelegramChannel(connection.bot)


def delivery(text: str = "Hello.", *, edits: str = "", chat: int = ANA, number: int = 1, **more: Any) -> Delivery:
    address = Address(Platform.TELEGRAM, str(chat))
    return Delivery(Outbound(number, "p1", Lane.REPLY, address, text, **more), attempt=1, edits=edits)


async def refusal(channel: TelegramChannel, what: Delivery) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(what)
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert what.outbound.text not in shown
    return caught.value


async def test_a_message_arrives_with_its_buttons_and_the_receipt_is_its_id(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    receipt = await channel.send(delivery("Ready?", buttons=YES_NO))
    said = server.user(ANA).chat.messages[int(receipt)]
    assert (said.text, said.labels) == ("Ready?", ["Yes", "No"])
    assert said.keyboard[0][0]["callback_data"] == "k1"


async def test_words_go_out_raw_without_previews(server: TelegramServer, channel: TelegramChannel) -> None:
    await channel.send(delivery("<b>*_[x](y)` & https://example.org"))
    assert server.user(ANA).chat.bot_says == ["<b>*_[x](y)` & https://example.org"]
    params = server.main.calls_of("sendMessage")[0].params
    assert "parse_mode" not in params
    assert params["link_preview_options"] == {"is_disabled": True}


async def test_silent_and_protected_are_passed_on(server: TelegramServer, channel: TelegramChannel) -> None:
    quiet = await channel.send(delivery(silent=True, protected=True))
    loud = await channel.send(delivery(number=2))
    messages = server.user(ANA).chat.messages
    assert (messages[int(quiet)].silent, messages[int(quiet)].protected) == (True, True)
    assert (messages[int(loud)].silent, messages[int(loud)].protected) == (False, False)


async def test_a_long_text_arrives_in_parts_with_the_buttons_under_the_last(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    receipt = await channel.send(delivery("One sentence. " * 700, buttons=YES_NO))
    said = list(server.user(ANA).chat.messages.values())
    assert [bool(each.keyboard) for each in said] == [False, False, True]
    assert receipt == str(said[-1].message_id)
    assert all(each.text.endswith("sentence.") for each in said)


async def test_after_a_failure_between_two_parts_the_next_attempt_sends_only_the_rest(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    long = delivery("One sentence. " * 700)
    server.fault(Kind.TOO_MANY, "sendMessage", skip=1)
    await refusal(channel, long)
    await channel.send(long)
    assert len(server.user(ANA).chat.bot_says) == 3


async def test_a_text_that_changed_after_a_failure_is_sent_whole(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    server.fault(Kind.TOO_MANY, "sendMessage", skip=1)
    await refusal(channel, delivery("One sentence. " * 400))
    await channel.send(delivery("(again) " + "One sentence. " * 400))
    assert [text[:7] for text in server.user(ANA).chat.bot_says] == ["One sen", "(again)", "One sen"]


async def test_an_edit_replaces_the_message_in_place(server: TelegramServer, channel: TelegramChannel) -> None:
    receipt = await channel.send(delivery("A", buttons=YES_NO))
    assert await channel.send(delivery("B", edits=receipt, number=2)) == receipt
    said = server.user(ANA).chat.messages[int(receipt)]
    assert (said.text, said.labels, said.edits) == ("B", [], 1)


async def test_an_edit_that_changes_nothing_is_a_success(server: TelegramServer, channel: TelegramChannel) -> None:
    receipt = await channel.send(delivery("A"))
    assert await channel.send(delivery("A", edits=receipt, number=2)) == receipt
    assert server.user(ANA).chat.bot_says == ["A"]


async def test_an_edit_of_a_vanished_message_is_said_anew(server: TelegramServer, channel: TelegramChannel) -> None:
    receipt = await channel.send(delivery("A"))
    del server.user(ANA).chat.messages[int(receipt)]
    again = await channel.send(delivery("B", edits=receipt, number=2, buttons=YES_NO))
    assert again != receipt
    assert server.user(ANA).chat.messages[int(again)].labels == ["Yes", "No"]


async def test_a_refused_keyboard_goes_out_at_once_as_a_numbered_list(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    server.fault(Kind.BAD_REQUEST, "sendMessage", description="Bad Request: BUTTON_DATA_INVALID")
    await channel.send(delivery("Ready?", buttons=YES_NO))
    assert server.user(ANA).chat.bot_says == ["Ready?\n\n1. Yes\n2. No"]


async def test_a_plain_message_that_is_refused_is_given_up(server: TelegramServer, channel: TelegramChannel) -> None:
    server.fault(Kind.BAD_REQUEST, "sendMessage", times=2)
    assert (await refusal(channel, delivery(WORDS))).permanent


async def test_an_unknown_chat_is_given_up_without_a_second_call(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    assert (await refusal(channel, delivery(WORDS, chat=99, buttons=YES_NO))).permanent
    assert len(server.main.calls_of("sendMessage")) == 1


@pytest.mark.parametrize("kind", [Kind.BLOCKED, Kind.DEACTIVATED, Kind.MIGRATED])
async def test_a_chat_that_cannot_be_reached_any_more_is_a_permanent_refusal(
    server: TelegramServer, channel: TelegramChannel, kind: Kind
) -> None:
    server.fault(kind, "sendMessage", new_chat=-5)
    error = await refusal(channel, delivery(WORDS))
    assert (error.permanent, error.ambiguous) == (True, False)


async def test_a_person_who_blocks_the_bot_is_unreachable_until_they_come_back(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    server.user(ANA).blocks()
    assert (await refusal(channel, delivery(WORDS))).permanent
    server.user(ANA).unblocks()
    await channel.send(delivery("Welcome back."))


async def test_a_429_says_how_long_to_wait_for_this_chat(server: TelegramServer, channel: TelegramChannel) -> None:
    server.fault(Kind.TOO_MANY, "sendMessage", chat=ANA, retry_after=7)
    error = await refusal(channel, delivery(WORDS))
    assert error.retry_after == timedelta(seconds=7)
    assert (error.permanent, error.ambiguous, error.whole_bot) == (False, False, False)
    await channel.send(delivery("Later."))


async def test_a_refused_token_holds_the_whole_bot_and_blames_no_person(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    server.fault(Kind.UNAUTHORIZED, "sendMessage")
    error = await refusal(channel, delivery(WORDS))
    assert (error.permanent, error.whole_bot) == (False, True)


@pytest.mark.parametrize(
    ("kind", "details", "ambiguous"),
    [
        (Kind.SERVER_ERROR, {"code": 500}, False),
        (Kind.HTML, {"code": 502}, False),
        (Kind.HTML, {"code": 503, "body": WORDS.encode()}, False),
        (Kind.HTML, {"code": 504}, True),
        (Kind.HTML, {"code": 403}, False),
        (Kind.DROP, {}, True),
        (Kind.REFUSE, {}, True),
        (Kind.JUNK, {"body": WORDS.encode()}, True),
        (Kind.JUNK, {"body": b"[]"}, True),
        (Kind.JUNK, {"body": b'{"ok":true}'}, True),
        (Kind.JUNK, {"body": b'{"ok":true,"result":{"text":"what a person said"}}'}, True),
        (Kind.JUNK, {"body": b'{"ok":true,"result":[1]}'}, True),
    ],
)
async def test_a_broken_answer_is_retried_and_marked_when_the_message_may_have_arrived(
    server: TelegramServer, channel: TelegramChannel, kind: Kind, details: dict[str, Any], ambiguous: bool
) -> None:
    server.fault(kind, "sendMessage", **details)
    error = await refusal(channel, delivery(WORDS))
    assert (error.permanent, error.ambiguous) == (False, ambiguous)
    await channel.send(delivery("Again."))


async def test_a_429_of_strange_shape_is_simply_tried_again(server: TelegramServer, channel: TelegramChannel) -> None:
    body = b'{"ok":false,"description":"x","parameters":{"retry_after":"soon"}}'
    server.fault(Kind.HTML, "sendMessage", code=429, body=body)
    error = await refusal(channel, delivery(WORDS))
    assert (error.permanent, error.ambiguous, error.retry_after) == (False, False, None)


async def test_a_dropped_answer_leaves_a_delivered_message(server: TelegramServer, channel: TelegramChannel) -> None:
    server.fault(Kind.DROP, "sendMessage")
    assert (await refusal(channel, delivery(WORDS))).ambiguous
    assert server.user(ANA).chat.bot_says == [WORDS]


async def test_an_answer_that_never_comes_is_ambiguous(server: TelegramServer) -> None:
    impatient = wire(Wire, 1, read_seconds=0.05, secure=False)
    bot = QuietBot(server.token, f"{server.url}/bot", request=impatient, get_updates_request=impatient)
    stall = server.fault(Kind.STALL, "sendMessage")
    assert (await refusal(TelegramChannel(bot), delivery(WORDS))).ambiguous
    stall.release()
    await impatient.shutdown()


async def test_a_server_that_is_down_got_nothing(server: TelegramServer, channel: TelegramChannel) -> None:
    await server.stop()
    error = await refusal(channel, delivery(WORDS))
    assert (error.permanent, error.ambiguous) == (False, False)
    await server.start()
    await channel.send(delivery("Back."))


async def test_many_messages_go_out_side_by_side(server: TelegramServer, channel: TelegramChannel) -> None:
    chats = range(1, 81)
    for chat in chats:
        server.user(chat)
    receipts = await asyncio.gather(*(channel.send(delivery("Hi.", chat=chat, number=chat)) for chat in chats))
    assert len(set(receipts)) == 80


TEXTS = st.text(min_size=1, max_size=60).filter(lambda text: bool(sendable(text)))
LABELS = st.lists(TEXTS, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, times=st.sampled_from([1, 1, 200]), labels=LABELS)
async def test_whatever_is_said_keeps_telegrams_limits(
    server: TelegramServer, channel: TelegramChannel, text: str, times: int, labels: list[str]
) -> None:
    buttons = tuple((Button(f"k{index}", label),) for index, label in enumerate(labels))
    await channel.send(delivery(text * times, buttons=buttons))
    assert server.violations == []


async def test_a_name_that_does_not_resolve_is_an_outage_and_nothing_arrived() -> None:
    connection = connect(TOKEN, "http://api.telegram.invalid")
    error = await refusal(TelegramChannel(connection.bot), delivery(WORDS))
    assert (error.permanent, error.ambiguous, error.retry_after) == (False, False, None)
    await connection.close()


async def test_a_refused_message_blames_no_person(server: TelegramServer, channel: TelegramChannel) -> None:
    server.fault(Kind.BAD_REQUEST, "sendMessage", times=2)
    error = await refusal(channel, delivery(WORDS))
    assert (error.permanent, error.message_only) == (True, True)


async def test_a_group_that_moved_gets_the_message_at_once_under_its_new_id(
    server: TelegramServer, channel: TelegramChannel
) -> None:
    new = server.group(-1001).migrates(-100_1001, server.user(ANA))
    for number in (1, 2):
        await channel.send(delivery(f"Level 4, {number}", chat=-1001, number=number))
    assert new.chat.bot_says == ["Level 4, 1", "Level 4, 2"]
    assert [call.status for call in server.main.calls_of("sendMessage")] == [400, 200, 200]
