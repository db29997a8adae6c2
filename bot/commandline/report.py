"""`handrail report`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings


def report(
    period: Annotated[str, typer.Option(help="A quarter that is over, such as 2026-Q3.")],
    groups: Annotated[Path, typer.Option(help="A YAML file with owner, done, and the fixed groups.")],
) -> None:
    """Release the report on work conditions of one quarter, or print it again. It is about groups, never about persons.

    A figure needs five people, also by subtraction from every other figure; a quarter is released once and for all.

    Exit codes: 0 printed · 2 refused, with the reason; nothing was released.

    Example: handrail report --period 2026-Q3 --groups groups.yaml
    """
    from bot.bootstrap.report import reported

    print("\n".join(asyncio.run(reported(read_settings(), period, groups))))
