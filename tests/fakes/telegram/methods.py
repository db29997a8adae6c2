"""What each Bot API method does to an account and what it answers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.fakes.telegram.account import UPDATE_KINDS, Account
from tests.fakes.telegram.chats import Chat, Said
from tests.fakes.telegram.limits import keyboard_of

Params = Mapping[str, Any]
MAX_POLL_SECONDS = 50


class Refusal(Exception):  # noqa: N818  Telegram's answer, not a fault of the server
    """An answer with ok=false."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


def get_me(account: Account, params: Params) -> Any:
    """Who the bot is."""
    return _bot(account) | {"can_join_groups": True, "can_read_all_group_messages": False}


def _bot(account: Account) -> dict[str, Any]:
    return {"id": account.bot_id, "is_bot": True, "first_name": "Handrail", "username": account.username}


async def get_updates(account: Account, params: Params) -> list[bytes]:
    """Confirm what lies before `offset`, then wait for updates; a newer poll ends this one."""
    if account.webhook.get("url"):
        raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
    if "allowed_updates" in params:
        account.allowed_updates = [kind for kind in params["allowed_updates"] if kind in UPDATE_KINDS]
    account.poll += 1
    mine = account.poll
    if offset := int(params.get("offset", 0)):
        account.confirm(offset)
    account.changes.announce()
    limit = max(1, min(100, int(params.get("limit", 100))))
    seconds = min(MAX_POLL_SECONDS, int(params.get("timeout", 0)))
    await account.changes.until(lambda: account.unconfirmed or account.poll != mine, seconds)
    if account.poll != mine:
        raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot runs")
    return account.pending(limit)


def chat_of(account: Account, params: Params) -> Chat:
    """Return the chat that a call means, or refuse as Telegram does."""
    chat = account.chats.get(int(params["chat_id"]))
    if chat is None:
        raise Refusal(400, "Bad Request: chat not found")
    if chat.migrated_to:
        raise Refusal(
            400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
        )
    if chat.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if not chat.member:
        raise Refusal(403, "Forbidden: bot was kicked from the group chat")
    return chat


def send_message(account: Account, params: Params) -> Any:
    """Show a message in a chat."""
    return _show(account, params, str(params["text"]).strip())


def send_photo(account: Account, params: Params) -> Any:
    """Show a picture with its caption."""
    sent = _show(account, params, str(params.get("caption", "")).strip(), picture=True)
    words = sent.pop("text")
    photo = [{"file_id": "P", "file_unique_id": "p", "width": 90, "height": 90}]
    return sent | {"caption": words, "photo": photo}


def _show(account: Account, params: Params, text: str, *, picture: bool = False) -> dict[str, Any]:
    chat = chat_of(account, params)
    said = Said(
        account.new_message_id(),
        "bot",
        text,
        keyboard_of(params.get("reply_markup")),
        picture,
        silent=bool(params.get("disable_notification")),
        protected=bool(params.get("protect_content")),
    )
    return _as_api(account, chat, chat.put(said))


def _as_api(account: Account, chat: Chat, said: Said) -> dict[str, Any]:
    markup = {"reply_markup": {"inline_keyboard": said.keyboard}} if said.keyboard else {}
    return {
        "message_id": said.message_id,
        "from": _bot(account),
        "chat": chat.as_api(),
        "date": int(time.time()),
        "text": said.text,
        **markup,
    }


def edit_text(account: Account, params: Params) -> Any:
    """Replace a message of the bot's in place."""
    return _edit(account, params, text=str(params["text"]).strip())


def edit_markup(account: Account, params: Params) -> Any:
    """Replace a keyboard in place."""
    return _edit(account, params, text=None)


def _edit(account: Account, params: Params, text: str | None) -> Any:
    chat = chat_of(account, params)
    said = chat.messages.get(int(params["message_id"]))
    if said is None:
        raise Refusal(400, "Bad Request: message to edit not found")
    if said.author != "bot":
        raise Refusal(400, "Bad Request: message can't be edited")
    keyboard = keyboard_of(params.get("reply_markup"))
    if (text is None or said.text == text) and said.keyboard == keyboard:
        raise Refusal(400, "Bad Request: message is not modified: specified new message content is the same")
    said.text = said.text if text is None else text
    said.keyboard = keyboard
    said.edits += 1
    return _as_api(account, chat, chat.touch(said))


def answer_query(account: Account, params: Params) -> Any:
    """Stop the spinner on a pressed button."""
    query = account.queries.get(str(params["callback_query_id"]))
    if query is None:
        raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    query.answers += 1
    account.changes.announce()
    return True


def chat_action(account: Account, params: Params) -> Any:
    """Show "typing"."""
    chat_of(account, params).actions.append(str(params["action"]))
    return True


def set_commands(account: Account, params: Params) -> Any:
    """Remember the command menu of a scope and a language."""
    account.commands[_menu(params)] = list(params["commands"])
    return True


def delete_commands(account: Account, params: Params) -> Any:
    """Forget a command menu."""
    account.commands.pop(_menu(params), None)
    return True


def _menu(params: Params) -> str:
    scope = params.get("scope") or {"type": "default"}
    parts = (scope["type"], scope.get("chat_id", ""), params.get("language_code", ""))
    return ":".join(str(part) for part in parts if part)


def set_webhook(account: Account, params: Params) -> Any:
    """Push updates from now on (an empty address ends it)."""
    if params.get("drop_pending_updates"):
        account.drop_pending()
    account.webhook = {"url": params.get("url", ""), "secret": params.get("secret_token", "")}
    account.changes.announce()
    return True


def delete_webhook(account: Account, params: Params) -> Any:
    """End pushing."""
    return set_webhook(account, {**params, "url": ""})


def webhook_info(account: Account, params: Params) -> Any:
    """Tell where updates go."""
    url = account.webhook.get("url", "")
    return {"url": url, "has_custom_certificate": False, "pending_update_count": account.unconfirmed}


def get_chat(account: Account, params: Params) -> Any:
    """Describe a chat."""
    details = {"accent_color_id": 0, "max_reaction_count": 1, "accepted_gift_types": _NO_GIFTS}
    return chat_of(account, params).as_api() | details


_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def get_chat_member(account: Account, params: Params) -> Any:
    """Say whether somebody is in a chat."""
    chat, user_id = chat_of(account, params), int(params["user_id"])
    status = "member" if user_id in chat.members | {account.bot_id, chat.chat_id} else "left"
    return {"user": {"id": user_id, "is_bot": user_id == account.bot_id, "first_name": "?"}, "status": status}


def count_members(account: Account, params: Params) -> Any:
    """Count a chat's people and the bot."""
    return len(chat_of(account, params).members) + 1


def leave_chat(account: Account, params: Params) -> Any:
    """Take the bot out of a group."""
    chat_of(account, params).member = False
    return True


def delete_message(account: Account, params: Params) -> Any:
    """Take a message away."""
    chat = chat_of(account, params)
    if chat.messages.pop(int(params["message_id"]), None) is None:
        raise Refusal(400, "Bad Request: message to delete not found")
    chat.changes.announce()
    return True


METHODS: dict[str, Callable[[Account, Params], Any | Awaitable[Any]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "answerCallbackQuery": answer_query,
    "sendChatAction": chat_action,
    "setMyCommands": set_commands,
    "deleteMyCommands": delete_commands,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatMemberCount": count_members,
    "leaveChat": leave_chat,
    "deleteMessage": delete_message,
}
