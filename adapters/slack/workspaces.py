"""Many workspaces behind one app: each that installed it has its own link, and its people's addresses carry its id.

The workspace of HANDRAIL_SLACK_BOT_TOKEN is at home: its addresses carry no id, as if there were no other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import structs
from slack_bolt.response import BoltResponse

from adapters.slack.channel import SlackChannel
from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from bot.errors import DeliveryError
from bot.model.people import Address, Platform
from bot.model.received import Inbound
from bot.model.sent import Delivery
from bot.ports import Installations

# How long a list of workspaces is good, and how often it is read at most.
FRESH_SECONDS, AT_LEAST_SECONDS = 30.0, 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workspace:
    """One workspace (or a whole organisation) at work."""

    link: SlackLink
    channel: SlackChannel
    intake: Intake


Open = Callable[[str, str], Workspace]


class Workspaces:
    """Opens workspaces when they are needed; `open_one` makes one of its name and token."""

    platform = Platform.SLACK

    def __init__(self, kept: Installations, open_one: Open, home: Workspace | None) -> None:
        self._kept = kept
        self._open = open_one
        self._home = home
        self._at_work: dict[str, tuple[str, Workspace]] = {}
        self._tokens: dict[str, str] = {}
        self._read_at = float("-inf")

    async def send(self, delivery: Delivery) -> str:
        """Deliver through the workspace of the address, as bot.ports.Channel promises."""
        name, chat = parted(delivery.outbound.address.chat)
        workspace = await self._named(name) if name else self._home
        if workspace is None:
            raise DeliveryError("the workspace has uninstalled the app", permanent=True)
        outbound = structs.replace(delivery.outbound, address=Address(Platform.SLACK, chat))
        try:
            return await workspace.channel.send(structs.replace(delivery, outbound=outbound))
        except DeliveryError as error:
            if not (error.whole_bot and name):
                raise
            # Its own token is refused: the other workspaces must not wait for that.
            raise DeliveryError(f"the workspace refuses the app: {error}", permanent=True) from None

    async def answer(self, body: dict[str, Any], headers: dict[str, str | Sequence[str]]) -> BoltResponse:
        """Take one request for the workspace that it names; any other belongs to the one at home."""
        name = workspace_of(body)
        workspace = await self._named(name) or self._home
        if workspace is None:
            # Acknowledged all the same: Slack would send it again, and again it would be nobody's.
            log.warning("slack_workspace_unknown")
            return BoltResponse(status=200, body="")
        answer = await workspace.intake.answer(body, headers)
        if _ends(body) and answer.status == 200:
            await self._kept.drop_installation(Platform.SLACK, name)
            self._read_at = float("-inf")
        return answer

    async def close(self) -> None:
        """Release every workspace."""
        for workspace in [*(one for _, one in self._at_work.values()), *([self._home] if self._home else [])]:
            await _closed(workspace)
        self._at_work.clear()

    async def _named(self, name: str) -> Workspace | None:
        """Return the workspace that is installed under a name now; another process may have changed that."""
        await self._read(name)
        wanted = self._tokens.get(name)
        token, workspace = self._at_work.get(name, ("", None))
        if workspace is not None and token == wanted:
            return workspace
        if workspace is not None:
            del self._at_work[name]
            await _closed(workspace)
        if wanted is None:
            return None
        workspace = self._open(name, wanted)
        self._at_work[name] = (wanted, workspace)
        return workspace

    async def _read(self, name: str) -> None:
        """Read which workspaces there are, now and then; for an unknown one at once, so that it is heard when new."""
        age = time.monotonic() - self._read_at
        if age > (FRESH_SECONDS if name in self._tokens else AT_LEAST_SECONDS):
            self._tokens = {one.workspace: one.token for one in await self._kept.installations(Platform.SLACK)}
            self._read_at = time.monotonic()


def parted(chat: str) -> tuple[str, str]:
    """Return the workspace and the place in it; no workspace for one at home."""
    name, _, place = chat.rpartition(".")
    return name, place


def placed(name: str, address: Address) -> Address:
    """Return an address as the house knows it."""
    return structs.replace(address, chat=f"{name}.{address.chat}") if name else address


def inbound_of(name: str, inbound: Inbound) -> Inbound:
    """Return what a person of a workspace did, with the workspace's id on the address and the account."""
    if not name:
        return inbound
    return structs.replace(inbound, address=placed(name, inbound.address), sender=f"{name}.{inbound.sender}")


def workspace_of(body: Mapping[str, Any]) -> str:
    """Return the id of the workspace that a request comes from, or of its organisation where that installed the app."""
    event_of = next(iter(body.get("authorizations") or ()), None)
    installed = event_of if isinstance(event_of, dict) else body
    team, enterprise = body.get("team"), body.get("enterprise")
    team_id = body.get("team_id") or (team.get("id") if isinstance(team, dict) else "")
    enterprise_id = body.get("enterprise_id") or (enterprise.get("id") if isinstance(enterprise, dict) else "")
    everywhere = str(installed.get("is_enterprise_install", "")).lower() == "true"
    return str((enterprise_id if everywhere else team_id) or "")


def _ends(body: Mapping[str, Any]) -> bool:
    """Say whether a workspace takes its leave back; a person may also revoke what they gave for themselves."""
    event = body.get("event")
    if not isinstance(event, dict) or event.get("type") != "tokens_revoked":
        return isinstance(event, dict) and event.get("type") == "app_uninstalled"
    tokens = event.get("tokens")
    return isinstance(tokens, dict) and bool(tokens.get("bot"))


async def _closed(workspace: Workspace) -> None:
    await workspace.intake.close()
    await workspace.link.close()
