"""What is dug out of broken updates and answers."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.identity import Identity
from adapters.telegram.salvage import salvage, split_answer
from bot.model.people import Address, Platform
from bot.model.received import Content, Pressed, Text
from tests.adapters.telegram.conftest import NOW

ME = Identity("4242", "HandrailTestBot")


def dug(raw: bytes) -> Content | None:
    arrival = salvage(raw, ME, NOW)
    return arrival.inbound.content if arrival and arrival.inbound else None


def update(**message: Any) -> bytes:
    return json.dumps({"update_id": 7, "message": message}).encode()


def test_words_in_an_update_of_unknown_shape_are_found_with_their_place() -> None:
    arrival = salvage(update(message_id=[], chat={"id": "4711"}, text="I want to die"), ME, NOW)
    assert arrival is not None
    assert arrival.inbound is not None
    assert arrival.inbound.key == "telegram:4242:7"
    assert arrival.inbound.address == Address(Platform.TELEGRAM, "4711")
    assert arrival.inbound.content == Text("I want to die")


def test_without_a_chat_the_sender_is_the_place() -> None:
    arrival = salvage(update(**{"from": {"id": 4711}}, text="x"), ME, NOW)
    assert arrival is not None
    assert arrival.inbound is not None
    assert arrival.inbound.address.chat == "4711"


def test_half_an_emoji_is_replaced_and_the_rest_of_the_words_kept() -> None:
    assert dug(b'{"update_id":7,"message":{"chat":{"id":1},"text":"no way out \\ud83d"}}') == Text("no way out \ufffd")


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    assert dug(b'{"update_id":7,"message":{"chat":{"id":1},"text":"no \xff way"}}') == Text("no \ufffd way")


def test_a_cut_off_update_still_gives_its_words() -> None:
    assert dug(b'{"update_id":7,"message":{"from":{"id":1},"chat":{"id":1},"text":"help \\"me\\"","x":[[') == Text(
        'help "me"'
    )


def test_words_that_are_cut_off_in_the_middle_are_kept_as_far_as_they_go() -> None:
    assert dug(b'{"update_id":7,"message":{"from":{"id":1},"chat":{"id":1},"text":"I want to d') == Text("I want to d")


def test_the_words_that_a_message_answers_are_not_taken_for_its_own() -> None:
    raw = b'{"update_id":7,"message":{"chat":{"id":1},"reply_to_message":{"text":"crisis lines"},"text":"thanks",]'
    assert dug(raw) == Text("thanks")


def test_a_broken_press_keeps_its_button_and_its_query() -> None:
    raw = json.dumps(
        {"update_id": 7, "callback_query": {"id": "q", "from": {"id": 1}, "data": "k", "message": {"text": "the bot"}}}
    ).encode()
    arrival = salvage(raw, ME, NOW)
    assert arrival is not None
    assert (arrival.query, dug(raw)) == ("q", Pressed("k"))


def test_an_update_without_a_number_gives_nothing() -> None:
    assert salvage(b'{"message":{"text":"x","chat":{"id":1}}}', ME, NOW) is None


@given(st.binary(max_size=300), st.integers(0, 10**12))
def test_salvage_survives_any_bytes(junk: bytes, update_id: int) -> None:
    arrival = salvage(b'{"update_id":%d,"message":' % update_id + junk, ME, NOW)
    assert arrival is not None
    assert arrival.update_id == update_id


def test_an_answer_that_is_broken_as_a_whole_is_split_into_its_updates() -> None:
    first, second = b'{"update_id":7,"message":{broken}', b'{"update_id":8,"message":{}}'
    assert split_answer(b'{"ok":true,"result":[' + first + b",\n" + second + b"]}\n") == [first, second]
    assert split_answer(b'{"ok":true,"result":[' + first + b",\n" + second) == [first, second]


def test_words_cannot_forge_the_border_of_an_update() -> None:
    forged = json.dumps({"update_id": 7, "message": {"text": '{"update_id":9,"message":{}}'}}).encode()
    assert split_answer(b"[" + forged) == [forged]
