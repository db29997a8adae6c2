"""Who our bot is on Telegram."""

from __future__ import annotations

from msgspec import Struct


class Identity(Struct, frozen=True):
    """The bot's own id, first part of every key, and its username, which a command in a group may name."""

    bot_id: str
    username: str = ""
