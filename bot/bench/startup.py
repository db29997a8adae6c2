"""Measures a start of `handrail run` with both platforms on loopback: seconds to ready, and memory when idle."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bot.bench.loopback import loopback

READY = b'"ready"'
PATIENCE = 30


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process to its ready line, by the clock and of a processor, and its memory.

    The memory is what is resident after some idle seconds.
    """

    seconds: float
    cpu_seconds: float | None
    idle_mb: float | None


async def start(folder: Path, *, database_url: str = "", idle_seconds: float = 0.0) -> Start:
    """Start once with Telegram and Slack, on a database and flow cache that an earlier start has made."""
    async with loopback("bot.bench.crisis_server", "0", "0") as telegram, loopback("bot.bench.slack_server") as slack:
        environment = _environment(folder, telegram, slack, database_url)
        await _run(environment, 0.0)  # makes the database, the key and the kept flows
        return await _run(environment, idle_seconds)


async def _run(environment: dict[str, str], idle_seconds: float) -> Start:
    begun = perf_counter()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE):
            while child.stderr and READY not in (line := await child.stderr.readline()):
                if not line:
                    raise RuntimeError("handrail run ended before it was ready")
        seconds, cpu = perf_counter() - begun, _cpu_seconds(child.pid)
        await asyncio.sleep(idle_seconds)
        return Start(seconds, cpu, _resident_mb(child.pid) if idle_seconds else None)
    finally:
        child.terminate()
        await child.communicate()


def _environment(folder: Path, telegram: str, slack: str, database_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    return {
        **kept,
        "HANDRAIL_CHANNELS": "telegram,slack",
        "HANDRAIL_DATA_DIR": str(folder),
        "HANDRAIL_DATABASE_URL": database_url,
        "HANDRAIL_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        "HANDRAIL_TELEGRAM_TOKEN": "1:bench",
        "HANDRAIL_TELEGRAM_API_URL": telegram,
        "HANDRAIL_SLACK_BOT_TOKEN": "xoxb-bench",
        "HANDRAIL_SLACK_APP_TOKEN": "xapp-bench",
        "HANDRAIL_SLACK_API_URL": f"{slack}/api/",
    }


def _cpu_seconds(pid: int) -> float | None:
    """Return the processor time of a process as Linux counts it; None on other systems."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float | None:
    """Return the memory of a process as Linux counts it; None on other systems."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) * 1024 / 1e6
