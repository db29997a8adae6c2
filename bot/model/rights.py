"""What people may have done with their own data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model.values import Value


class WishKind(StrEnum):
    """What a person asks for about their own data."""

    EXPORT = "export"
    LOG = "log"
    ERASE = "erase"


class Wish(Value, frozen=True):
    """Something asked for about one's own data, to be done at a time; None takes it back."""

    kind: WishKind
    at: datetime | None


class Prepared(Value, frozen=True, tag="prepared"):
    """What was asked for about one's own data, as texts ready to be sent."""

    kind: WishKind
    texts: tuple[str, ...]
