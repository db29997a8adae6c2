"""Reads how a call to Slack failed: for good, for now, or perhaps not at all."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import DeliveryError

BOT_TOKEN = "HANDRAIL_SLACK_BOT_TOKEN"  # noqa: S105  the setting's name
APP_TOKEN = "HANDRAIL_SLACK_APP_TOKEN"  # noqa: S105  the setting's name

# The bot itself is refused. `account_inactive` may mean the person or the bot; channel.py asks which.
TOKEN_REFUSED = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "not_allowed_token_type"})
PERMANENT = {
    "account_inactive": "the account is deactivated",
    "user_disabled": "the account is deactivated",
    "user_not_found": "no such account in this workspace",
    "user_not_visible": "the account is not visible to the bot; a guest must share a channel with it",
    "cannot_dm_bot": "the account is a bot",
    "channel_not_found": "the channel does not exist or is private without the bot; type /invite @handrail in it",
    "not_in_channel": "the bot is not in the channel; type /invite @handrail in it",
    "is_archived": "the channel is archived; unarchive it or name another on-call channel",
    "restricted_action": "the workspace does not let the bot write there; ask an administrator",
    "messages_tab_disabled": "the app's messages tab is off; switch it on under App Home or use the manifest",
    "missing_scope": "the app lacks a scope; install it again from `handrail slack manifest`",
    "no_permission": "the app lacks a permission; install it again from `handrail slack manifest`",
    "ekm_access_denied": "an administrator has suspended writing in this workspace",
    "team_access_not_granted": "the app is not approved for this workspace; ask an administrator",
    "org_login_required": "the workspace is being moved to an organisation; try again later",
}
RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# Slack: "it's possible some aspect of the operation succeeded before the error was raised".
HALF_DONE = frozenset({"internal_error", "fatal_error"})
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "invalid_arguments"})
EDIT_REFUSED = frozenset(
    {"cant_update_message", "message_not_found", "edit_window_closed", "msg_too_long", "channel_not_found"}
)
# Nothing is wrong with the person or the channel: this one message will never be taken.
MESSAGE_REFUSED = BLOCKS_REFUSED | {"msg_too_long", "no_text", "too_many_attachments", "msg_blocks_too_long"}
PAUSE = timedelta(seconds=30)


class SlackRefusal(DeliveryError):  # noqa: N818  Slack's answer, not our fault
    """A DeliveryError that keeps Slack's own `code`, empty when there was no answer."""

    code: str = ""


async def answer_of(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Await a call and return Slack's answer. Raises SlackRefusal and nothing else."""
    # Causes are cut off on purpose: the library's exceptions quote the answer's body, and with it a person's words.
    try:
        answer = await call
    except SlackApiError as error:
        raise _refused(error) from None
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise _unreachable(type(error).__name__, ambiguous=False) from None
    except (ClientError, TimeoutError, ConnectionError) as error:
        raise _unreachable(type(error).__name__, ambiguous=True) from None
    except (AttributeError, TypeError, ValueError):
        # The library trips over an answer that is JSON but no object.
        raise _unreachable("an answer that is not Slack's", ambiguous=True) from None
    if not isinstance(answer.data, dict):
        raise _unreachable("an answer that is not Slack's", ambiguous=True)
    return answer.data


def _refused(error: SlackApiError) -> SlackRefusal:
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return _garbled(getattr(response, "status", 0) or getattr(response, "status_code", 0))
    code = response.data.get("error")
    if response.status_code == 429 or code in RATE_LIMITED:
        return _coded(str(code), SlackRefusal("Slack asks to wait", retry_after=_pause(response.headers)))
    if not isinstance(code, str):
        return _garbled(response.status_code)
    return _coded(code, _explained(code, str(response.data.get("needed", ""))))


def _explained(code: str, needed: str) -> SlackRefusal:
    if code in PERMANENT:
        scope = f" ({needed})" if needed else ""
        return SlackRefusal(f"Slack refused: {code}{scope}: {PERMANENT[code]}", permanent=True)
    if code in TOKEN_REFUSED:
        return SlackRefusal(f"Slack refused {BOT_TOKEN}: {code}", retry_after=PAUSE, whole_bot=True)
    if code in MESSAGE_REFUSED:
        return SlackRefusal(f"Slack refused this message: {code}", permanent=True, message_only=True)
    return SlackRefusal(f"Slack refused: {code}", ambiguous=code in HALF_DONE)


def _garbled(status: int) -> SlackRefusal:
    if status == 429:
        return _coded("ratelimited", SlackRefusal("Slack asks to wait", retry_after=PAUSE))
    # 503 is said before any work; behind every other page of HTML the call may have been done.
    return SlackRefusal(f"Slack answered {status} without a readable body", ambiguous=status != 503)


def _unreachable(what: str, *, ambiguous: bool) -> SlackRefusal:
    return SlackRefusal(f"Slack could not be reached: {what}", ambiguous=ambiguous)


def _coded(code: str, refusal: SlackRefusal) -> SlackRefusal:
    refusal.code = code
    return refusal


def _pause(headers: Any) -> timedelta:
    said = {str(name).lower(): value for name, value in dict(headers).items()}.get("retry-after", "")
    return timedelta(seconds=int(said)) if str(said).isascii() and str(said).isdigit() else PAUSE
