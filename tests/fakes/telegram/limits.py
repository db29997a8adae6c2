"""The published limits of the Bot API, as checks that name each violation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
CALLBACK_BYTES = 64
ANSWER_UNITS = 200
BUTTONS = 100

# https://core.telegram.org/bots/api: the parameters of each method that this server speaks
_SENDING = {
    "business_connection_id",
    "chat_id",
    "message_thread_id",
    "direct_messages_topic_id",
    "disable_notification",
    "protect_content",
    "allow_paid_broadcast",
    "message_effect_id",
    "suggested_post_parameters",
    "reply_parameters",
    "reply_markup",
    "parse_mode",
}
_EDITING = {"business_connection_id", "chat_id", "message_id", "inline_message_id", "reply_markup"}
PARAMETERS: dict[str, set[str]] = {
    "getMe": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "sendMessage": _SENDING | {"text", "entities", "link_preview_options"},
    "sendPhoto": _SENDING | {"photo", "caption", "caption_entities", "show_caption_above_media", "has_spoiler"},
    "editMessageText": _EDITING | {"text", "parse_mode", "entities", "link_preview_options"},
    "editMessageReplyMarkup": _EDITING,
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert", "url", "cache_time"},
    "sendChatAction": {"business_connection_id", "chat_id", "message_thread_id", "action"},
    "setMyCommands": {"commands", "scope", "language_code"},
    "deleteMyCommands": {"scope", "language_code"},
    "setWebhook": {
        "url",
        "certificate",
        "ip_address",
        "max_connections",
        "allowed_updates",
        "drop_pending_updates",
        "secret_token",
    },
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "getChatMemberCount": {"chat_id"},
    "leaveChat": {"chat_id"},
    "deleteMessage": {"chat_id", "message_id"},
}


@dataclass(frozen=True)
class Violation:
    """One broken rule: what the bot did, in which method, and what Telegram answers to it (empty: nothing)."""

    method: str
    rule: str
    refusal: str = ""


def utf16_units(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def violations(method: str, params: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield every rule that a call breaks."""
    for unknown in sorted(set(params) - PARAMETERS[method]):
        yield Violation(method, f"unknown parameter {unknown}")
    if params.get("parse_mode"):
        yield Violation(method, "parse_mode on raw words")
    yield from _text(method, params)
    yield from _keyboard(method, params.get("reply_markup"))


def _text(method: str, params: Mapping[str, Any]) -> Iterator[Violation]:
    if method in {"sendMessage", "editMessageText"}:
        units = utf16_units(str(params.get("text", "")).strip())
        if not units:
            yield Violation(method, "empty text", "Bad Request: message text is empty")
        if units > TEXT_UNITS:
            yield Violation(method, "text too long", "Bad Request: message is too long")
    if utf16_units(str(params.get("caption", ""))) > CAPTION_UNITS:
        yield Violation(method, "caption too long", "Bad Request: message caption is too long")
    if method == "answerCallbackQuery" and utf16_units(str(params.get("text", ""))) > ANSWER_UNITS:
        yield Violation(method, "answer too long", "Bad Request: MESSAGE_TOO_LONG")


def _keyboard(method: str, markup: object) -> Iterator[Violation]:
    buttons = [button for row in keyboard_of(markup) for button in row]
    if len(buttons) > BUTTONS:
        yield Violation(method, "more than 100 buttons", "Bad Request: reply markup is too long")
    for button in buttons:
        if not str(button.get("text", "")).strip():
            yield Violation(method, "empty label", "Bad Request: can't parse inline keyboard button: text is empty")
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= CALLBACK_BYTES:
            yield Violation(method, "callback_data outside 1 to 64 bytes", "Bad Request: BUTTON_DATA_INVALID")


def keyboard_of(markup: object) -> list[list[dict[str, Any]]]:
    """Return the rows of an inline keyboard; a call without one has no rows."""
    if isinstance(markup, str):
        markup = json.loads(markup)
    return list(markup.get("inline_keyboard", [])) if isinstance(markup, dict) else []
