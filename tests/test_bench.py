"""What `handrail bench` prints: one JSON object on standard output, whatever happens beside it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from bot.bench.figures import median
from bot.bench.keys import KEYS, Key
from tests.fakes.postgres import postgres_programs, postgres_server
from tests.store import raw

ASKED_FOR = {
    "engine_turns_per_s",
    "durable_turns_per_s_batch",
    "durable_turns_per_s_single",
    "adapter_turns_per_s",
    "instructions_over_floor",
    "growth_ratio",
    "checkins_per_s",
    "send_rate_share",
    "too_many_requests",
    "page_p99_ms",
    "storm_last_page_s",
    "start_s",
    "idle_mb",
}


def test_every_figure_of_the_budget_has_a_key() -> None:
    assert set(KEYS) == ASKED_FOR


def test_a_budget_is_the_least_or_the_most() -> None:
    least, most = Key(lambda _: median([1.0], ""), 100), Key(lambda _: median([1.0], ""), 100, at_most=True)
    assert (least.fits(99), least.fits(100), most.fits(100), most.fits(101)) == (False, True, True, False)


def test_the_middle_of_several_runs_is_reported_with_their_spread() -> None:
    figure = median([3.0, 1.0, 2.0], "turns", people=5)
    assert (figure.value, figure.unit) == (2.0, "turns")
    assert {"runs": 3, "lowest": 1.0, "highest": 3.0, "people": 5}.items() <= figure.inputs.items()


async def _bench(folder: Path, *words: str, database_url: str = "") -> tuple[int | None, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "bench", *words),
        cwd=folder,
        env={**environment, "HANDRAIL_DATABASE_URL": database_url, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    told, _ = await child.communicate()
    return child.returncode, told.decode()


async def test_json_is_one_object_with_value_unit_and_inputs(tmp_path: Path) -> None:
    keys = ("durable_turns_per_s_single", "start_s")
    code, told = await _bench(tmp_path, "--json", "--runs", "1", *(word for key in keys for word in ("--only", key)))
    found = json.loads(told)
    assert code == 0
    assert set(found) == set(keys)
    assert all(set(figure) == {"value", "unit", "inputs"} and figure["value"] > 0 for figure in found.values())
    assert list(tmp_path.iterdir()) == []


async def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    code, _ = await _bench(tmp_path, "--only", "luck")
    assert code == 2


async def test_nothing_is_measured_on_the_database_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres_programs()}:{os.environ['PATH']}")
    with postgres_server() as postgresql:
        for url in (f"sqlite:///{tmp_path / 'in_use.db'}", postgresql):
            words = ("--runs", "2", "--only", "durable_turns_per_s_single")
            code, _ = await _bench(tmp_path, *words, database_url=url)
            assert code == 0
        assert await raw.tables(postgresql) == []
        left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'handrail_scratch_%'"
        assert await raw.run(postgresql, left) == [(0,)]
    assert list(tmp_path.iterdir()) == []
