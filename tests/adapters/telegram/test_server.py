"""The loopback server behaves as Telegram does; what the other tests prove rests on this."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, RetryAfter

from adapters.telegram.connection import Connection, connect
from tests.adapters.telegram.conftest import ANA
from tests.fakes.telegram.chats import Said
from tests.fakes.telegram.pace import burst_violations
from tests.fakes.telegram.server import TOKEN, TelegramServer


@pytest.fixture
async def strict() -> AsyncIterator[TelegramServer]:
    """A server whose rules the test breaks."""
    async with TelegramServer() as running:
        running.user(ANA)
        yield running


@pytest.fixture
async def careless(strict: TelegramServer) -> AsyncIterator[Bot]:
    made = connect(strict.token, strict.url)
    yield made.bot
    await made.close()


def texts(updates: Sequence[Update]) -> list[str | None]:
    return [update.message.text for update in updates if update.message]


def one_button(label: str = "Yes", data: str = "k1") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


async def test_updates_stay_until_a_higher_offset_is_asked_for(server: TelegramServer, connection: Connection) -> None:
    first, second = server.user(ANA).says("a"), server.user(ANA).says("b")
    assert [update.update_id for update in await connection.bot.get_updates()] == [first, second]
    assert [update.update_id for update in await connection.bot.get_updates(limit=1)] == [first]
    assert [update.update_id for update in await connection.bot.get_updates(offset=second)] == [second]
    assert [update.update_id for update in await connection.bot.get_updates()] == [second]
    assert await connection.bot.get_updates(offset=second + 1) == ()


async def test_a_negative_offset_keeps_only_the_last_updates(server: TelegramServer, connection: Connection) -> None:
    for text in "abc":
        server.user(ANA).says(text)
    assert texts(await connection.bot.get_updates(offset=-1)) == ["c"]
    assert server.main.unconfirmed == 1


async def test_a_poll_waits_for_the_next_update(server: TelegramServer, connection: Connection) -> None:
    polling = asyncio.create_task(connection.bot.get_updates(timeout=5))
    await server.main.polled()
    server.user(ANA).says("now")
    assert texts(await polling) == ["now"]


async def test_a_second_poll_ends_the_first_with_409(server: TelegramServer, connection: Connection) -> None:
    other = connect(server.token, server.url)
    first = asyncio.create_task(connection.bot.get_updates(timeout=5))
    await server.main.polled()
    await other.bot.get_updates()
    with pytest.raises(Conflict):
        await first
    await other.close()


async def test_kinds_that_were_not_asked_for_do_not_come(server: TelegramServer, connection: Connection) -> None:
    await connection.bot.get_updates(allowed_updates=["callback_query"])
    server.user(ANA).says("a")
    assert server.main.unconfirmed == 0


async def test_a_webhook_gets_each_update_with_the_secret_until_it_answers_200(
    server: TelegramServer, connection: Connection
) -> None:
    got: list[tuple[str, str]] = []
    done = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        got.append((update["message"]["text"], request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")))
        if len(got) == 3:
            done.set()
        return web.Response(status=500 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    server.user(ANA).says("a")
    server.user(ANA).says("b")
    await connection.bot.set_webhook(url, secret_token="s3cret")
    await asyncio.wait_for(done.wait(), 5)
    await server.main.all_confirmed()
    with pytest.raises(Conflict):
        await connection.bot.get_updates()
    assert (await connection.bot.get_webhook_info()).url == url
    await connection.bot.delete_webhook()
    await runner.cleanup()
    assert got == [("a", "s3cret"), ("a", "s3cret"), ("b", "s3cret")]


@pytest.mark.parametrize(
    ("text", "markup", "rule"),
    [
        (" ", None, "empty text"),
        ("😀" * 2049, None, "text too long"),
        ("a", one_button(" "), "empty label"),
        ("a", one_button(data="é" * 33), "callback_data outside 1 to 64 bytes"),
        ("a", InlineKeyboardMarkup([one_button().inline_keyboard[0]] * 101), "more than 100 buttons"),
    ],
)
async def test_a_broken_limit_is_refused_and_recorded(
    strict: TelegramServer, careless: Bot, text: str, markup: InlineKeyboardMarkup | None, rule: str
) -> None:
    with pytest.raises(BadRequest):
        await careless.send_message(ANA, text, reply_markup=markup)
    assert [violation.rule for violation in strict.violations] == [rule]


async def test_parse_mode_and_unknown_parameters_are_recorded(strict: TelegramServer, careless: Bot) -> None:
    await careless.send_message(ANA, "a", parse_mode="HTML", api_kwargs={"colour": "red"})
    assert [violation.rule for violation in strict.violations] == [
        "unknown parameter colour",
        "parse_mode on raw words",
    ]


async def test_an_unknown_method_is_refused_and_recorded(strict: TelegramServer) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{strict.url}/bot{TOKEN}/sendTelepathy") as answer,
    ):
        assert answer.status == 404
    assert strict.violations[0].rule == "unknown method"


async def test_methods_take_json_bodies_too(server: TelegramServer) -> None:
    body = {"chat_id": ANA, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "Y", "callback_data": "k"}]]}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/bot{TOKEN}/sendMessage", json=body) as answer,
    ):
        assert (await answer.json())["ok"]
    assert server.user(ANA).chat.messages.popitem()[1].labels == ["Y"]


async def test_a_test_hears_new_and_edited_messages_once_each(server: TelegramServer, connection: Connection) -> None:
    sent = await connection.bot.send_message(ANA, "first")
    ana = server.user(ANA)
    assert (await ana.hears("first")).text == "first"
    waiting = asyncio.create_task(ana.hears(lambda said: said.text == "second"))
    await connection.bot.edit_message_text("second", ANA, sent.message_id)
    assert (await waiting).edits == 1
    with pytest.raises(AssertionError, match="not heard"):
        await ana.hears("second", timeout=0.01)


async def test_a_press_that_is_never_answered_is_known(server: TelegramServer, connection: Connection) -> None:
    await connection.bot.send_message(ANA, "Ready?", reply_markup=one_button())
    query = server.user(ANA).presses("Yes")
    assert server.main.unanswered == [query]
    await connection.bot.answer_callback_query(query)
    assert server.main.unanswered == []
    with pytest.raises(BadRequest, match="too old"):
        await connection.bot.answer_callback_query("forged")


async def test_pictures_menus_actions_and_deletions_work(server: TelegramServer, connection: Connection) -> None:
    bot, chat = connection.bot, server.user(ANA).chat
    sent = await bot.send_photo(ANA, b"\x89PNG", caption="14 days")
    assert chat.messages[sent.message_id] == Said(sent.message_id, "bot", "14 days", picture=True)
    await bot.edit_message_reply_markup(ANA, sent.message_id, reply_markup=one_button())
    assert chat.messages[sent.message_id].labels == ["Yes"]
    await bot.send_chat_action(ANA, "typing")
    await bot.delete_message(ANA, sent.message_id)
    assert (chat.actions, chat.messages) == (["typing"], {})
    await bot.set_my_commands([("help", "Help")], language_code="de")
    assert "default:de" in server.main.commands
    await bot.delete_my_commands(language_code="de")
    assert server.main.commands == {}


async def test_groups_have_members_and_can_be_left(server: TelegramServer, connection: Connection) -> None:
    group = server.group(-12)
    group.chat.members.add(ANA)
    bot = connection.bot
    assert (await bot.get_chat(-12)).title == "On call"
    assert (await bot.get_chat_member(-12, ANA)).status == "member"
    assert (await bot.get_chat_member(-12, 99)).status == "left"
    assert await bot.get_chat_member_count(-12) == 2
    await bot.leave_chat(-12)
    with pytest.raises(Forbidden):
        await bot.send_message(-12, "anyone?")


async def test_an_enforced_pace_answers_429_and_the_rates_are_recorded(
    server: TelegramServer, connection: Connection
) -> None:
    server.enforces_pace = True
    for chat in range(1, 31):
        await connection.bot.send_message(server.user(chat).user_id, "hi")
    with pytest.raises(RetryAfter):
        await connection.bot.send_message(ANA, "one too many")
    assert burst_violations(server.calls, allowed=29) == 1
    assert burst_violations(server.calls) == 0


async def test_a_staff_bot_has_its_own_chats_and_updates(server: TelegramServer, connection: Connection) -> None:
    staff = server.add_bot("77:staff", "StaffTestBot")
    server.user(ANA, of=staff).says("for staff")
    other = connect("77:staff", server.url)
    assert texts(await other.bot.get_updates()) == ["for staff"]
    assert await connection.bot.get_updates() == ()
    await other.close()


async def test_it_runs_as_a_process_of_its_own_and_is_moved_over_http() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.fakes.telegram", stdout=PIPE)
    assert process.stdout
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:
        await session.post(f"{url}/control/says", json={"users": [ANA], "texts": ["hi"]})
        await session.post(f"{url}/bot{TOKEN}/sendMessage", data=_send("Ready?"))
        await session.post(f"{url}/control/presses", json={"user": ANA, "label": "Yes"})
        await session.post(f"{url}/control/fault", json={"kind": "HTML", "method": "sendMessage"})
        async with session.post(f"{url}/bot{TOKEN}/sendMessage", data=_send("lost")) as answer:
            assert answer.status == 502
        async with session.get(f"{url}/control/chats/{ANA}") as answer:
            assert [said["text"] for said in await answer.json()] == ["hi", "Ready?"]
        async with session.get(f"{url}/control/state") as answer:
            state = await answer.json()
    process.kill()
    await process.wait()
    assert (state["unconfirmed"], state["unanswered"], state["calls"]["sendMessage 502"]) == (2, 1, 1)


def _send(text: str) -> dict[str, str]:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "k1"}]]}
    return {"chat_id": str(ANA), "text": text, "reply_markup": json.dumps(keyboard)}
