"""When a person is told again that they talk with a program: after three hours, and when they ask."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.model import Lane, Outbound, Session

# New York's rule for such programs: at the start and at least every three hours (shared/privacy.md, AI-5).
AFTER = timedelta(hours=3)


def is_due(session: Session, now: datetime) -> bool:
    """Say whether the notice goes with what is said now: the last one, or the talk itself, is three hours old."""
    told, talked = session.told_at, session.last_at
    return talked is not None and (told is None or now - told >= AFTER)


def with_notice(outbounds: list[Outbound], session_of: str, notice: str) -> list[Outbound] | None:
    """Return messages with the notice before the first reply to the person, or None when there is none to carry it."""
    for index, one in enumerate(outbounds):
        if one.lane is Lane.REPLY and one.person_id == session_of and not one.edits and not one.relays:
            told = msgspec.structs.replace(one, text=f"{notice}\n\n{one.text}")
            return [*outbounds[:index], told, *outbounds[index + 1 :]]
    return None
