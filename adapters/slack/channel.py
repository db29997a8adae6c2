"""Delivers to Slack: a direct message, a channel's message, an edit in place or a private modal."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from msgspec import structs

from adapters.slack.blocks import WRITE, Part, message_parts
from adapters.slack.link import SlackLink, bot_refused
from adapters.slack.posting import post, replace, show
from adapters.slack.quiet import demand_leave_to_ask
from adapters.slack.refusals import PAUSE, TOKEN_REFUSED, SlackRefusal, answer_of
from adapters.slack.views import ModalWords, reading
from bot.errors import DeliveryError, SettingError
from bot.model.people import Platform
from bot.model.sent import Button, Delivery, Lane, Outbound
from bot.ports import Clock

INACTIVE = "account_inactive"
# A person's account, as opposed to a channel.
ACCOUNT = ("U", "W")


def _now() -> datetime:
    return datetime.now(UTC)


class SlackChannel:
    """One workspace as a Channel; a receipt is "<channel>:<ts>", or "view:<id>" for a modal.

    Without `dm_text` nobody can type into the chat with the bot: every message there has a button to write.
    """

    platform = Platform.SLACK

    def __init__(
        self,
        link: SlackLink,
        *,
        oncall_channel: str = "",
        words: ModalWords | None = None,
        dm_text: bool = True,
        clock: Clock = _now,
    ) -> None:
        self._link = link
        self._unproven = oncall_channel
        self._words = words or ModalWords()
        self._write = None if dm_text else Button(WRITE, self._words.write, form=self._words.form_title)
        self._clock = clock

    async def send(self, delivery: Delivery) -> str:
        """Deliver as bot.ports.Channel promises."""
        try:
            return await self._deliver(delivery)
        except SlackRefusal as refusal:
            raise await self._judged(refusal) from None

    async def _deliver(self, delivery: Delivery) -> str:
        outbound, client = delivery.outbound, self._link.client
        chat = outbound.address.chat
        if outbound.lane is Lane.NUDGE:
            await demand_leave_to_ask(client, chat, self._clock())
        if outbound.trigger and (receipt := await self._show(delivery)):
            return receipt
        await self._prove_private(chat)
        if outbound.aloud:
            outbound = structs.replace(outbound, text=outbound.aloud)
        # What replaces a message is a note on it; the question that is open stands below, with its own button.
        writable = chat.startswith(ACCOUNT) and not outbound.edits
        parts = message_parts(outbound, self._write if writable else None)
        in_place = delivery.edits and len(parts) == 1 and not outbound.plain
        if in_place and (receipt := await replace(client, delivery.edits, parts[0])):
            return receipt
        return await self._post_all(outbound, parts)

    async def _show(self, delivery: Delivery) -> str:
        """Show it in a modal; an empty receipt says that it has to be in the chat (too)."""
        outbound, view = delivery.outbound, reading(delivery.outbound, self._words)
        shown = show(self._link.client, outbound.trigger, view, again=delivery.ambiguous > 0)
        if outbound.lane is not Lane.SAFETY:
            return await shown
        # A modal can be closed by mistake: a safety text stands in the chat as well, whatever becomes of the modal.
        with contextlib.suppress(SlackRefusal):
            await shown
        return ""

    async def _post_all(self, outbound: Outbound, parts: list[Part]) -> str:
        receipt = ""
        for number, part in enumerate(parts):
            try:
                receipt = await post(self._link.client, outbound.address.chat, part)
            except SlackRefusal as refusal:
                # The first part has been read: sending all again would repeat it.
                refusal.ambiguous = refusal.ambiguous or number > 0
                raise
        return receipt

    async def _prove_private(self, chat: str) -> None:
        """Before the first page: a page in a public channel would tell everyone who is in crisis."""
        if chat != self._unproven or not chat:
            return
        try:
            await self._link.check_oncall_channel(chat)
        except SettingError as error:
            raise DeliveryError(str(error), permanent=True) from error
        self._unproven = ""

    async def _judged(self, refusal: SlackRefusal) -> DeliveryError:
        """Tell a refused person from a refused bot: one address must not suffer for the bot's token."""
        if refusal.code == INACTIVE:
            try:
                await answer_of(self._link.client.auth_test())
            except SlackRefusal as own:
                refusal = own
            else:
                return refusal
        if refusal.code not in TOKEN_REFUSED | {INACTIVE}:
            return refusal
        self._link.refuse(bot_refused(refusal.code))
        return DeliveryError(f"Slack refused the bot itself: {refusal.code}", retry_after=PAUSE, whole_bot=True)
