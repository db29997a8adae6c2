"""Says what an error of the library means for the delivery: for good, later, or perhaps delivered."""

from __future__ import annotations

from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from adapters.telegram.connection import seconds_of
from adapters.telegram.wire import JunkAnswer, was_written
from bot.errors import DeliveryError

_CHAT_GONE = (
    "chat not found",
    "not enough rights",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "peer_id_invalid",
    "user not found",
    "input_user_deactivated",
    "group chat was deactivated",
    "bot was kicked",
)
_TOKEN_PAUSE = timedelta(minutes=1)


def delivery_error(error: TelegramError) -> DeliveryError:
    """Return the core's error for the library's; its text holds no words of a person's."""
    if isinstance(error, RetryAfter):
        return DeliveryError("Telegram asks to wait", retry_after=timedelta(seconds=seconds_of(error)))
    if isinstance(error, InvalidToken):
        return DeliveryError("Telegram refuses the bot's token", retry_after=_TOKEN_PAUSE, whole_bot=True)
    if isinstance(error, JunkAnswer):
        return unreadable_answer()
    if isinstance(error, Forbidden | ChatMigrated | BadRequest):
        return _for_good(error)
    if was_written(error):
        return DeliveryError("the connection to Telegram was lost before an answer came", ambiguous=True)
    return DeliveryError("Telegram cannot be reached")


def _for_good(error: TelegramError) -> DeliveryError:
    if isinstance(error, Forbidden):
        return DeliveryError("the person blocked the bot or is gone, or the group removed it", permanent=True)
    if isinstance(error, ChatMigrated):
        return DeliveryError("the group has become a supergroup with a new chat id", permanent=True)
    if is_chat_gone(error):
        return DeliveryError("this chat does not exist for the bot, or it may not write there", permanent=True)
    return DeliveryError("Telegram refuses this message", permanent=True, message_only=True)


def unreadable_answer() -> DeliveryError:
    """Return the error for an answer that says neither yes nor no."""
    return DeliveryError("Telegram's answer could not be read", ambiguous=True)


def is_unchanged(error: BadRequest) -> bool:
    """Say whether an edit failed only because the message already reads so."""
    return "message is not modified" in error.message.lower()


def is_chat_gone(error: TelegramError) -> bool:
    """Say whether no message at all can reach this chat, plain or not."""
    said = error.message.lower()
    return any(mark in said for mark in _CHAT_GONE)
