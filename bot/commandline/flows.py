"""`handrail flows`: what authors of exercises use."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import HandrailError

if TYPE_CHECKING:
    from flows.library import Library
    from flows.model import Flow

app = typer.Typer(help="Check, test, play, draw and translate the scripts that the bot follows.", no_args_is_help=True)

Paths = Annotated[list[Path] | None, typer.Argument(help="Files or folders; by default our own library.")]
Name = Annotated[str, typer.Argument(help="A flow's name, or the path of its file.")]


class Findings(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Drawing(StrEnum):
    """How a graph is drawn."""

    MERMAID = "mermaid"
    SVG = "svg"
    PNG = "png"


class AuthorError(HandrailError):
    """A flow cannot be found or read; the text names the place and the remedy."""


@app.command("check")
def check_flows(
    paths: Paths = None,
    written: Annotated[Findings, typer.Option("--format", help="text, json, or github (marks in a pull request).")] = (
        Findings.TEXT
    ),
) -> None:
    """Refuse broken flows: each finding is file:line:column, what is wrong, and the remedy; then the exit code is 1.

    Example: handrail flows check my-flows/
    """
    from flows.checks import check, untranslated
    from flows.finding import written_as
    from flows.library import SHIPPED

    findings = check(paths or [SHIPPED])
    for line in written_as(findings, written):
        print(line)
    if written is Findings.TEXT:
        for language, missing in untranslated(paths or [SHIPPED]).items():
            print(f"{language}: not translated: {', '.join(missing) or 'nothing'}", file=sys.stderr)
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
    from bot.flowtest import lines_of, run
    from flows.library import SHIPPED

    report = run(paths or [SHIPPED], coverage=coverage)
    for line in lines_of(report):
        print(line)
    sys.exit(0 if report.holds else 1)


@app.command("graph")
def draw(
    name: Name,
    drawing: Annotated[Drawing, typer.Option("--format", help="mermaid, svg or png.")] = Drawing.MERMAID,
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of the terminal.")] = None,
) -> None:
    """Draw a flow as a picture: its questions, ways and ends.

    Example: handrail flows graph check_in --format svg --out check_in.svg
    """
    from flows.graph import graph_of, mermaid
    from flows.graph_svg import svg

    graph = graph_of(_flow(name)[0])
    if drawing is Drawing.PNG:
        from flows.graph_png import png

        picture = png(graph)
    else:
        picture = (mermaid(graph) if drawing is Drawing.MERMAID else svg(graph)).encode()
    if out is None:
        sys.stdout.buffer.write(picture)
    else:
        out.write_bytes(picture)


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the format: editors complete and check with it while you type.

    Example: handrail flows schema > flow.schema.json
    """
    import json

    from flows.schema import schema

    print(json.dumps(schema(), indent=2))


@app.command("play")
def play_flow(
    name: Name,
    language: Annotated[str, typer.Option(help="The language to play it in.")] = "en",
) -> None:
    """Play a flow in this terminal; at the end it prints what you typed as a test for NAME.test.yaml.

    Type an answer, a number of a choice, or a word such as back, skip and stop. "after 4h" lets time pass.

    Example: handrail flows play check_in
    """
    from bot.flowplay import Played

    flow, library = _flow(name)
    played = Played(library, flow.name, language)
    print("\n".join(played.begin()))
    while played.goes_on:
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            break
        print("\n".join(played.hear(line.rstrip("\n"))))
    print(f"\n# A test of what you typed, for {flow.name}.test.yaml:\n{played.test_case()}")


@app.command("translate")
def translate_flow(
    name: Name,
    language: Annotated[str, typer.Argument(help="The language's code, such as de.")],
) -> None:
    """Write or renew the side file i18n/LANGUAGE/NAME.yaml: what is still true stays, the rest is left blank.

    Example: handrail flows translate check_in fr
    """
    from flows.library import TRANSLATIONS
    from flows.translating import renewed

    flow, file = _flow(name)[0], _file(name)
    side = file.parent / TRANSLATIONS / language / f"{flow.name}.yaml"
    text, blank = renewed(flow, language, side)
    side.parent.mkdir(parents=True, exist_ok=True)
    side.write_text(text, encoding="utf-8")
    print(f"{side}: {blank} texts to write")


@app.command("off")
def switch_off() -> None:
    """Switch every exercise off in the running bot, within seconds; SOS, the safety plan, humans and cards stay on.

    Example: handrail flows off
    """
    _switch(off=True)


@app.command("on")
def switch_on() -> None:
    """Switch exercises on again.

    Example: handrail flows on
    """
    _switch(off=False)


@app.command("rollback")
def rollback(name: Annotated[str, typer.Argument(help="A flow's name.")]) -> None:
    """Let new talks get the version before the present one; `handrail flows rollback NAME` again takes it back.

    Example: handrail flows rollback check_in
    """
    from bot.settings import read_settings
    from flows.control import Control

    print(Control(read_settings().data_dir).roll_back(name))


def _switch(*, off: bool) -> None:
    from bot.settings import read_settings
    from flows.control import Control

    print(Control(read_settings().data_dir).switch(off=off))


def _file(name: str) -> Path:
    from flows.library import SHIPPED

    return Path(name) if name.endswith(".yaml") else SHIPPED / f"{name}.yaml"


def _flow(name: str) -> tuple[Flow, Library]:
    """Return a flow by name or file, and the library to play it in."""
    from bot.flowtest import library_with
    from flows.errors import FlowError
    from flows.loader import load_flow
    from flows.yaml_tree import read_source

    file = _file(name)
    try:
        flow = load_flow(read_source(file), str(file))
        return flow, library_with([file])
    except FlowError as error:
        raise AuthorError(str(error)) from error
