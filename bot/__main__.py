"""The command line `handrail`; every command says with --help what it does and shows an example."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated

import typer

import bot.lean  # noqa: F401  before anything that logs
from bot.commandline import audit, backup, crisis_lines, flows, keys, oncall, person, schedule
from bot.commandline.bench import bench
from bot.commandline.doctor import doctor
from bot.commandline.report import report
from bot.errors import HandrailError
from bot.settings import PREFIX, read_settings

app = typer.Typer(
    name="handrail",
    help="A wellbeing bot for Telegram and Slack with a person within reach.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(flows.app, name="flows")
app.add_typer(backup.app, name="backup")
app.add_typer(person.app, name="person")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(schedule.app, name="schedule")
app.add_typer(oncall.app, name="oncall")
app.add_typer(crisis_lines.app, name="crisis-lines")
app.command("drill")(oncall.drill)
app.command()(bench)
app.command()(doctor)
app.command()(report)
slack = typer.Typer(help="Set up the Slack app.", no_args_is_help=True)
app.add_typer(slack, name="slack")


@app.command()
def chat(
    as_known: Annotated[
        bool, typer.Option("--as-known", help="Begin as someone who has agreed to everything and has a name.")
    ] = False,
) -> None:
    """Talk with the bot in this terminal, with the on-call side beside it. Nothing needs to be set.

    Type words for the person, "oncall: claim" for the on-call side, "/clock +24h" to move time. Without a terminal the
    database is thrown away afterwards, unless HANDRAIL_DATA_DIR or HANDRAIL_DATABASE_URL is set.

    Example: printf 'I feel low\\noncall: status\\n' | handrail chat --as-known
    """
    from bot.bootstrap.chat import chat_plainly
    from bot.logs import set_up_logs

    settings = read_settings()
    set_up_logs("ERROR", settings.secrets())
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    keep = interactive or any(os.environ.get(PREFIX + name) for name in ("DATA_DIR", "DATABASE_URL"))
    if interactive:
        from bot.bootstrap.screen import chat_on_screen

        asyncio.run(chat_on_screen(settings, as_known=as_known))
    else:
        asyncio.run(chat_plainly(settings, sys.stdin, sys.stdout, as_known=as_known, keep=keep))


@app.command()
def run(
    role: Annotated[str, typer.Option(help="all, or in several processes on PostgreSQL: web or worker.")] = "all",
) -> None:
    """Run the bot on the platforms of HANDRAIL_CHANNELS until SIGTERM or Ctrl-C.

    A web process takes messages in; a worker sends, wakes and pages. Any number of each may run on one PostgreSQL.

    Exit codes: 0 stopped · 2 a setting is wrong · 3 the database failed · 4 the key does not fit · 5 a platform refuses
    the bot.

    Example: HANDRAIL_CHANNELS=telegram HANDRAIL_TELEGRAM_TOKEN=… handrail run
    """
    from bot.bootstrap.serving import Role, serve
    from bot.logs import set_up_logs

    if role not in set(Role):
        raise typer.BadParameter(f"--role is {role!r}; use all, web or worker")
    settings = read_settings()
    set_up_logs(settings.log_level, settings.secrets())
    asyncio.run(serve(settings, role=Role(role)))


@app.command()
def migrate() -> None:
    """Bring the database to the newest version, as every start does; one that is newer or half made is refused.

    Example: HANDRAIL_DATABASE_URL=postgresql://… handrail migrate
    """
    from bot.bootstrap.migrating import migrate as bring_forward

    print(f"the database is at version {asyncio.run(bring_forward(read_settings()))}")


@app.command()
def triage() -> None:
    """Assess JSON lines {"id": …, "text": …} or {"id": …, "turns": […]} from standard input, one JSON line each.

    Exit code 1 when a line could not be read; the others are still assessed.

    Example: echo '{"id": 1, "text": "everything is fine"}' | handrail triage
    """
    from bot.bootstrap.assessing import assess_lines

    sys.exit(assess_lines(sys.stdin, sys.stdout, sys.stderr))


@slack.command()
def manifest(
    mode: Annotated[str, typer.Option(help="socket (Socket Mode) or http (signed requests).")] = "socket",
    url: Annotated[str, typer.Option(help="For http: the public address that ends in /slack/events.")] = "",
    dm_text: Annotated[
        bool, typer.Option("--dm-text", envvar=PREFIX + "SLACK_DM_TEXT", help="People may type into the chat.")
    ] = False,
) -> None:
    """Print the app manifest: paste it at "Create an app", "From a manifest".

    Example: handrail slack manifest --mode socket
    """
    from bot.bootstrap.manifest import manifest_text

    if mode not in {"socket", "http"}:
        raise typer.BadParameter(f"--mode is {mode!r}; use socket or http")
    print(manifest_text(mode, url, dm_text=dm_text))


def main() -> None:
    """Run a command; our own errors end it with their text and exit code."""
    try:
        app()
    except HandrailError as error:
        print(f"handrail: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
