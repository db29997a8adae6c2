"""How the bot comes up at Telegram."""

from __future__ import annotations

import logging
import traceback

import pytest
from telegram.error import TelegramError

from adapters.telegram.backoff import Backoff
from adapters.telegram.connection import Connection, Push, connect, identify, introduce
from adapters.telegram.identity import Identity
from adapters.telegram.menus import Menu
from bot.errors import ChannelRefused, HandrailError, SettingError
from tests.adapters.telegram.conftest import ANA, TOKEN, Pauses
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer


async def test_the_bot_learns_who_it_is_and_sets_its_menu_for_each_language_and_group(
    server: TelegramServer, connection: Connection
) -> None:
    menus = [Menu({"tools": "Exercises"}), Menu({"tools": "Übungen"}, language="de"), Menu({"status": "?"}, chat="-7")]
    assert await introduce(connection, menus) == Identity("4242", "HandrailTestBot")
    shown = {scope: [each["description"] for each in commands] for scope, commands in server.main.commands.items()}
    assert shown == {"all_private_chats": ["Exercises"], "all_private_chats:de": ["Übungen"], "chat:-7": ["?"]}


async def test_a_menu_that_telegram_refuses_holds_nothing_up(server: TelegramServer, connection: Connection) -> None:
    server.fault(Kind.BAD_REQUEST, "setMyCommands", description="Bad Request: chat not found")
    await introduce(connection, [Menu({"status": "?"}, chat="-7"), Menu({"tools": "Exercises"})])
    assert list(server.main.commands) == ["all_private_chats"]


async def test_a_webhook_of_before_is_ended_and_its_updates_stay(
    server: TelegramServer, connection: Connection
) -> None:
    await connection.bot.set_webhook("http://127.0.0.1:1/old")
    server.user(ANA).says("still here")
    await introduce(connection)
    assert server.main.webhook["url"] == ""
    assert server.main.unconfirmed == 1


async def test_updates_are_pushed_where_that_is_set(server: TelegramServer, connection: Connection) -> None:
    await introduce(connection, push=Push("http://127.0.0.1:1/own", "a-long-secret-word"))
    assert server.main.webhook == {"url": "http://127.0.0.1:1/own", "secret": "a-long-secret-word"}
    assert "a-long-secret-word" not in repr(Push("http://127.0.0.1:1/own", "a-long-secret-word"))


async def test_asking_who_we_are_changes_nothing(server: TelegramServer, connection: Connection) -> None:
    await connection.bot.set_webhook("http://127.0.0.1:1/own")
    assert (await identify(connection)).username == "HandrailTestBot"
    assert server.main.webhook["url"] == "http://127.0.0.1:1/own"


async def test_a_revoked_token_names_the_setting_and_the_remedy_and_not_itself(server: TelegramServer) -> None:
    connection = connect("4242:another-token", server.url)
    with pytest.raises(ChannelRefused, match=r"HANDRAIL_TELEGRAM_TOKEN.*BotFather") as caught:
        await introduce(connection)
    assert "another-token" not in "".join(traceback.format_exception(caught.value))
    await connection.close()


async def test_while_telegram_is_away_the_bot_keeps_trying(server: TelegramServer, connection: Connection) -> None:
    server.fault(Kind.HTML, "getMe", times=3)
    pauses = Pauses()
    await introduce(connection, backoff=Backoff(pauses, lambda: 1.0))
    assert pauses.asked == [0.5, 1.0, 2.0]


async def test_a_429_at_the_start_is_obeyed(server: TelegramServer, connection: Connection) -> None:
    server.fault(Kind.TOO_MANY, "getMe", retry_after=9)
    pauses = Pauses()
    await introduce(connection, backoff=Backoff(pauses, lambda: 1.0))
    assert pauses.asked == [9.0]


async def test_an_answer_of_junk_at_the_start_is_tried_again(server: TelegramServer, connection: Connection) -> None:
    server.fault(Kind.JUNK, "getMe")
    assert (await introduce(connection, backoff=Backoff(Pauses()))).bot_id == "4242"


async def test_junk_that_looks_like_an_answer_is_tried_again(server: TelegramServer, connection: Connection) -> None:
    server.fault(Kind.JUNK, "getMe", body=b'{"ok":true,"result":{"name":1}}')
    assert (await introduce(connection, backoff=Backoff(Pauses()))).bot_id == "4242"


async def test_one_try_names_the_server_setting(server: TelegramServer, connection: Connection) -> None:
    server.fault(Kind.REFUSE, "getMe")
    with pytest.raises(SettingError, match="HANDRAIL_TELEGRAM_API_URL"):
        await identify(connection)


@pytest.mark.parametrize(
    ("token", "url", "name"),
    [
        ("", "", "HANDRAIL_TELEGRAM_TOKEN"),
        ("secret", "", "HANDRAIL_TELEGRAM_TOKEN"),
        ("bot:secret", "", "HANDRAIL_TELEGRAM_TOKEN"),
        ("12:secret\n", "", "HANDRAIL_TELEGRAM_TOKEN"),
        ("12:secret", "example.org", "HANDRAIL_TELEGRAM_API_URL"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named_without_its_value(token: str, url: str, name: str) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        connect(token, url)
    assert "secret" not in str(caught.value)


async def test_neither_representation_nor_log_nor_error_shows_the_token_or_the_words(
    server: TelegramServer, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    words = "her words"
    with caplog.at_level(logging.DEBUG):
        server.fault(Kind.JUNK, "sendMessage", body=words.encode())
        with pytest.raises(TelegramError) as caught:
            await connection.bot.send_message(ANA, words)
        await connection.bot.send_message(ANA, words)
    secret = TOKEN.partition(":")[2]
    assert secret not in repr(connection) + repr(connection.bot) + str(connection.bot) + caplog.text
    assert words not in caplog.text + "".join(traceback.format_exception(caught.value))


def test_every_error_of_the_start_ends_the_process_with_a_code() -> None:
    assert issubclass(ChannelRefused, HandrailError)
    assert ChannelRefused.exit_code != 0
