"""When a person is told again that they talk with a program: after three hours, and when they ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model.talk import Session

# New York's rule for such programs: at the start and at least every three hours (shared/privacy.md, AI-5).
AFTER = timedelta(hours=3)


def is_due(session: Session, now: datetime) -> bool:
    """Say whether the notice goes with what is said now: the last one, or the talk itself, is three hours old."""
    before = session.told_at or session.last_at
    return before is not None and now - before >= AFTER
