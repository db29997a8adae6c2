"""`handrail person export|import|forget|show-log`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings

app = typer.Typer(help="Serve one person's rights over their data, on their request.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="telegram:CHAT, slack:USER, or the person's id.")]


@app.command()
def export(
    who: Who,
    to: Annotated[Path | None, typer.Option(help="A new file; by default the copy is printed.")] = None,
) -> None:
    """Write everything about a person as JSON: what they said, rated and chose, and who read it.

    Exit codes: 0 written · 2 nobody, or no file · 3 the database failed · 4 the key does not fit.

    Example: handrail person export telegram:4711 --to ana.json
    """
    from bot.bootstrap import person

    text = asyncio.run(person.export(read_settings(), who, to))
    if to is None:
        print(text, end="")
    else:
        print(f"{to}: {len(text)} characters, readable to this user only")


@app.command("import")
def take_in(file: Annotated[Path, typer.Argument(help="A copy made by `handrail person export`.")]) -> None:
    """Store a copy in this database, whole or not at all. A cut or changed one is refused.

    Exit codes: 0 stored · 2 no file · 3 refused, nothing was stored.

    Example: handrail person import ana.json
    """
    from bot.bootstrap import person

    belongings = asyncio.run(person.take_in(read_settings(), file))
    print(f"stored: {len(belongings.taken)} turns, {len(belongings.entries)} ratings, {len(belongings.cases)} cases")


@app.command()
def forget(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this nothing happens.")] = False,
) -> None:
    """Erase a person at once: their key, then every row. Nobody can bring it back.

    Back-ups still hold them sealed until they are replaced; `handrail backup restore` erases them again.

    Example: handrail person forget telegram:4711 --yes
    """
    from bot.bootstrap import person

    if not yes:
        print("Nothing was done. Add --yes to erase this person for good.")
        raise typer.Exit(2)
    asyncio.run(person.forget(read_settings(), who))
    print("erased")


@app.command("show-log")
def show_log(who: Who) -> None:
    """Print who did what with a person's cases and data, oldest first.

    Example: handrail person show-log slack:U0ANA
    """
    from bot.bootstrap import person

    notes = asyncio.run(person.log_of(read_settings(), who))
    for note in notes:
        print(f"{note.at:%Y-%m-%d %H:%M:%S} UTC  {note.actor}: {note.act} {note.case_id}".rstrip())
    if not notes:
        print("there is no note about this person")
