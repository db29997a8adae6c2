"""The command menus that Telegram shows beside the text field: by language, and by who sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Menu:
    """Commands (name → description) in a language; in private chats, or with `chat` in that group alone."""

    commands: Mapping[str, str]
    language: str = ""
    chat: str = ""


async def set_menus(bot: Bot, menus: Sequence[Menu]) -> None:
    """Set every menu; elsewhere (in groups, and what an earlier version had set for all) there is none."""
    await bot.delete_my_commands(scope=BotCommandScopeDefault())
    for menu in menus:
        commands = [BotCommand(name, text) for name, text in menu.commands.items()]
        try:
            await bot.set_my_commands(commands, scope=_scope(menu), language_code=menu.language or None)
        except BadRequest:
            # The bot is not in that group yet, or the language has no two letters: nothing else must wait for a menu.
            log.warning("menu_refused", language=menu.language, group=bool(menu.chat))


def _scope(menu: Menu) -> BotCommandScope:
    return BotCommandScopeChat(menu.chat) if menu.chat else BotCommandScopeAllPrivateChats()
