"""Turns SQLite's errors into ours, each with its remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.store.sqlite.holders import holders
from bot.errors import StoreError

HELD = ("another process holds it for too long", False)
OUR_FAULT = ("this is a fault in Handrail, please report it", True)
REMEDIES = {
    sqlite3.SQLITE_FULL: ("the disk is full; free some space in its folder and it goes on by itself", False),
    sqlite3.SQLITE_BUSY: HELD,
    sqlite3.SQLITE_LOCKED: HELD,
    sqlite3.SQLITE_READONLY: ("it cannot be written; give the user of this process write access", True),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened; check that its folder exists and can be written", True),
    sqlite3.SQLITE_IOERR: ("the disk failed; check it, then start again", True),
    sqlite3.SQLITE_CORRUPT: ("it is damaged; restore a back-up with `handrail backup restore`", True),
    sqlite3.SQLITE_NOTADB: ("it is no SQLite database; restore a back-up or set HANDRAIL_DATABASE_URL", True),
}
# After a failed fsync nobody knows what the disk holds, so nothing more may be acknowledged.
DISTRUSTED = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise a StoreError with the remedy in place of an error of SQLite."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        remedy, permanent = REMEDIES.get(kind_of(error), OUR_FAULT)
        if (remedy, permanent) == HELD and (open_in := holders(path)):
            remedy = f"{remedy}; it is open in {', '.join(open_in)}"
        message = f"the database {path} refused ({name}, {error}): {remedy}"
        raise StoreError(message, permanent=permanent) from error


def kind_of(error: BaseException | None) -> int:
    """Return SQLite's primary result code; the higher bytes only refine it (https://www.sqlite.org/rescode.html)."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
