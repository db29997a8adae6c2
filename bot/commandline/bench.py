"""`handrail bench`: measures our own speed on this machine."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.bench.figures import Figure
    from bot.bench.keys import Key


def bench(
    only: Annotated[list[str] | None, typer.Option(help="Measure only this key; may be given again.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each rate; the median is reported.")] = 5,
    full: Annotated[
        bool, typer.Option("--full", help="Measure at the sizes of the budget; takes many minutes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure what the budget promises, on HANDRAIL_DATABASE_URL or a SQLite file in the current folder.

    Each figure has a value, a unit and its inputs. Rates are per second of one core's time.

    Example: handrail bench --only engine_turns_per_s --json
    """
    from bot.bench.figures import Options
    from bot.bench.keys import KEYS
    from bot.logs import set_up_logs

    unknown = set(only or ()) - set(KEYS)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}; use {', '.join(KEYS)}")
    set_up_logs("ERROR", ())
    options = Options(runs, read_settings().database_url, full)
    found = {}
    for key, how in KEYS.items():
        if only and key not in only:
            continue
        found[key] = how.measure(options)
        # What is measured takes minutes: a line for each, on the way that a script does not read.
        print(_line(key, how, found[key]), file=sys.stderr if as_json else sys.stdout, flush=True)
    if as_json:
        print(json.dumps({key: asdict(figure) for key, figure in found.items()}, indent=2))


def _line(key: str, how: Key, figure: Figure) -> str:
    bound = f"{'at most' if how.at_most else 'at least'} {how.budget:,g}"
    if figure.value is None:
        return f"{key:28} {'-':>12} {figure.unit:14} ({bound})  {figure.inputs}"
    verdict = "kept" if how.fits(figure.value) else "MISSED"
    return f"{key:28} {figure.value:>12,.6g} {figure.unit:14} ({bound}: {verdict})  {figure.inputs}"
