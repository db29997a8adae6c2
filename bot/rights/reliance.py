"""When somebody leans on the bot so much that people should be named: pure counting, never a judgement."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import Session

# S-16 in shared/privacy.md: more than three exercises a day, or exercises and check-ins on so many that in seven days
# there are 22 or more (three a day, and one).
MANY_A_DAY, MANY_A_WEEK = 3, 22
WEEK = timedelta(days=7)


def leans(day: int, week: int) -> bool:
    """Say whether the next exercise should begin with naming people; counts are of what was begun before it."""
    return day >= MANY_A_DAY or week >= MANY_A_WEEK


def begun_since(session: Session, since: datetime) -> int:
    """Return how many talks were begun since then, as far as they are remembered."""
    return sum(use.at >= since for use in session.used)
