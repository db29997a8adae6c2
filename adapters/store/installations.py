"""Seals and opens the tokens of workspaces."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
import structlog

from adapters.store.rows import Row, encode, micros
from bot.errors import StoreError
from bot.model.people import Platform
from bot.ports import Installation
from bot.privacy import Keyring

log = structlog.get_logger(__name__)

_decode = msgspec.msgpack.Decoder(Installation).decode


def installation_row(installation: Installation, now: datetime, keyring: Keyring) -> Row:
    """Return (platform, workspace, at, body)."""
    platform, workspace = installation.platform, installation.workspace
    body = keyring.seal_for_system(_place(platform, workspace), encode(installation))
    return (platform.value, workspace, micros(now), body)


def installations_of(platform: Platform, rows: Iterable[Row], keyring: Keyring) -> list[Installation]:
    """Open rows of (workspace, body); a damaged one has to be installed anew."""
    found = []
    for workspace, body in rows:
        try:
            found.append(_decode(keyring.open_for_system(_place(platform, workspace), body)))
        except (StoreError, msgspec.MsgspecError) as error:
            log.error("installation_unreadable", platform=platform.value, reason=str(error))
    return found


def _place(platform: Platform, workspace: str) -> str:
    return f"installation.body {platform.value} {workspace}"
