"""Runs a stand-in for a platform as a process of its own, so that its time is not counted as ours."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def loopback(module: str, *arguments: str) -> AsyncIterator[str]:
    """Run a module that prints its port, and return its address."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        port = int(await child.stdout.readline()) if child.stdout else 0
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        await child.wait()
