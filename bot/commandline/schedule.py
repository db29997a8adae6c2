"""`handrail schedule`: what a person's check-ins will do."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.settings import read_settings

app = typer.Typer(help="Look at a person's check-ins.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `preview` a word of its own while it is the only one."""


@app.command("preview")
def preview_days(
    person: Annotated[str, typer.Option(help="The person's id, or their conversation, such as telegram:4711.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to look ahead.")] = 30,
    silent: Annotated[bool, typer.Option("--silent", help="As if nothing were answered.")] = False,
) -> None:
    """Print day by day what would be sent, and why it is not on the others. Nothing is changed or sent.

    Exit code 1 when the person is unknown or has no check-in.

    Example: handrail schedule preview --person telegram:4711 --days 30
    """
    from bot.bootstrap.house import next_due
    from bot.bootstrap.schedules import due_of
    from bot.checkins.preview import preview
    from bot.checkins.wall import local_time

    now = datetime.now(UTC)
    due = asyncio.run(due_of(read_settings(), person, now))
    if due is None:
        print("This person is not known or has no check-in.", file=sys.stderr)
        sys.exit(1)
    sent = 0
    for day in preview(due, now, days, next_due, silent=silent):
        clock = f"{local_time(day.at, due.plan.zone):%H:%M}" if day.at else "  -  "
        print(f"{day.day:%a} {day.day}  {clock}  {'send' if day.sent else '    '}  {day.why}")
        sent += day.sent
    print(f"{sent} in {days} days, in {due.plan.zone}", file=sys.stderr)
