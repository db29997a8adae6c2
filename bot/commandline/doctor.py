"""`handrail doctor`."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer

from bot.settings import read_settings


def doctor(
    page: Annotated[bool, typer.Option("--page", help="Also send a marked test page to the on-call team.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Look at tokens, channels, rota, crisis lines, clock, disk and database. Exit code 1 when something fails.

    Example: handrail doctor --page
    """
    sys.exit(asyncio.run(_examine(page=page, as_json=as_json)))


async def _examine(*, page: bool, as_json: bool) -> int:
    from bot.bootstrap.doctor import Verdict, examine

    found = []
    async for finding in examine(read_settings(), page=page):
        found.append(finding)
        if not as_json:
            print(finding, flush=True)
    if as_json:
        print(json.dumps([{"verdict": one.verdict, "part": one.part, "text": one.text} for one in found], indent=2))
    return 1 if any(one.verdict is Verdict.FAIL for one in found) else 0
