"""What the clocks of a zone show at a moment. At nine o'clock many thousand people share one answer, so it is kept."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def local_time(moment: datetime, zone_name: str) -> datetime:
    """Return a moment in a zone."""
    return moment.astimezone(ZoneInfo(zone_name))
