"""What `handrail bench` measures: every figure of the budget table by its key, each with its unit and its inputs."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

Result_co = TypeVar("Result_co", covariant=True)
SQLITE, POSTGRESQL = "sqlite", "postgresql"
Inputs = dict[str, Any]
PER_CORE = "turns/s/core"


class Measure(Protocol[Result_co]):
    """What measures in a folder, on a database (an empty address: a file in the folder)."""

    async def __call__(self, folder: Path, *, database_url: str) -> Result_co:
        """Measure once."""


@dataclass(frozen=True)
class Figure:
    """One measured value; None when it cannot be measured here, and `inputs` says why."""

    value: float | None
    unit: str
    inputs: Inputs = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """How much is measured: how often, on which database, and whether at the sizes of the budget."""

    runs: int
    database_url: str
    full: bool

    @property
    def engine(self) -> str:
        """Which kind of database is measured."""
        return POSTGRESQL if self.database_url.startswith(POSTGRESQL) else SQLITE

    def sized(self, usual: int, full: int) -> int:
        """Return the size of this bench."""
        return full if self.full else usual


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder on the disk of the current one: the system's own for temporary files may be memory."""
    with tempfile.TemporaryDirectory(prefix="handrail-bench-", dir=Path.cwd()) as folder:
        yield Path(folder)


def once(options: Options, measure: Measure[Result_co]) -> Result_co:
    """Measure in a new folder, on a new database that goes with it: never on one that is in use."""
    with new_folder() as folder:
        return asyncio.run(_on_new_database(options, folder, measure))


def repeated(options: Options, runs: int, measure: Measure[Result_co]) -> list[Result_co]:
    """Measure so often, each time anew."""
    return [once(options, measure) for _ in range(runs)]


async def _on_new_database(options: Options, folder: Path, measure: Measure[Result_co]) -> Result_co:
    if options.engine == SQLITE:
        return await measure(folder, database_url="")
    from adapters.store.postgres.backup import scratch

    async with scratch(options.database_url) as url:
        return await measure(folder, database_url=url)


def median(values: Sequence[float], unit: str, digits: int = 1, **inputs: Any) -> Figure:
    """Return the middle of several runs, with the spread in the inputs."""
    spread = {"runs": len(values), "lowest": round(min(values), digits), "highest": round(max(values), digits)}
    load = round(os.getloadavg()[0], 1)
    return Figure(round(statistics.median(values), digits), unit, {**spread, "load": load, **inputs})
