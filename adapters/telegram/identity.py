"""Who our bot is on Telegram."""

from __future__ import annotations

from msgspec import Struct

from bot.model.people import Platform


class Identity(Struct, frozen=True):
    """The bot's own id, first part of every key, and its username, which a command in a group may name.

    `platform` is which of our Telegram bots it is.
    """

    bot_id: str
    username: str = ""
    platform: Platform = Platform.TELEGRAM
