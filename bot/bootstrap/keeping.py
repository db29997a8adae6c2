"""`handrail audit` and `handrail keys`: checks the chain of notes, and puts keys under a new master key."""

from __future__ import annotations

from bot.auditing import Verdict
from bot.bootstrap.opened import opened_store
from bot.errors import SettingError
from bot.settings import Settings

PORTION = 500  # keys of one transaction


async def verify_notes(settings: Settings, seen: str) -> Verdict:
    """Check the whole chain of notes."""
    async with opened_store(settings) as store:
        return await store.rights.verify_notes(seen)


async def rotate(settings: Settings) -> int:
    """Put every key under the first of two master keys; an interrupted rotation goes on where it stood."""
    given = settings.master_key.get_secret_value().split(",") if settings.master_key is not None else []
    if len(given) < 2:
        raise SettingError("HANDRAIL_MASTER_KEY holds one key; for a rotation write the new one, a comma, the old one")
    rewrapped = 0
    async with opened_store(settings) as store:
        while some := await store.rights.rewrap(PORTION):
            rewrapped += some
    return rewrapped
