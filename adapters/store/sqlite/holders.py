"""Names the other processes that have a database file open, for whoever wants to know who holds its lock."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")


def holders(database: Path) -> list[str]:
    """Return `name (process id)` of each other process; empty where the system does not tell."""
    wanted, own = os.path.realpath(database), str(os.getpid())
    found = []
    for process in PROCESSES.glob("[0-9]*"):
        # A process may end while it is looked at, and that of another user may not be looked at.
        with suppress(OSError):
            if process.name != own and any(os.path.realpath(file) == wanted for file in (process / "fd").iterdir()):
                found.append(f"{(process / 'comm').read_text().strip()} ({process.name})")
    return sorted(found)
