"""Who takes part and where: platforms, addresses, people, and who talks with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.values import Saved, Value


class Platform(StrEnum):
    """A place where people chat; `STAFF_TELEGRAM` is Telegram through the staff's own bot."""

    CONSOLE = "console"
    TELEGRAM = "telegram"
    STAFF_TELEGRAM = "staff_telegram"
    SLACK = "slack"


class Address(Value, frozen=True, order=True):
    """Where a conversation takes place.

    `chat` is Telegram's chat id, Slack's user id (a direct message) or channel id, or a name on the console.
    """

    platform: Platform
    chat: str


class TalkMode(StrEnum):
    """Who talks with the person: the bot, the bot while a human is awaited, or a human."""

    BOT = "bot"
    HOLD = "hold"
    HUMAN = "human"


class Person(Value, frozen=True):
    """Someone the bot talks with. Everything here is the person's own and is stored sealed.

    `consents` holds each purpose that was agreed to, and when; `welcomed` says that the consent talk has been had.
    `plain` is the wish for messages without emoji, edits and pictures. `kept` is what flows keep for later ones, such
    as the safety plan (bot/remembering.py). `versions` holds which wording of each purpose was agreed to
    (bot/rights/purposes.py), `keeps_days` how long answers of exercises stay, `erase_at` when everything is erased.
    """

    person_id: str
    address: Address
    created_at: datetime
    name: str = ""
    language: str = "en"
    country: str = ""
    zone: str = "UTC"
    consents: dict[str, datetime] = {}
    reachable: bool = True
    welcomed: bool = False
    plain: bool = False
    told_zone: str = ""
    kept: dict[str, Saved] = {}
    versions: dict[str, int] = {}
    keeps_days: int = 30
    erase_at: datetime | None = None
