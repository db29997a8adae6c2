"""Writes one message or one modal through a Slack client; each says where it is now, or that it could not be there."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import Block, Part
from adapters.slack.refusals import BLOCKS_REFUSED, EDIT_REFUSED, TOKEN_REFUSED, SlackRefusal, answer_of

MODAL = "view"
USED = "exchanged_trigger_id"


async def post(client: AsyncWebClient, channel: str, part: Part) -> str:
    """Post a message; blocks that Slack refuses go out as plain text at once. Return "<channel>:<ts>"."""
    try:
        return await _write(client, "chat.postMessage", part, channel=channel)
    except SlackRefusal as refusal:
        if refusal.code not in BLOCKS_REFUSED or not part.blocks:
            raise
    return await _write(client, "chat.postMessage", Part(part.bare, [], part.bare), channel=channel)


async def replace(client: AsyncWebClient, receipt: str, part: Part) -> str:
    """Edit in place; an empty receipt says that it has to be sent anew."""
    channel, _, ts = receipt.partition(":")
    if channel == MODAL:
        return ""
    try:
        return await _write(client, "chat.update", part, channel=channel, ts=ts)
    except SlackRefusal as refusal:
        if refusal.code in EDIT_REFUSED | BLOCKS_REFUSED:
            return ""
        # The same edit twice reads the same.
        refusal.ambiguous = False
        raise


async def show(client: AsyncWebClient, trigger: str, view: Block, *, again: bool) -> str:
    """Open a modal, or change the open one that `trigger` names as "view:<id>"; return its receipt.

    An empty receipt says that the trigger has lapsed, the modal was closed, or Slack will not show it. `again` says
    that an earlier attempt may have shown it.
    """
    kind, _, name = trigger.partition(":")
    opened = client.views_update(view_id=name, view=view) if kind == MODAL else _open(client, trigger, view)
    try:
        answer = await answer_of(opened)
    except SlackRefusal as refusal:
        if again and refusal.code == USED:
            # The attempt whose answer was lost did open it: what is read in private shall not stay in the chat.
            return f"{MODAL}:"
        if refusal.code and refusal.code not in TOKEN_REFUSED and refusal.retry_after is None:
            return ""
        raise
    return f"{MODAL}:{(answer.get('view') or {}).get('id', '')}"


def _open(client: AsyncWebClient, trigger: str, view: Block) -> Any:
    return client.views_open(trigger_id=trigger, view=view)


async def _write(client: AsyncWebClient, method: str, part: Part, **where: str) -> str:
    body: dict[str, Any] = {"text": part.text, "blocks": part.blocks, **where}
    if method == "chat.update":
        answer = await answer_of(client.chat_update(**body))
    else:
        answer = await answer_of(client.chat_postMessage(**body, unfurl_links=False, unfurl_media=False))
    if not (answer.get("channel") and answer.get("ts")):
        raise SlackRefusal("Slack accepted the message without saying where it is", ambiguous=True)
    return f"{answer['channel']}:{answer['ts']}"
