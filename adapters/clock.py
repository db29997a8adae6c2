"""Two clocks: the system's, and one that a terminal or test moves."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"\+(\d{1,6})(s|m|h|d)")
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def system_clock() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class MovableClock:
    """Real time plus what it was moved by."""

    def __init__(self, base: datetime | None = None) -> None:
        self._fixed = base
        self._moved = timedelta()

    def __call__(self) -> datetime:
        """Return the moved time in UTC."""
        return (self._fixed or system_clock()) + self._moved

    def move_to(self, moment: datetime) -> None:
        """Move forward to `moment`; never backward."""
        self._moved += max(timedelta(), moment - self())


def span(text: str) -> timedelta | None:
    """Return `+90s`, `+10m`, `+24h` or `+7d` as a timedelta, or None."""
    match = _SPAN.fullmatch(text.strip())
    return int(match[1]) * _UNITS[match[2]] if match else None
