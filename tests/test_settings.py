"""Settings: what is wrong is named with its remedy, what is secret is never shown, and .env.example tells them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import SettingError
from bot.model.people import Address, Platform
from bot.settings import PREFIX, Settings, read_settings

EXAMPLE = Path(__file__).parent.parent / ".env.example"
SECRETS = {
    "TELEGRAM_TOKEN": "4711:canary-telegram-token",
    "SLACK_BOT_TOKEN": "xoxb-canary-slack-bot",
    "SLACK_APP_TOKEN": "xapp-canary-slack-app",
    "SLACK_SIGNING_SECRET": "canary-signing-secret",
    "MASTER_KEY": "canary-master-key-one,canary-master-key-two",
    "DATABASE_URL": "postgresql://bot:canary-password@host/name",
}


@pytest.fixture(autouse=True)
def a_clean_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set():
    settings = read_settings()
    assert settings.channels == (Platform.CONSOLE,)
    assert settings.database == "sqlite:///data/handrail.db"
    assert settings.on_call == ()


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("CHANNELS", "fax", "fax is not a channel; use console, telegram, slack"),
        ("CHANNELS", " , ", "is not a channel; use console, telegram, slack"),
        ("TELEGRAM_API_URL", "api.telegram.org", "start it with http:// or https://"),
        ("SLACK_API_URL", "ftp://slack", "start it with http:// or https://"),
        ("DATABASE_URL", "mysql://host/name", "use sqlite:///path/to/file or postgresql://user@host/name"),
        ("COUNTRY", "Germany", "use two letters such as DE or GB"),
        ("COUNTRY", "D1", "use two letters"),
        ("LOG_LEVEL", "LOUD", "use one of DEBUG, INFO, WARNING, ERROR"),
        ("ONCALL_TELEGRAM_CHAT", "@team", "it is a whole number, negative for a group"),
        ("PROFILE", "company", "'community' or 'workplace'"),
        ("HTTP_PORT", "70000", "65535"),
        ("HTTP_PORT", "eighty", "integer"),
    ],
)
def test_a_wrong_value_names_the_setting_and_the_remedy_and_does_not_repeat_a_whole_input(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
):
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingError) as raised:
        read_settings()
    assert str(raised.value).startswith(f"{PREFIX}{name}: ")
    assert remedy in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("channels", "given", "missing"),
    [
        ("telegram", [], "HANDRAIL_TELEGRAM_TOKEN is missing; get one from BotFather"),
        ("slack", [], "HANDRAIL_SLACK_BOT_TOKEN is missing; install the app"),
        ("slack", ["SLACK_BOT_TOKEN"], "HANDRAIL_SLACK_APP_TOKEN (Socket Mode) or HANDRAIL_SLACK_SIGNING_SECRET"),
    ],
)
def test_a_channel_without_its_token_says_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, channels: str, given: list[str], missing: str
):
    monkeypatch.setenv(PREFIX + "CHANNELS", channels)
    for name in given:
        monkeypatch.setenv(PREFIX + name, SECRETS[name])
    with pytest.raises(SettingError, match=re.escape(missing)):
        read_settings()


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(PREFIX + "COUNTRY", "Germany")
    monkeypatch.setenv(PREFIX + "LOG_LEVEL", "LOUD")
    with pytest.raises(SettingError, match=r"(?s)HANDRAIL_COUNTRY.*HANDRAIL_LOG_LEVEL"):
        read_settings()


def test_an_empty_value_means_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(PREFIX + "HTTP_PORT", "")
    assert read_settings().http_port == 8080


def test_settings_are_read_from_a_file_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text("HANDRAIL_COUNTRY=de\nHANDRAIL_LOG_LEVEL=debug\n")
    monkeypatch.setenv(PREFIX + "COUNTRY", "gb")
    settings = read_settings()
    assert (settings.country, settings.log_level) == ("GB", "DEBUG")


def test_a_file_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path):
    (tmp_path / ".env").write_bytes(b"HANDRAIL_COUNTRY=\xff\xfe")
    with pytest.raises(SettingError, match=r"\.env cannot be read .*save it as UTF-8"):
        read_settings()


def test_the_on_call_conversations_are_those_of_connected_platforms(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(PREFIX + "ONCALL_SLACK_CHANNEL", "C0ONCALL")
    monkeypatch.setenv(PREFIX + "ONCALL_TELEGRAM_CHAT", "-100")
    assert read_settings().on_call == ()
    monkeypatch.setenv(PREFIX + "CHANNELS", "telegram")
    monkeypatch.setenv(PREFIX + "TELEGRAM_TOKEN", SECRETS["TELEGRAM_TOKEN"])
    assert read_settings().on_call == (Address(Platform.TELEGRAM, "-100"),)


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def secret_settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in SECRETS.items():
        monkeypatch.setenv(PREFIX + name, value)
    return read_settings()


def test_no_secret_is_in_the_repr_or_text_of_the_settings(secret_settings: Settings):
    assert "canary" not in repr(secret_settings) + str(secret_settings)


def test_every_secret_and_each_of_two_keys_is_known_to_the_redaction(secret_settings: Settings):
    secrets = secret_settings.secrets()
    for value in ("canary-password", "canary-master-key-one", "canary-master-key-two", "canary-signing-secret"):
        assert value in secrets
    assert "" not in secrets


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_is_in_the_error_about_another_setting(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv(PREFIX + name, SECRETS[name])
    monkeypatch.setenv(PREFIX + "COUNTRY", "Germany")
    with pytest.raises(SettingError) as raised:
        read_settings()
    assert "canary" not in str(raised.value)
    assert raised.value.__cause__ is None


# --- the example file -------------------------------------------------------------------------------------------------


def test_the_example_lists_exactly_the_settings_and_explains_each():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    listed = [match[1] for line in lines if (match := re.match(r"#?(HANDRAIL_[A-Z_]+)=", line))]
    assert sorted(listed) == sorted(PREFIX + name.upper() for name in Settings.model_fields)
    assert len(listed) == len(set(listed))


def test_the_example_is_a_valid_settings_file(tmp_path: Path):
    (tmp_path / ".env").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_settings() == Settings(_env_file=None)  # type: ignore[call-arg]
