"""`handrail audit verify`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.settings import read_settings

app = typer.Typer(help="Check the notes on who did what.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `verify` a command of its own."""


@app.command()
def verify(
    seen: Annotated[str, typer.Option(help="A mark that an earlier check printed; it must still occur.")] = "",
) -> None:
    """Check that no note was changed, added or taken out. Keep the printed mark elsewhere, for the next check.

    Exit codes: 0 whole · 1 not whole, with the first fault · 4 the key does not fit.

    Example: handrail audit verify --seen 3f0c…
    """
    from bot.bootstrap import keeping

    verdict = asyncio.run(keeping.verify_notes(read_settings(), seen))
    if verdict.wrong:
        print(f"not whole: {verdict.wrong}; {verdict.notes} notes before it hold")
        raise typer.Exit(1)
    print(f"whole: {verdict.notes} notes, last mark {verdict.last or 'none'}")
