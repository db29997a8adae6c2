"""Makes sure that a data folder and role belong to one running process, and gives that process a lasting name."""

from __future__ import annotations

import fcntl
import secrets
from pathlib import Path
from typing import IO

from bot.errors import SettingError


class Instance:
    """A locked file in the data folder. The lock ends with the process, however it ends.

    `name` stays the same over restarts, so that a process that was killed takes its own leases back at once.
    """

    def __init__(self, folder: Path, role: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (folder / f"instance-{role}").open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise SettingError(
                f"another handrail run ({role}) uses HANDRAIL_DATA_DIR {folder}; "
                "stop it, or give this one its own folder"
            ) from None
        self._file.seek(0)
        self.name = self._file.read().strip() or self._named()

    def _named(self) -> str:
        name = secrets.token_hex(8)
        self._file.write(name)
        self._file.flush()
        return name

    def close(self) -> None:
        """Let another process have the folder."""
        self._file.close()
