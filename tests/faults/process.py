"""The real `handrail run` as a child process, to be stopped and killed."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path


class Process:
    """One run after another on the same data folder, by default in the role that does everything."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], role: str = "all", more: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._role = role
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")},
            "HANDRAIL_DATA_DIR": str(folder / "data"),
            **{f"HANDRAIL_{name}": value for name, value in settings.items()},
            **(more or {}),
        }
        self._child: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Process:
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._child is not None:
            await self.kill()

    async def start(self) -> None:
        """Start it; it is not ready yet."""
        with (self._folder / "log").open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--role", self._role), env=self._environment, stderr=log
            )

    async def ended(self) -> int:
        """Wait until it ends by itself; return the exit code."""
        assert self._child is not None
        return await asyncio.wait_for(self._child.wait(), 15)

    async def logged(self, words: str) -> None:
        """Wait until the log holds these words."""
        async with asyncio.timeout(20):
            while words not in self.log:
                await asyncio.sleep(0.05)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal and do not wait."""
        assert self._child is not None
        self._child.send_signal(number)

    def limit(self, kind: int, value: int) -> None:
        """Lower a limit that the system keeps for the running process."""
        assert self._child is not None
        resource.prlimit(self._child.pid, kind, (value, value))

    @property
    def runs(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._child is not None and self._child.returncode is None

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is written."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; return the exit code."""
        return await self._end(signal.SIGTERM)

    @property
    def log(self) -> str:
        """All that was logged so far."""
        return (self._folder / "log").read_text()

    async def _end(self, number: signal.Signals) -> int:
        assert self._child is not None
        if self._child.returncode is None:
            self._child.send_signal(number)
        return await asyncio.wait_for(self._child.wait(), 15)
