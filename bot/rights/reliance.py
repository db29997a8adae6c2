"""When somebody leans on the bot so much that people should be named: pure counting, never a judgement."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model.talk import Session

# S-16 in shared/privacy.md: more than three exercises a day, or 22 talks and more in seven days.
MANY_A_DAY, MANY_A_WEEK = 3, 22
WEEK = timedelta(days=7)


def leans(session: Session, now: datetime) -> bool:
    """Say whether the talks begun in the last seven days, check-ins among them, are so many that people are named."""
    return sum(now - use.at < WEEK for use in session.used) >= MANY_A_WEEK
