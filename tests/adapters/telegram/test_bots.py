"""Which bots the settings ask for, and what each of them takes and shows."""

from __future__ import annotations

from typing import Any

import pytest

from bot.bootstrap.telegram import parts_of
from bot.errors import SettingError
from bot.model.people import Address, Platform
from bot.settings import Settings, read_settings
from flows.wording import load_words

GROUP = "-1001"
SECRET = "a-secret-of-some-length"


def settings(**more: Any) -> Settings:
    return Settings(channels="telegram", telegram_token="1:people", oncall_telegram_chat=GROUP, **more)


def test_one_bot_serves_people_and_the_on_call_group() -> None:
    (part,) = parts_of(settings(), load_words())
    assert (part.platform, part.oncall_chat, part.push) == (Platform.TELEGRAM, GROUP, None)
    assert [menu.chat for menu in part.menus][-1] == GROUP


def test_with_a_token_of_their_own_staff_are_reached_through_their_bot_alone() -> None:
    chosen = settings(staff_telegram_token="2:staff")
    people, staff = parts_of(chosen, load_words())
    assert (people.platform, people.oncall_chat) == (Platform.TELEGRAM, "")
    assert (staff.platform, staff.oncall_chat) == (Platform.STAFF_TELEGRAM, GROUP)
    assert staff.setting == "HANDRAIL_STAFF_TELEGRAM_TOKEN"
    assert chosen.on_call == (Address(Platform.STAFF_TELEGRAM, GROUP),)


def test_staff_updates_are_fetched_also_where_people_s_are_pushed() -> None:
    pushed = {"telegram_webhook_url": "https://example.org/telegram", "telegram_webhook_secret": SECRET}
    people, staff = parts_of(settings(staff_telegram_token="2:staff", **pushed), load_words())
    assert people.push is not None
    assert people.push.url == "https://example.org/telegram"
    assert staff.push is None


@pytest.mark.parametrize(
    ("url", "secret", "named"),
    [
        ("http://example.org/telegram", SECRET, "TELEGRAM_WEBHOOK_URL"),
        ("https://example.org/telegram", "", "TELEGRAM_WEBHOOK_SECRET"),
        ("https://example.org/telegram", "short", "TELEGRAM_WEBHOOK_SECRET"),
        ("https://example.org/telegram", "sixteen signs, or more", "TELEGRAM_WEBHOOK_SECRET"),
    ],
)
def test_a_webhook_that_cannot_work_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch, url: str, secret: str, named: str
) -> None:
    monkeypatch.setenv("HANDRAIL_CHANNELS", "telegram")
    monkeypatch.setenv("HANDRAIL_TELEGRAM_TOKEN", "1:people")
    monkeypatch.setenv("HANDRAIL_TELEGRAM_WEBHOOK_URL", url)
    monkeypatch.setenv("HANDRAIL_TELEGRAM_WEBHOOK_SECRET", secret)
    with pytest.raises(SettingError, match=named) as caught:
        read_settings()
    assert not secret or secret not in str(caught.value)


def test_the_staff_s_bot_is_no_channel_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_CHANNELS", "staff_telegram")
    with pytest.raises(SettingError, match="use console, telegram, slack"):
        read_settings()
