"""`handrail keys rotate`."""

from __future__ import annotations

import asyncio

import typer

from bot.settings import read_settings

app = typer.Typer(help="The master key.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `rotate` a command of its own."""


@app.command()
def rotate() -> None:
    """Put every person's key under a new master key; the bot may run meanwhile, with both keys set.

    Set HANDRAIL_MASTER_KEY to the new key, a comma, and the old key; restart the bot; run this; then leave the old key
    out and restart again. Interrupted, it goes on where it stood.

    Exit codes: 0 all keys are under the new one · 2 there is only one key · 4 neither key fits.

    Example: HANDRAIL_MASTER_KEY=new,old handrail keys rotate
    """
    from bot.bootstrap import keeping

    count = asyncio.run(keeping.rotate(read_settings()))
    print(f"{count} keys are under the new master key now; the old one is needed for older back-ups only")
