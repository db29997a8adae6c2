"""`handrail oncall`: who is on call, whether pages arrive, and what became of cases."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot.settings import read_settings

app = typer.Typer(help="Look after the people on call.", no_args_is_help=True)
Days = Annotated[int, typer.Option(min=1, max=3650, help="How many days to look back.")]


@app.command()
def rota(days: Annotated[int, typer.Option(min=1, max=8, help="How many days to look ahead.")] = 7) -> None:
    """Print who is primary and backup, change by change, and every gap. Exit code 1 when there is a gap.

    Example: handrail oncall rota --days 7
    """
    from bot.bootstrap.team import rota_lines
    from bot.rota_file import load_rota

    settings = read_settings()
    found = load_rota(settings.rota, workplace=settings.profile == "workplace")
    now = datetime.now(UTC)
    for line in rota_lines(found, now, timedelta(days=days)):
        print(line)
    sys.exit(1 if found.gaps(now, timedelta(days=days)) else 0)


@app.command()
def test() -> None:
    """Send a marked test page to every on-call conversation. Exit code 1 when one was not taken.

    Example: handrail oncall test
    """
    from bot.bootstrap.probes import send_test_page

    found = asyncio.run(send_test_page(read_settings()))
    for verdict, place, text in found:
        print(f"{verdict:4} {place}: {text}")
    sys.exit(1 if not found or any(verdict == "FAIL" for verdict, _, _ in found) else 0)


@app.command()
def drill() -> None:
    """Send a made-up case the way of a real one and wait until it is claimed. It reaches nobody but staff.

    The bot must be running. Exit code 1 when it was not accepted within 10 s or not claimed within 2 minutes.

    Example: handrail oncall drill
    """
    from bot.bootstrap.drill import run_drill

    sys.exit(asyncio.run(run_drill(read_settings(), print)))


@app.command()
def precision(days: Days = 90) -> None:
    """Print, for each rule, how many of its judged pages were right.

    Example: handrail oncall precision --days 90
    """
    from bot.bootstrap.team import precision_lines

    for line in asyncio.run(precision_lines(read_settings(), timedelta(days=days))):
        print(line)


@app.command()
def times(days: Days = 90) -> None:
    """Print how fast cases were claimed and answered, by level and shift; only where there are 20 or more.

    Example: handrail oncall times --days 90
    """
    from bot.bootstrap.team import times_lines

    for line in asyncio.run(times_lines(read_settings(), timedelta(days=days))):
        print(line)
