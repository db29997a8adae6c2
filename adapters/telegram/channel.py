"""Delivers messages to Telegram: sent, or edited in place, in parts where they are long."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, ChatMigrated, TelegramError

from adapters.telegram.moves import Moves
from adapters.telegram.refusals import delivery_error, is_chat_gone, is_unchanged, unreadable_answer
from adapters.telegram.texts import parts, sendable
from adapters.telegram.wire import STRANGE
from bot.errors import StoreError
from bot.model.people import Platform
from bot.model.sent import Button, Delivery, Outbound

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REMEMBERED = 1000


class TelegramChannel:
    """Telegram as the core's Channel. A form does not exist here: a press arrives, and the core asks in the chat."""

    def __init__(self, bot: Bot, platform: Platform = Platform.TELEGRAM, moves: Moves | None = None) -> None:
        self.platform = platform
        self._bot = bot
        self._moves = moves or Moves()
        self._sent: dict[int, list[str]] = {}

    async def send(self, delivery: Delivery) -> str:
        """See the port. The receipt is the message id of the last part."""
        try:
            receipt = await self._follow(delivery)
        except TelegramError as error:
            raise delivery_error(error) from error
        except STRANGE:
            # No cause: its text may quote the answer, and the answer quotes the message.
            raise unreadable_answer() from None
        self._sent.pop(delivery.outbound.outbound_id, None)
        return receipt

    async def _follow(self, delivery: Delivery) -> str:
        """Deliver, after a group that has just moved too."""
        try:
            return await self._deliver(delivery)
        except ChatMigrated as error:
            with suppress(StoreError):
                await self._moves.learn(delivery.outbound.address.chat, str(error.new_chat_id))
        return await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery) -> str:
        outbound = delivery.outbound
        try:
            return await self._pieces(delivery, outbound.text, keyboard(outbound.buttons))
        except BadRequest as error:
            if not outbound.buttons or is_chat_gone(error):
                raise
        return await self._pieces(delivery, as_plain_text(outbound), None)

    async def _pieces(self, delivery: Delivery, text: str, markup: InlineKeyboardMarkup | None) -> str:
        """Send all parts; after a failure in the middle, the next attempt goes on where this one broke off."""
        *first, last = parts(text)
        number = delivery.outbound.outbound_id
        done = self._sent.get(number, [])
        for index, piece in enumerate(first):
            if done[index : index + 1] != [piece]:
                await self._put(delivery, piece, None, in_place=index == 0)
                self._remember(number, first[: index + 1])
        return await self._put(delivery, last, markup, in_place=not first)

    def _remember(self, number: int, done: list[str]) -> None:
        if len(self._sent) >= _REMEMBERED:
            self._sent.pop(next(iter(self._sent)))
        self._sent[number] = done

    async def _put(self, delivery: Delivery, text: str, markup: InlineKeyboardMarkup | None, *, in_place: bool) -> str:
        if in_place and delivery.edits:
            return await self._edit(delivery, text, markup)
        return await self._send(delivery.outbound, text, markup)

    async def _send(self, outbound: Outbound, text: str, markup: InlineKeyboardMarkup | None) -> str:
        sent = await self._bot.send_message(
            self._moves.newest(outbound.address.chat),
            text,
            reply_markup=markup,
            disable_notification=outbound.silent or None,
            protect_content=outbound.protected or None,
            link_preview_options=_NO_PREVIEW,
        )
        return str(sent.message_id)

    async def _edit(self, delivery: Delivery, text: str, markup: InlineKeyboardMarkup | None) -> str:
        place: dict[str, Any] = {
            "chat_id": self._moves.newest(delivery.outbound.address.chat),
            "message_id": int(delivery.edits),
        }
        try:
            await self._bot.edit_message_text(text, **place, reply_markup=markup, link_preview_options=_NO_PREVIEW)
        except BadRequest as error:
            if is_unchanged(error):
                return delivery.edits
            if is_chat_gone(error):
                raise
            # It vanished, is too old, or is a picture: what it should say now is said anew.
            return await self._send(delivery.outbound, text, markup)
        return delivery.edits


def keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """Return the inline keyboard for rows of buttons; none for none."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(sendable(each.label), callback_data=each.button) for each in row] for row in rows]
    )


def as_plain_text(outbound: Outbound) -> str:
    """Return the message with its choices as a numbered list, for when Telegram refuses the buttons."""
    buttons = [button for row in outbound.buttons for button in row]
    choices = [button.label for button in buttons if not button.moves]
    moves = " · ".join(button.label for button in buttons if button.moves)
    numbered = [f"{number}. {label}" for number, label in enumerate(choices, start=1)]
    return "\n".join([outbound.text, "", *numbered, *([moves] if moves else [])])
