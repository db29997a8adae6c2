"""`handrail bench`: measures our own speed on this machine."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.settings import read_settings

Measured = dict[str, Any]
PEOPLE_TOGETHER, PEOPLE_ALONE, TALKS = 512, 64, 3000
BUDGETS = {
    "engine_turns_per_s": 100_000,
    "durable_turns_per_s_batch": 4_000,
    "durable_turns_per_s_single": 500,
    "adapter_turns_per_s": 2_500,
}


def bench(
    only: Annotated[list[str] | None, typer.Option(help="Measure only this key; may be given again.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each; the median is reported.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure turns a second of one core's time, the median of several runs, on HANDRAIL_DATABASE_URL or SQLite.

    Example: handrail bench --only engine_turns_per_s --json
    """
    measures: dict[str, Callable[[Path], float]] = {
        "engine_turns_per_s": lambda _folder: _engine(),
        "durable_turns_per_s_batch": lambda folder: _durable(folder, PEOPLE_TOGETHER, together=True),
        "durable_turns_per_s_single": lambda folder: _durable(folder, PEOPLE_ALONE, together=False),
        "adapter_turns_per_s": _adapter,
    }
    unknown = set(only or ()) - set(measures)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}; use {', '.join(measures)}")
    found = {key: _measured(key, measure, runs) for key, measure in measures.items() if not only or key in only}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for key, one in found.items():
        of_budget = one["value"] / BUDGETS[key]
        print(f"{key:28} {one['value']:>12,.0f} {one['unit']}   {of_budget:.2f} of the budget   {one['inputs']}")


def _measured(key: str, measure: Callable[[Path], float], runs: int) -> Measured:
    values = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="handrail-bench-", dir=Path.cwd()) as folder:
            values.append(measure(Path(folder)))
    inputs = {"runs": runs, "lowest": round(min(values)), "highest": round(max(values))}
    if key.startswith("durable"):
        inputs["people"] = PEOPLE_TOGETHER if key.endswith("batch") else PEOPLE_ALONE
    return {"value": round(statistics.median(values), 1), "unit": "turns/s/core", "inputs": inputs}


def _engine() -> float:
    from bot.bench.engine import engine_rate

    return engine_rate(TALKS)


def _durable(folder: Path, people: int, *, together: bool) -> float:
    from bot.bench.durable import durable_rate

    url = read_settings().database_url
    rate = asyncio.run(durable_rate(folder, people=people, together=together, database_url=url))
    return rate.per_core_second


def _adapter(folder: Path) -> float:
    from bot.bench.adapter import adapter_rate

    url = read_settings().database_url
    return asyncio.run(adapter_rate(folder, people=PEOPLE_TOGETHER, database_url=url)).per_core_second
