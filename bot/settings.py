"""All settings, read once from the environment (or .env) and checked; .env.example explains each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingError
from bot.model.people import Address, Platform

PREFIX = "HANDRAIL_"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Settings(BaseSettings):
    """Every `HANDRAIL_…` setting. An empty value means not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    channels: Annotated[tuple[Platform, ...], NoDecode] = (Platform.CONSOLE,)
    data_dir: Path = Path("data")
    # It may hold a password: never shown.
    database_url: str = Field(default="", repr=False)
    master_key: SecretStr | None = None
    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr | None = None
    staff_telegram_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    slack_client_id: str = ""
    slack_client_secret: SecretStr | None = None
    slack_dm_text: bool = False
    oncall_slack_channel: str = ""
    oncall_telegram_chat: str = ""
    policy: Path | None = None
    rota: Path | None = None
    flows: Path | None = None
    profile: Literal["community", "workplace"] = "community"
    country: str = ""
    allow_old_lines: bool = False
    # Anyone who has it can keep the watchdog quiet.
    deadman_url: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    log_level: str = "INFO"

    @field_validator("channels", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        names = [part.strip().lower() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        known = set(Platform) - {Platform.STAFF_TELEGRAM}
        wrong = [name for name in names if name not in known] if isinstance(names, list) else []
        if wrong or not names:
            raise ValueError(f"{', '.join(wrong) or 'nothing'} is not a channel; use console, telegram, slack")
        return names

    @field_validator("telegram_api_url", "slack_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("not a web address; start it with http:// or https://")
        return value.rstrip("/")

    @field_validator("telegram_webhook_url")
    @classmethod
    def _secure_address(cls, value: str) -> str:
        if value and not value.startswith("https://"):
            raise ValueError("not a secure web address; Telegram pushes only to one that starts with https://")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _header_value(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("not fit as a secret; use 16 to 256 letters, digits, _ and -, from `openssl rand -hex 32`")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("not a database address; use sqlite:///path/to/file or postgresql://user@host/name")
        return value

    @field_validator("flows")
    @classmethod
    def _flows(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("not a folder; make it, or leave the setting out (docs/writing-flows.md)")
        return value

    @field_validator("deadman_url")
    @classmethod
    def _watchdog(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/@]+(/[^\s]*)?", value.get_secret_value()):
            raise ValueError("not a web address; use http:// or https:// and a host, without a password")
        return value

    @field_validator("country")
    @classmethod
    def _country(cls, value: str) -> str:
        if value and not (len(value) == 2 and value.isalpha()):
            raise ValueError("not a country code; use two letters such as DE or GB")
        return value.upper()

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in LOG_LEVELS:
            raise ValueError(f"not a log level; use one of {', '.join(LOG_LEVELS)}")
        return value.upper()

    @field_validator("oncall_telegram_chat")
    @classmethod
    def _chat(cls, value: str) -> str:
        if value and not value.removeprefix("-").isdecimal():
            raise ValueError("not a chat id; it is a whole number, negative for a group")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if Platform.TELEGRAM in self.channels and self.telegram_token is None:
            raise ValueError(f"{PREFIX}TELEGRAM_TOKEN is missing; get one from BotFather (README, Telegram)")
        if self.telegram_webhook_url and self.telegram_webhook_secret is None:
            raise ValueError(f"{PREFIX}TELEGRAM_WEBHOOK_SECRET is missing; make one with `openssl rand -hex 32`")
        if Platform.SLACK in self.channels:
            self._check_slack()
        return self

    def _check_slack(self) -> None:
        if self.slack_client_id and not (self.slack_client_secret and self.slack_signing_secret):
            both = f"{PREFIX}SLACK_CLIENT_SECRET and {PREFIX}SLACK_SIGNING_SECRET"
            raise ValueError(f"{both} belong to {PREFIX}SLACK_CLIENT_ID; copy them from Basic Information")
        if self.slack_bot_token is None and not (self.slack_client_id and self.slack_app_token is None):
            raise ValueError(f"{PREFIX}SLACK_BOT_TOKEN is missing; install the app to get one (README, Slack)")
        if not (self.slack_app_token or self.slack_signing_secret):
            either = f"{PREFIX}SLACK_APP_TOKEN (Socket Mode) or {PREFIX}SLACK_SIGNING_SECRET (HTTP)"
            raise ValueError(f"{either} is missing (README, Slack)")

    @property
    def database(self) -> str:
        """The database's address; by default a file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'handrail.db'}"

    def secrets(self) -> list[str]:
        """Return every secret, and its parts, for the redaction of logs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        texts = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        password = urlsplit(self.database_url).password
        return [part.strip() for text in (*texts, password or "") for part in {text, *text.split(",")} if part.strip()]

    @property
    def on_call(self) -> tuple[Address, ...]:
        """The on-call conversations that get every card."""
        places = []
        if self.oncall_slack_channel:
            places.append(Address(Platform.SLACK, self.oncall_slack_channel))
        if self.oncall_telegram_chat:
            places.append(Address(self.staff_platform, self.oncall_telegram_chat))
        served = {*self.channels, *({self.staff_platform} if Platform.TELEGRAM in self.channels else ())}
        return tuple(place for place in places if place.platform in served)

    @property
    def staff_platform(self) -> Platform:
        """Through which bot staff are reached on Telegram: their own where it has a token."""
        return Platform.TELEGRAM if self.staff_telegram_token is None else Platform.STAFF_TELEGRAM


def read_settings() -> Settings:
    """Return the settings. Raises SettingError that names each wrong setting, what is wrong and the remedy."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingError("\n".join(_explain(item) for item in error.errors())) from None
    except (OSError, UnicodeDecodeError) as error:
        what = f".env cannot be read ({type(error).__name__})"
        raise SettingError(f"{what}; save it as UTF-8, readable to this user") from None


def _explain(item: object) -> str:
    where = item["loc"]  # type: ignore[index]
    what = str(item["msg"]).removeprefix("Value error, ")  # type: ignore[index]
    if not where:
        return what
    return f"{PREFIX}{str(where[0]).upper()}: {what}"
