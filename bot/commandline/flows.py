"""`handrail flows`: what authors of exercises use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check and test the scripts that the bot follows.", no_args_is_help=True)

Paths = Annotated[list[Path] | None, typer.Argument(help="Files or folders; by default our own library.")]


@app.command("check")
def check_flows(paths: Paths = None) -> None:
    """Refuse broken flows: each finding is file:line:column, what is wrong, and the remedy; then the exit code is 1.

    Example: handrail flows check my-flows/
    """
    from flows.checks import check
    from flows.library import SHIPPED

    findings = check(paths or [SHIPPED])
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings", file=sys.stderr)
    sys.exit(1 if findings else 0)


@app.command("test")
def run_transcripts(
    paths: Paths = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Fail when a step or a way is never walked.")] = False,
) -> None:
    """Play the transcripts beside the flows (NAME.test.yaml). Exit code 1 when one is not true.

    Example: handrail flows test --coverage
    """
    from bot.flowtest import run
    from flows.library import SHIPPED

    report = run(paths or [SHIPPED], coverage=coverage)
    print(report)
    sys.exit(0 if report.passed else 1)
