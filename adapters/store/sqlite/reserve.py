"""Keeps some room on the disk for what must not fail when it is full: a worrying message, its page, an erasure."""

from __future__ import annotations

import os
from pathlib import Path

RESERVE_BYTES = 4 * 1024 * 1024


class Reserve:
    """A file beside the database that can be given up for its room."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".reserve")
        self.is_kept = False

    def keep(self) -> bool:
        """Make the file where it is missing; False when there is no room for it."""
        if self._path.exists() and self._path.stat().st_size == RESERVE_BYTES:
            self.is_kept = True
            return True
        try:
            with self._path.open("wb") as file:
                # Random: a file system that compresses would hold no room for zeros.
                file.write(os.urandom(RESERVE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        self.is_kept = True
        return True

    def give_up(self) -> bool:
        """Free the room; False when it was free already."""
        if not self.is_kept:
            return False
        self._path.unlink(missing_ok=True)
        self.is_kept = False
        return True
