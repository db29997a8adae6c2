"""Every figure of the budget table (shared/design.md) by its key: how it is measured, and what it has to reach."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from math import ceil
from pathlib import Path
from statistics import median as middle

from bot.bench.figures import PER_CORE, Figure, Inputs, Options, median, new_folder, once, repeated
from bot.bench.rates import Rate

PEOPLE_TOGETHER, PEOPLE_ALONE, TALKS = 512, 64, 3000
BATCH = 256


@dataclass(frozen=True)
class Key:
    """One figure: its measure, its budget, and whether the budget is the least or the most."""

    measure: Callable[[Options], Figure]
    budget: float
    at_most: bool = False

    def fits(self, value: float) -> bool:
        """Whether a value keeps the budget."""
        return value <= self.budget if self.at_most else value >= self.budget


def _engine(options: Options) -> Figure:
    from bot.bench.engine import engine_rate

    return median([engine_rate(TALKS) for _ in range(options.runs)], PER_CORE, talks=TALKS)


def _durable(options: Options, *, people: int, together: bool) -> Figure:
    """Measure turns and, on SQLite, their bare rows in turn with them."""
    rates = repeated(options, options.runs, partial(_durable_and_floor, people=people, together=together))
    return median([ours.per_core_second for ours, _ in rates], PER_CORE, people=people, **_beside(rates, options))


async def _durable_and_floor(
    folder: Path, *, database_url: str, people: int, together: bool
) -> tuple[Rate, Rate | None]:
    from bot.bench.durable import durable_rate
    from bot.bench.floor import read, rewrite

    ours = await durable_rate(folder, people=people, together=together, database_url=database_url)
    if database_url:
        return ours, None
    written = await asyncio.to_thread(read, folder / "handrail.db")
    return ours, await rewrite(folder / "floor.db", written, BATCH if together else 1)


def _beside(rates: list[tuple[Rate, Rate | None]], options: Options) -> Inputs:
    """Return the wall clock beside the processor's time, and how many times the bare rows' cost a turn has."""
    told: Inputs = {"engine": options.engine}
    told["turns_per_s_wall"] = round(middle(ours.per_second for ours, _ in rates))
    floors = [(ours, floor) for ours, floor in rates if floor is not None]
    if floors:
        told["cpu_over_bare_rows"] = round(
            middle(bare.per_core_second / one.per_core_second for one, bare in floors), 2
        )
        told["wall_over_bare_rows"] = round(middle(bare.per_second / one.per_second for one, bare in floors), 2)
    return told


def _adapter(options: Options) -> Figure:
    from bot.bench.adapter import adapter_rate

    rates = repeated(options, options.runs, partial(adapter_rate, people=PEOPLE_TOGETHER))
    values = [rate.per_core_second for rate in rates]
    return median(values, PER_CORE, people=PEOPLE_TOGETHER, engine=options.engine)


def _instructions(_options: Options) -> Figure:
    from bot.bench.instructions import PEOPLE, counted

    with new_folder() as folder:
        found = asyncio.run(counted(folder))
    if found is None:
        return Figure(None, "ratio", {"why": "valgrind is not installed; it counts instructions exactly"})
    inputs = {"ours": round(found.ours), "floor": round(found.floor), "batch": PEOPLE}
    return Figure(round(found.ours / found.floor, 3), "ratio", inputs)


def _growth(options: Options) -> Figure:
    from bot.bench.growth import EARLIER, growth

    small, large = options.sized(5_120, 10_240), options.sized(51_200, 1_000_000)
    with new_folder() as folder:
        found = asyncio.run(growth(folder, small=small, large=large))
    inputs = {"people": [small, large], "earlier_turns_each": EARLIER, "load": _load()}
    inputs |= {"us_per_turn": [round(found.small_us), round(found.large_us)], "bytes_written": round(found.written, 2)}
    return Figure(round(found.cpu, 3), "ratio", inputs)


def _check_ins(options: Options) -> Figure:
    from bot.bench.checkins import bulk_rate

    schedules, due = options.sized(100_000, 1_000_000), options.sized(10_000, 100_000)
    found = once(options, partial(bulk_rate, schedules=schedules, due=due))
    inputs: Inputs = {"schedules": schedules, "due": due, "engine": options.engine, "load": _load()}
    inputs |= {"turn_p99_ms": round(found.turn_p99_ms, 1), "grown_mb": round(found.grown_mb, 1)}
    return Figure(round(found.per_second), "check-ins/s", inputs | {"per_core": round(found.per_core_second)})


@cache
def _send_rate(options: Options) -> Figure:
    from bot.bench.sending import ROUND_TRIP, send_nudges

    messages = options.sized(300, 900)
    with new_folder() as folder:
        sent = asyncio.run(send_nudges(folder, messages=messages))
    inputs = {"messages": messages, "round_trip_s": ROUND_TRIP, "refused": sent.refused, "load": _load()}
    return Figure(round(sent.share, 3), "share", inputs)


def _refused(options: Options) -> Figure:
    share = _send_rate(options)
    return Figure(share.inputs["refused"], "answers 429", share.inputs)


def _page(options: Options) -> Figure:
    from bot.bench.crisis import ROUND_TRIP, page_waits

    pages, nudges = 40, 20_000
    runs = repeated(options, options.sized(1, 5), partial(page_waits, pages=pages, nudges=nudges))
    waits = sorted(wait * 1000 for run in runs for wait in run)
    inputs: Inputs = {"pages": len(waits), "nudges": nudges, "round_trip_ms": ROUND_TRIP * 1000, "load": _load()}
    inputs |= {"median_ms": round(middle(waits)), "highest_ms": round(waits[-1]), "engine": options.engine}
    return Figure(round(waits[ceil(len(waits) * 0.99) - 1], 1), "ms", inputs)


def _storm(options: Options) -> Figure:
    from bot.bench.crisis import storm

    messages, nudges = options.sized(4_000, 20_000), options.sized(10_000, 100_000)
    found = once(options, partial(storm, messages=messages, nudges=nudges))
    inputs: Inputs = {"messages": messages, "nudges": nudges, "pages": found.pages, "refused": found.refused}
    return Figure(round(found.last_page, 2), "s", inputs | {"engine": options.engine, "load": _load()})


def _start(options: Options) -> Figure:
    from bot.bench.startup import start

    starts = repeated(options, options.runs, start)
    told: Inputs = {"platforms": ["telegram", "slack"], "engine": options.engine}
    if spent := [one.cpu_seconds for one in starts if one.cpu_seconds is not None]:
        told["cpu_s"] = round(middle(spent), 2)
    return median([one.seconds for one in starts], "s", 2, **told)


def _idle(options: Options) -> Figure:
    from bot.bench.startup import start

    found = once(options, partial(start, idle_seconds=10.0))
    if found.idle_mb is None:
        return Figure(None, "MB", {"why": "this system does not tell a process's memory in /proc"})
    return Figure(round(found.idle_mb, 1), "MB", {"platforms": ["telegram", "slack"], "idle_s": 10})


def _load() -> float:
    return round(os.getloadavg()[0], 1)


KEYS: dict[str, Key] = {
    "engine_turns_per_s": Key(_engine, 100_000),
    "durable_turns_per_s_batch": Key(partial(_durable, people=PEOPLE_TOGETHER, together=True), 4_000),
    "durable_turns_per_s_single": Key(partial(_durable, people=PEOPLE_ALONE, together=False), 500),
    "adapter_turns_per_s": Key(_adapter, 2_500),
    "instructions_over_floor": Key(_instructions, 1.15, at_most=True),
    "growth_ratio": Key(_growth, 1.10, at_most=True),
    "checkins_per_s": Key(_check_ins, 50_000),
    "send_rate_share": Key(_send_rate, 0.95),
    "too_many_requests": Key(_refused, 0, at_most=True),
    "page_p99_ms": Key(_page, 125, at_most=True),
    "storm_last_page_s": Key(_storm, 6, at_most=True),
    "start_s": Key(_start, 0.8, at_most=True),
    "idle_mb": Key(_idle, 90, at_most=True),
}
