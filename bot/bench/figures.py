"""What `handrail bench` measures: every figure of the budget table by its key, each with its unit and its inputs."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")
Inputs = dict[str, Any]
PER_CORE = "turns/s/core"


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

    def sized(self, usual: int, full: int) -> int:
        """Return the size of this bench."""
        return full if self.full else usual


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder on the disk of the current one: the system's own for temporary files may be memory."""
    with tempfile.TemporaryDirectory(prefix="handrail-bench-", dir=Path.cwd()) as folder:
        yield Path(folder)


def repeated(runs: int, measure: Callable[[Path], Coroutine[Any, Any, Result]]) -> list[Result]:
    """Measure so often, each time in a new folder."""
    results = []
    for _ in range(runs):
        with new_folder() as folder:
            results.append(asyncio.run(measure(folder)))
    return results


def median(values: Sequence[float], unit: str, digits: int = 1, **inputs: Any) -> Figure:
    """Return the middle of several runs, with the spread in the inputs."""
    spread = {"runs": len(values), "lowest": round(min(values), digits), "highest": round(max(values), digits)}
    load = round(os.getloadavg()[0], 1)
    return Figure(round(statistics.median(values), digits), unit, {**spread, "load": load, **inputs})
