"""`handrail backup create|verify|restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings

app = typer.Typer(
    help="Make, prove and restore back-ups. A back-up holds no key: keep the master key apart.", no_args_is_help=True
)


@app.command()
def create(
    to: Annotated[Path | None, typer.Option(help="A folder; by default backups in HANDRAIL_DATA_DIR.")] = None,
) -> None:
    """Write a back-up while the bot runs, with a file beside it that says what it holds.

    Example: handrail backup create --to /mnt/backups
    """
    from bot.bootstrap import backup

    settings = read_settings()
    file, manifest = asyncio.run(backup.create(settings, to or backup.folder_of(settings)))
    print(f"{file}: {manifest.counts['person']} people, {manifest.size / 1e6:.1f} MB, schema {manifest.version}")


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="A back-up; by default the newest in HANDRAIL_DATA_DIR.")] = None,
) -> None:
    """Restore a back-up into a scratch place: integrity, the number of rows of each table, some people decrypted.

    Exit codes: 0 it is good · 2 no back-up or no key · 3 it is damaged · 4 the key does not fit.

    Example: handrail backup verify
    """
    from bot.bootstrap import backup

    path, manifest, read = asyncio.run(backup.verify(read_settings(), file))
    rows = sum(manifest.counts.values())
    print(f"{path} is good: {rows} rows in {len(manifest.counts)} tables, {read} people decrypted")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The back-up to restore.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a database that has people in it.")] = False,
) -> None:
    """Put a back-up in the place of the database of the settings. Stop the bot first.

    The database before is kept; who was erased since the back-up is erased again; what waited then is sent once more.

    Exit codes: 0 restored · 2 refused, with what to do · 3 the back-up is damaged or newer · 4 the key does not fit.

    Example: handrail backup restore data/backups/handrail-20261123T090000Z.db --force
    """
    from bot.bootstrap import backup

    kept = asyncio.run(backup.restore(read_settings(), file, force=force))
    print(f"restored {file}")
    if kept is not None:
        print(f"the database before is kept as {kept}; delete it when all is well")
