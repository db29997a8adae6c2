"""Draining the outbox: what goes first, what is tried again, and who hears of what never arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import DeliveryError
from bot.model.people import Platform
from bot.model.received import Text
from bot.model.sent import Lane
from tests.bot.harness import ANA, ON_CALL, Room, opened_room

HIGH = "I wish I was dead"
SECOND = timedelta(seconds=1)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as room:
        await room.meet()
        yield room


def fails(room: Room, *failures: DeliveryError, at: Platform = Platform.TELEGRAM) -> None:
    room.recorders[at].failures += failures


def busy() -> DeliveryError:
    return DeliveryError("the platform is busy")


def lost_answer() -> DeliveryError:
    return DeliveryError("the answer was lost", ambiguous=True)


async def test_a_safety_text_goes_before_the_reply_that_was_queued_earlier(room: Room):
    hello, worry = (room.inbound(Text(words), ANA, ANA.chat) for words in ("hello", HIGH))
    await room.conversation.receive([hello, worry])
    await room.sender.drain()
    assert [one.lane for one in room.order if one.address == ANA] == [Lane.SAFETY, Lane.REPLY]


async def test_a_message_that_failed_is_tried_again_after_a_second(room: Room):
    fails(room, busy())
    assert await room.person("hello") == []
    assert len(await room.wait(SECOND)) == 1


async def test_what_comes_after_a_failed_message_waits_behind_it(room: Room):
    fails(room, busy())
    await room.person("help")
    await room.person("about")
    said = await room.wait(3 * SECOND)
    assert "You can type these" in said[0]
    assert "automated program" in said[1]


async def test_a_page_is_tried_again_at_least_every_five_seconds_through_a_long_outage(room: Room):
    fails(room, *[busy()] * 4, at=Platform.SLACK)
    await room.person(HIGH)
    assert room.told(ON_CALL) == []
    await room.wait(16 * SECOND)
    assert room.told(ON_CALL)[0].startswith("Level 3")


async def test_a_platform_that_asks_to_wait_is_not_asked_before(room: Room):
    fails(room, DeliveryError("too many", retry_after=30 * SECOND))
    await room.person("hello")
    assert await room.wait(29 * SECOND) == []
    assert len(await room.wait(2 * SECOND)) == 1


async def test_a_chat_that_has_to_wait_delays_no_other_chat(room: Room):
    fails(room, DeliveryError("too many", retry_after=300 * SECOND))
    await room.person("hello")
    await room.person(HIGH)
    assert room.told(ON_CALL)


async def test_a_reply_whose_answer_was_lost_is_sent_once_more_and_marked(room: Room):
    fails(room, lost_answer())
    first = await room.person("hello")
    again = await room.wait(60 * SECOND)
    assert again == [f"(sent again) {first[0]}"]


async def test_a_reply_whose_second_answer_was_lost_too_is_not_sent_a_third_time(room: Room):
    fails(room, lost_answer(), lost_answer())
    await room.person("hello")
    await room.wait(timedelta(minutes=5))
    assert sum("Hello Ana" in text for text in room.told()) == 2


async def test_i17_a_page_whose_answer_was_lost_is_sent_again_unmarked_and_once(room: Room):
    fails(room, lost_answer(), lost_answer(), at=Platform.SLACK)
    await room.person(HIGH)
    await room.wait(50 * SECOND)
    pages = [text for text in room.told(ON_CALL) if "page 1 " in text]
    assert len(pages) == 2
    assert pages[0] == pages[1]


async def test_a_message_that_is_refused_for_good_is_not_tried_again(room: Room):
    room.recorders[Platform.TELEGRAM].refused.add(ANA)
    await room.person("hello")
    room.recorders[Platform.TELEGRAM].refused.clear()
    assert await room.wait(timedelta(hours=1)) == []
    view = await room.view()
    assert view is not None
    assert view.person.reachable is False


async def test_who_writes_again_is_reachable_again(room: Room):
    room.recorders[Platform.TELEGRAM].refused.add(ANA)
    await room.person("hello")
    room.recorders[Platform.TELEGRAM].refused.clear()
    assert len(await room.person("hello")) == 1


async def test_what_a_crash_left_in_the_outbox_is_sent_by_the_next_process(tmp_path: Path):
    folder = tmp_path / "house"
    folder.mkdir()
    async with opened_room(folder) as first:
        await first.meet()
        await first.conversation.receive([first.inbound(Text(HIGH), ANA, ANA.chat)])
        assert first.order == []
    async with opened_room(folder) as second:
        await second.settle()
        assert second.told(ON_CALL)[0].startswith("Level 3")
        assert "Are you safe right now?" in second.told()[0]
