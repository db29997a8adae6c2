"""What holds of every channel: written once, run on the terminal, on Telegram and on Slack."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.console.channel import ConsoleChannel
from adapters.slack.channel import SlackChannel
from adapters.slack.link import SlackLink
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.connection import connect
from bot.errors import DeliveryError
from bot.model.people import Address, Platform
from bot.model.sent import Button, Delivery, Lane, Outbound
from bot.ports import Channel
from tests.fakes.slack.faults import dropped, ratelimited, refused, server_error
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import BOT_TOKEN
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TOKEN, TelegramServer

YES_NO = ((Button("t.0", "Yes"), Button("t.1", "No")),)
MOVES = ((Button("t.2", "Back", moves=True), Button("t.3", "Stop", moves=True)),)
WORDS = "what a person said"
HOSTILE = "<b>*bold* _x_ [a](b) `c` & <!channel> <@U0ANA> {name} %s \\n"


@dataclass
class Stage:
    """One channel and its person: what they see, which rules were broken, and what can be made to fail."""

    channel: Channel
    chat: str
    sees: Callable[[], list[str]]
    broken: Callable[[], list[object]]
    fail: Callable[[str], None]

    def says(self, text: str = "Hello.", *, edits: str = "", number: int = 1, **more: Any) -> Delivery:
        outbound = Outbound(number, "p1", Lane.REPLY, Address(self.channel.platform, self.chat), text, **more)
        return Delivery(outbound, attempt=1, edits=edits)

    async def refusal(self, delivery: Delivery) -> DeliveryError:
        with pytest.raises(DeliveryError) as caught:
            await self.channel.send(delivery)
        shown = "".join(traceback.format_exception(caught.value))
        assert TOKEN not in shown
        assert BOT_TOKEN not in shown
        assert delivery.outbound.text not in shown
        return caught.value


@asynccontextmanager
async def on_console() -> AsyncIterator[Stage]:
    lines: list[str] = []
    yield Stage(ConsoleChannel(lambda _side, text: lines.append(text)), "you", lambda: lines, list, lambda _what: None)


@asynccontextmanager
async def on_telegram() -> AsyncIterator[Stage]:
    async with TelegramServer() as server:
        ana = server.user(4711)
        connection = connect(server.token, server.url)

        def sees() -> list[str]:
            return ["\n".join([said.text, *said.labels]) for said in ana.chat.messages.values()]

        def fail(what: str) -> None:
            kind, details = TELEGRAM_FAULTS[what]
            server.fault(kind, "sendMessage", **details)

        yield Stage(TelegramChannel(connection.bot), "4711", sees, lambda: list(server.violations), fail)
        await connection.close()


TELEGRAM_FAULTS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "gone": (Kind.DEACTIVATED, {}),
    "too many": (Kind.TOO_MANY, {"retry_after": 7}),
    "lost answer": (Kind.DROP, {}),
    "server error": (Kind.SERVER_ERROR, {"code": 503}),
    "rich refused": (Kind.BAD_REQUEST, {"description": "Bad Request: BUTTON_DATA_INVALID"}),
    "message refused": (Kind.BAD_REQUEST, {"description": "Bad Request: message is too long"}),
}


@asynccontextmanager
async def on_slack() -> AsyncIterator[Stage]:
    async with SlackServer() as server, SlackLink(BOT_TOKEN, server.api_url) as link:
        ana = server.user("U0ANA")

        def sees() -> list[str]:
            return [message.words for message in ana.chat.messages]

        def fail(what: str) -> None:
            server.faults.next("chat.postMessage", SLACK_FAULTS[what])

        yield Stage(SlackChannel(link), "U0ANA", sees, lambda: list(server.violations), fail)


SLACK_FAULTS = {
    "gone": refused("user_disabled"),
    "too many": ratelimited(7),
    "lost answer": dropped(),
    "server error": server_error(503),
    "rich refused": refused("invalid_blocks"),
    "message refused": refused("msg_too_long"),
}
STAGES = {Platform.CONSOLE: on_console, Platform.TELEGRAM: on_telegram, Platform.SLACK: on_slack}
REMOTE = [Platform.TELEGRAM, Platform.SLACK]


@pytest.fixture(params=list(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with STAGES[request.param]() as made:
        yield made
        assert made.broken() == []


@pytest.fixture(params=REMOTE)
async def remote(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with STAGES[request.param]() as made:
        yield made
        assert made.broken() == []


async def test_a_person_reads_the_text_and_every_choice(stage: Stage) -> None:
    assert await stage.channel.send(stage.says("Ready?", buttons=(*YES_NO, *MOVES)))
    (seen,) = stage.sees()
    assert seen.startswith("Ready?")
    assert all(label in seen for label in ("Yes", "No", "Back", "Stop"))


async def test_messages_come_in_the_order_in_which_they_were_sent(stage: Stage) -> None:
    for number in range(5):
        await stage.channel.send(stage.says(f"message {number}", number=number))
    assert stage.sees() == [f"message {number}" for number in range(5)]


async def test_words_are_shown_as_they_were_written(stage: Stage) -> None:
    await stage.channel.send(stage.says(HOSTILE, relays=True))
    assert stage.sees() == [HOSTILE]


async def test_every_receipt_can_be_edited_and_the_new_words_are_seen(stage: Stage) -> None:
    receipt = await stage.channel.send(stage.says("Level 4", buttons=YES_NO))
    await stage.channel.send(stage.says("Sam is on it", edits=receipt, number=2))
    assert stage.sees()[-1] == "Sam is on it"


async def test_the_same_edit_twice_is_no_error(stage: Stage) -> None:
    receipt = await stage.channel.send(stage.says("A"))
    for number in (2, 3):
        await stage.channel.send(stage.says("B", edits=receipt, number=number))
    assert stage.sees()[-1] == "B"


async def test_a_long_text_arrives_whole_with_its_choices_at_the_end(stage: Stage) -> None:
    text = " ".join(f"Sentence {number}." for number in range(1500))
    await stage.channel.send(stage.says(text, buttons=YES_NO))
    seen = stage.sees()
    assert " ".join(" ".join(seen).split()).startswith(text[:100])
    assert all(f"Sentence {number}." in " ".join(seen) for number in range(1500))
    assert "Yes" in seen[-1]


async def test_silence_protection_and_a_wish_for_plain_words_are_no_obstacle(stage: Stage) -> None:
    await stage.channel.send(stage.says("quiet", silent=True, protected=True, plain=True))
    assert stage.sees() == ["quiet"]


async def test_who_is_gone_is_a_permanent_refusal_of_the_address(remote: Stage) -> None:
    remote.fail("gone")
    error = await remote.refusal(remote.says(WORDS))
    assert (error.permanent, error.message_only, error.ambiguous) == (True, False, False)


async def test_a_message_that_is_refused_blames_no_person(remote: Stage) -> None:
    remote.fail("message refused")
    error = await remote.refusal(remote.says(WORDS))
    assert (error.permanent, error.message_only) == (True, True)


async def test_a_platform_that_asks_to_wait_says_how_long(remote: Stage) -> None:
    remote.fail("too many")
    error = await remote.refusal(remote.says(WORDS))
    assert (error.retry_after, error.whole_bot, error.permanent) == (timedelta(seconds=7), False, False)


async def test_a_lost_answer_is_ambiguous(remote: Stage) -> None:
    remote.fail("lost answer")
    error = await remote.refusal(remote.says(WORDS))
    assert (error.ambiguous, error.permanent) == (True, False)
    assert remote.sees() == [WORDS]


async def test_a_server_that_says_it_did_nothing_is_simply_tried_again(remote: Stage) -> None:
    remote.fail("server error")
    error = await remote.refusal(remote.says(WORDS))
    assert (error.ambiguous, error.permanent, error.retry_after) == (False, False, None)
    await remote.channel.send(remote.says(WORDS))
    assert remote.sees() == [WORDS]


async def test_a_refused_rich_message_goes_out_at_once_as_a_numbered_list(remote: Stage) -> None:
    remote.fail("rich refused")
    await remote.channel.send(remote.says("Ready?", buttons=(*YES_NO, *MOVES)))
    assert remote.sees() == ["Ready?\n\n1. Yes\n2. No\nBack · Stop"]


PRINTED = st.text(st.characters(codec="utf-16", exclude_categories=["Cs"]), min_size=1)
LONG = st.builds(lambda text, times: text * times, PRINTED, st.sampled_from([1, 1, 1, 400, 4000]))
BUTTON = st.builds(Button, st.from_regex(r"[a-zA-Z0-9_-]{1,12}\.[0-9]", fullmatch=True), PRINTED)
ROWS = st.lists(st.lists(BUTTON, min_size=1, max_size=3).map(tuple), max_size=5).map(tuple)


@pytest.mark.parametrize("platform", REMOTE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=LONG, rows=ROWS)
async def test_whatever_is_said_breaks_no_published_limit(platform: Platform, text: str, rows: Any) -> None:
    async with STAGES[platform]() as stage:
        if text.strip():
            await stage.channel.send(stage.says(text[:20_000], buttons=rows))
        # Two parts of one text may read the same.
        assert [rule for rule in stage.broken() if "double post" not in str(rule)] == []
