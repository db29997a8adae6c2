"""`handrail crisis-lines`: whose numbers people read, and who checked them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from msgspec import structs

from bot.settings import read_settings

app = typer.Typer(help="Look after the crisis lines of your countries.", no_args_is_help=True)
Country = Annotated[str, typer.Argument(help="The country, two letters.")]


@app.command("list")
def list_lines() -> None:
    """Print every country with its line, and when it was verified.

    Example: handrail crisis-lines list
    """
    from bot.bootstrap.lines import lines_of

    for code, line in sorted(lines_of(read_settings()).countries.items()):
        print(f"{code}  {line.verified_on or 'unverified'}  {line.country}: {line.name}")


@app.command()
def verify(
    country: Country,
    by: Annotated[str, typer.Option(help="The role of the one who called or read the official page; no name.")],
    on: Annotated[str, typer.Option(help="The day, such as 2026-12-01; by default today.")] = "",
) -> None:
    """Say that a person called the line, or read its official page.

    Example: handrail crisis-lines verify DE --by "clinical lead" --on 2026-12-01
    """
    day = on or datetime.now(UTC).date().isoformat()
    _check_day(day)
    _change(country, verified_on=day, verified_by=by, disabled=False)


@app.command("set")
def set_line(
    country: Country,
    name: Annotated[str, typer.Option(help="The line's name.")],
    dial: Annotated[str, typer.Option(help="Its number.")],
    emergency: Annotated[str, typer.Option(help="The emergency number.")] = "",
    hours: Annotated[str, typer.Option(help="Its hours, such as 24/7.")] = "",
) -> None:
    """Replace a country's line with your own; verify it afterwards.

    Example: handrail crisis-lines set DE --name "Our line" --dial "…" --emergency "…"
    """
    _change(country, name=name, dial=dial, emergency=emergency, hours=hours, verified_on="", disabled=False)


@app.command()
def disable(country: Country) -> None:
    """Show the international directory instead of this country's line.

    Example: handrail crisis-lines disable DE
    """
    _change(country, disabled=True)


def _check_day(day: str) -> None:
    from flows.crisis_overlay import is_date

    if not is_date(day) or day > datetime.now(UTC).date().isoformat():
        raise typer.BadParameter(f"--on is {day!r}; write a day that has come, such as 2026-12-01")


def _change(country: str, **fields: str | bool) -> None:
    from bot.bootstrap.lines import lines_of
    from flows.crisis_overlay import NAME, OwnWord, overlaid, read_overlay, write_overlay

    settings, code = read_settings(), country.upper()
    if not (len(code) == 2 and code.isalpha()):
        raise typer.BadParameter(f"{country!r} is no country code; use two letters such as DE")
    path = settings.data_dir / NAME
    words = read_overlay(path)
    told = words | {code: structs.replace(words.get(code, OwnWord()), **fields)}
    after = overlaid(lines_of(settings), told)
    if not fields.get("disabled") and after.for_country(code) is None:
        print(f"{code} has no line yet; set it with name, dial and emergency", file=sys.stderr)
        sys.exit(2)
    write_overlay(path, told)
    print(f"{path}: {code} is changed; a running bot takes it up at its next start")
