"""What the core needs of the store to serve a person's rights over their data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from bot.auditing import Verdict
from bot.model.cases import Audit
from bot.model.people import Address, Person
from bot.model.rights import WishKind
from bot.model.schedules import Entry
from bot.rights.belongings import Belongings
from bot.rights.keeping import Keeping


class Wished(Struct, frozen=True):
    """A wish that is due: whose, what, and since when."""

    person_id: str
    kind: WishKind
    at: datetime


class Swept(Struct, frozen=True):
    """A stretch of a retention pass: the last person seen (empty at the end), and how much was let go."""

    last: str
    gone: int


class Rights(Protocol):
    """Reads, moves and destroys what is stored about one person. Each method is one transaction."""

    async def wishes(self, now: datetime, limit: int) -> list[Wished]:
        """Return the wishes that are due, the oldest first."""

    async def find(self, address: Address) -> str:
        """Return who chats at an address, or nothing."""

    async def belongings(self, person_id: str) -> Belongings | None:
        """Return everything about a person, or None when nobody has that id."""

    async def notes_about(self, person_id: str) -> list[Audit]:
        """Return who did what with a person's cases, oldest first."""

    async def note(self, notes: Sequence[Audit]) -> None:
        """Add notes to the chain."""

    async def take_in(self, belongings: Belongings) -> None:
        """Store an export; ExportRefused when the person is known or was erased."""

    async def erase(self, person_id: str, now: datetime) -> bool:
        """Destroy a person's key and rows for good; False while a case is open, and nothing is done."""

    async def sweep(self, now: datetime, after: str, keeping: Keeping) -> Swept:
        """Let go of what has been kept long enough, for the next people after an id."""

    async def verify_notes(self, seen: str = "") -> Verdict:
        """Check the chain of notes."""

    async def rewrap(self, limit: int) -> int:
        """Put so many keys under the first master key; return how many were, zero when all are."""

    async def keep_sealed(self, name: str, plain: bytes) -> None:
        """Keep something that belongs to nobody, sealed, in place of what stood under that name."""

    async def sealed(self, name: str) -> bytes | None:
        """Return what is kept sealed under a name."""

    def mark(self, content: bytes) -> bytes:
        """Return a mark that only this database's key can make."""

    async def people(self, after: str, limit: int) -> list[tuple[Person, Sequence[Entry]]]:
        """Return people after an id, in order, with their ratings."""
