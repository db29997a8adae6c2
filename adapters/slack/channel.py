"""Delivers to Slack: a direct message, a channel's message, an edit in place or a private modal."""

from __future__ import annotations

from typing import Any

from adapters.slack.blocks import ModalWords, Part, message_parts, reading
from adapters.slack.link import SlackLink, bot_refused
from adapters.slack.refusals import BLOCKS_REFUSED, EDIT_REFUSED, PAUSE, TOKEN_REFUSED, SlackRefusal, answer_of
from bot.errors import DeliveryError, SettingError
from bot.model import Delivery, Outbound, Platform

MODAL = "view"
INACTIVE = "account_inactive"
USED = "exchanged_trigger_id"


class SlackChannel:
    """One workspace as a Channel; a receipt is "<channel>:<ts>", or "view:<id>" for a modal."""

    platform = Platform.SLACK

    def __init__(self, link: SlackLink, *, oncall_channel: str = "", words: ModalWords | None = None) -> None:
        self._link = link
        self._unproven = oncall_channel
        self._words = words or ModalWords()

    async def send(self, delivery: Delivery) -> str:
        """Deliver as bot.ports.Channel promises."""
        try:
            return await self._deliver(delivery)
        except SlackRefusal as refusal:
            raise await self._judged(refusal) from None

    async def _deliver(self, delivery: Delivery) -> str:
        outbound = delivery.outbound
        if outbound.trigger and (receipt := await self._open(delivery)):
            return receipt
        await self._prove_private(outbound.address.chat)
        parts = message_parts(outbound)
        if delivery.edits and len(parts) == 1 and (receipt := await self._replace(delivery.edits, outbound, parts[0])):
            return receipt
        return await self._post_all(outbound, parts)

    async def _post_all(self, outbound: Outbound, parts: list[Part]) -> str:
        receipt = ""
        for number, part in enumerate(parts):
            try:
                receipt = await self._post(outbound, part)
            except SlackRefusal as refusal:
                # The first part has been read: sending all again would repeat it.
                refusal.ambiguous = refusal.ambiguous or number > 0
                raise
        return receipt

    async def _post(self, outbound: Outbound, part: Part) -> str:
        try:
            return await self._write("chat.postMessage", part, channel=outbound.address.chat)
        except SlackRefusal as refusal:
            if refusal.code not in BLOCKS_REFUSED or not part.blocks:
                raise
        return await self._write("chat.postMessage", Part(part.bare, [], part.bare), channel=outbound.address.chat)

    async def _replace(self, receipt: str, outbound: Outbound, part: Part) -> str:
        """Edit in place; an empty receipt says that it has to be sent anew."""
        channel, _, ts = receipt.partition(":")
        if channel == MODAL:
            return ""
        try:
            return await self._write("chat.update", part, channel=channel, ts=ts)
        except SlackRefusal as refusal:
            if refusal.code in EDIT_REFUSED | BLOCKS_REFUSED:
                return ""
            # The same edit twice reads the same.
            refusal.ambiguous = False
            raise

    async def _open(self, delivery: Delivery) -> str:
        """Open a private modal; an empty receipt says that the trigger has lapsed or Slack will not show it."""
        trigger, view = delivery.outbound.trigger, reading(delivery.outbound, self._words)
        try:
            answer = await answer_of(self._link.client.views_open(trigger_id=trigger, view=view))
        except SlackRefusal as refusal:
            if delivery.ambiguous and refusal.code == USED:
                # The attempt whose answer was lost did open it: what is read in private shall not stay in the chat.
                return f"{MODAL}:"
            if refusal.code and refusal.code not in TOKEN_REFUSED and refusal.retry_after is None:
                return ""
            raise
        return f"{MODAL}:{(answer.get('view') or {}).get('id', '')}"

    async def _write(self, method: str, part: Part, **where: str) -> str:
        client = self._link.client
        body: dict[str, Any] = {"text": part.text, "blocks": part.blocks, **where}
        if method == "chat.update":
            answer = await answer_of(client.chat_update(**body))
        else:
            answer = await answer_of(client.chat_postMessage(**body, unfurl_links=False, unfurl_media=False))
        if not (answer.get("channel") and answer.get("ts")):
            raise SlackRefusal("Slack accepted the message without saying where it is", ambiguous=True)
        return f"{answer['channel']}:{answer['ts']}"

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
