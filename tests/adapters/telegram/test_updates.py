"""What an update means."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.identity import Identity
from adapters.telegram.updates import Unparsable, read, to_inbound
from bot.model.people import Address, Platform
from bot.model.received import Blocked, Command, Edited, Inbound, Pressed, Text, Unreadable
from tests.adapters.telegram.conftest import ANA, NOW

ME = Identity("4242", "HandrailTestBot")
SAID_AT = int(datetime(2026, 5, 4, 8, 59, tzinfo=UTC).timestamp())
PRIVATE = {"id": ANA, "type": "private", "first_name": "Ana"}
PERSON = {"id": ANA, "is_bot": False, "first_name": "Ana", "language_code": "de"}


def update(kind: str = "message", /, **content: Any) -> bytes:
    return json.dumps({"update_id": 77, kind: content}).encode()


def message(**content: Any) -> bytes:
    return update("message", message_id=5, **{"from": PERSON}, chat=PRIVATE, date=SAID_AT, **content)


def meaning(**content: Any) -> object:
    inbound = to_inbound(message(**content), ME, NOW)
    return inbound and inbound.content


def test_a_message_becomes_an_inbound_with_its_key_place_sender_time_and_language() -> None:
    assert to_inbound(message(text="hello"), ME, NOW) == Inbound(
        key="telegram:4242:77",
        address=Address(Platform.TELEGRAM, "4711"),
        sender="4711",
        at=datetime(2026, 5, 4, 8, 59, tzinfo=UTC),
        content=Text("hello"),
        message="5",
        language="de",
    )


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/checkin", Command("checkin")),
        ("/checkin@HandrailTestBot 9:00", Command("checkin", "9:00")),
        ("/start sos", Command("start", "sos")),
        ("/Stop", Command("stop")),
        ("/human please\nnow", Command("human", "please\nnow")),
    ],
)
def test_a_slash_word_becomes_a_command(text: str, command: Command) -> None:
    assert meaning(text=text) == command


@pytest.mark.parametrize("text", ["/", "/ stop", "/1 a", "//x", "stop /now", "/stop."])
def test_what_only_looks_like_a_command_stays_text(text: str) -> None:
    assert meaning(text=text) == Text(text)


def test_a_command_for_another_bot_says_nothing_to_us() -> None:
    assert meaning(text="/stop@OtherBot") is None


def test_a_caption_counts_as_text() -> None:
    assert meaning(photo=[], caption="my plan") == Text("my plan")


def test_an_answer_names_the_message_it_answers() -> None:
    assert meaning(text="on it", reply_to_message={"message_id": 3, "text": "a card"}) == Text("on it", reply_to="3")


def test_nul_characters_do_not_come_in() -> None:
    assert meaning(text="a\x00b") == Text("ab")


@pytest.mark.parametrize(
    ("kind", "as_kind"),
    [("photo", "photo"), ("voice", "voice"), ("sticker", "sticker"), ("document", "file"), ("location", "unknown")],
)
def test_content_without_words_is_unreadable_of_its_kind(kind: str, as_kind: str) -> None:
    assert meaning(**{kind: {}}) == Unreadable(as_kind)


@pytest.mark.parametrize("notice", ["pinned_message", "new_chat_title", "left_chat_member", "a_notice_of_next_year"])
def test_a_notice_says_nothing(notice: str) -> None:
    assert meaning(**{notice: {}}) is None


def test_an_edit_names_the_edited_message_and_the_time_of_the_edit() -> None:
    raw = update(
        "edited_message", message_id=5, **{"from": PERSON}, chat=PRIVATE, date=1, edit_date=SAID_AT, text="new"
    )
    inbound = to_inbound(raw, ME, NOW)
    assert inbound is not None
    assert inbound.content == Edited("new", "5")
    assert inbound.at == datetime(2026, 5, 4, 8, 59, tzinfo=UTC)


def test_a_press_in_a_group_belongs_to_the_group_and_to_who_pressed() -> None:
    raw = update(
        "callback_query", id="q1", **{"from": PERSON}, data="k1", message={"message_id": 9, "chat": group(), "date": 0}
    )
    arrival = read(raw, ME, NOW)
    assert arrival.query == "q1"
    assert arrival.group == "-99"
    assert arrival.inbound == Inbound(
        "telegram:4242:77", Address(Platform.TELEGRAM, "-99"), "4711", NOW, Pressed("k1"), "9", "de"
    )


def group(kind: str = "group") -> dict[str, Any]:
    return {"id": -99, "type": kind, "title": "Team"}


def membership(status: str, chat: dict[str, Any]) -> bytes:
    return update("my_chat_member", chat=chat, **{"from": PERSON}, date=SAID_AT, new_chat_member={"status": status})


@pytest.mark.parametrize(("status", "back"), [("kicked", False), ("member", True)])
def test_blocking_and_coming_back_are_told(status: str, back: bool) -> None:
    inbound = to_inbound(membership(status, PRIVATE), ME, NOW)
    assert inbound is not None
    assert inbound.content == Blocked(back=back)


def test_being_added_to_a_group_names_the_group_and_says_nothing() -> None:
    assert read(membership("member", group()), ME, NOW).group == "-99"
    assert to_inbound(membership("member", group()), ME, NOW) is None


def test_being_removed_from_a_group_leaves_nothing_to_do() -> None:
    assert read(membership("left", group()), ME, NOW).group == ""


def test_a_time_in_the_future_is_now() -> None:
    raw = update(message_id=5, chat=PRIVATE, date=int(NOW.timestamp()) + 99, text="x")
    inbound = to_inbound(raw, ME, NOW)
    assert inbound is not None
    assert inbound.at == NOW


def test_an_update_of_a_kind_we_did_not_ask_for_says_nothing() -> None:
    assert read(update("poll_answer", poll_id="1"), ME, NOW).inbound is None


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b"{}",
        b'{"update_id": "77"}',
        b'{"update_id":77,"message":{"message_id":5,"chat":{"id":"4711"},"text":"x"}}',
        b'{"update_id":77,"message":{"message_id":5,"chat":{"id":4711},"text":"\xff"}}',
        b'{"update_id":77,"message":{"message_id":5,"chat":{"id":4711},"x":' + b"[" * 9999,
        b'{"update_id":77,"message":{"message_id":5,"chat":{"id":4711},"\xff":1}}',
    ],
)
def test_an_update_of_another_shape_is_unparsable_and_the_error_quotes_nothing(raw: bytes) -> None:
    with pytest.raises(Unparsable) as caught:
        to_inbound(raw, ME, NOW)
    assert str(caught.value) == "the update has an unknown shape"
    assert caught.value.__cause__ is None


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_unparsable(raw: bytes) -> None:
    with suppress(Unparsable):
        to_inbound(raw, ME, NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "chat", "from"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["message_id", "text", "chat", "from", "date", "photo"]), _JSON))
def test_no_message_of_strange_types_raises_anything_but_unparsable(content: dict[str, Any]) -> None:
    with suppress(Unparsable):
        to_inbound(update(**content), ME, NOW)
