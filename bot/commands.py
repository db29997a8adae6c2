"""What a person wants of the bot itself: slash commands, plain words and offered buttons become one kind of intent."""

from __future__ import annotations

import re

from bot.model.received import Command
from bot.model.values import Value
from bot.prompts import INTENT
from flows.normal import plain

_ALIASES = {
    "start": "start",
    "checkin": "check_in",
    "check_in": "check_in",
    "checkins": "check_in",
    "tools": "tools",
    "exercises": "tools",
    "sos": "sos",
    "crisis": "sos",
    "back": "back",
    "skip": "skip",
    "stop": "stop",
    "cancel": "stop",
    "resume": "resume",
    "continue": "resume",
    "settings": "settings",
    "human": "human",
    "bot": "bot",
    "privacy": "privacy",
    "export": "export",
    "delete": "delete",
    "undelete": "undo",
    "keep": "keep",
    "who": "who",
    "access_log": "access_log",
    "about": "about",
    "help": "help",
    "checkin_schedule": "schedule",
    "schedule": "schedule",
    "later": "later",
    "snooze": "later",
    "fewer": "fewer",
    "pause": "pause",
    "unpause": "take_up",
    "ooo": "ooo",
    "quiet": "quiet",
    "zone": "zone",
    "timezone": "zone",
    "receipt": "receipt",
    "language": "language",
    "sprache": "language",
    "idioma": "language",
    "restart": "start_over",
    "start_over": "start_over",
    "exercise": "flow",
    "allow": "allow",
    "welcome": "welcome",
    "plain": "plain",
}
_WORDS = {
    "check in": "check_in",
    "checkin": "check_in",
    "check-in": "check_in",
    "tools": "tools",
    "exercises": "tools",
    "resume": "resume",
    "continue": "resume",
    "go on": "resume",
    # The words that the engine's own German and Spanish sentences name; all are in their plain form.
    "weitermachen": "resume",
    "continuar": "resume",
    "ubungen": "tools",
    "ejercicios": "tools",
    "settings": "settings",
    "my check-ins": "schedule",
    "my checkins": "schedule",
    "schedule": "schedule",
    "later": "later",
    "fewer": "fewer",
    "pause": "pause",
    "go on asking": "take_up",
    "receipt": "receipt",
    "about": "about",
    "export": "export",
    "give me a copy": "export",
    "delete everything": "delete",
    "delete my data": "delete",
    "keep my data": "undo",
    "who opened my words": "access_log",
    "hello": "start",
    "hi": "start",
    "start": "start",
    "plain": "plain",
}
_TIMED = re.compile(r"(?:check[ -]?ins?|remind me)(?: every day)?(?: daily)?(?: at)? (.+)")
_TOOLS = re.compile(r"(?:tools?|exercises?|something) (?:for|against) (.+)")
_LANGUAGE = re.compile(r"(?:language|sprache|idioma) (.+)")
_WITH_ARGUMENT = re.compile(r"(ooo|pause|quiet|time zone|zone)(?: hours)?(?: for| from| until| to)? (.+)")
_EVERYWHERE = frozenset({"bot", "help", "privacy", "withdraw", "about", "human", "sos", "settings", "allow", "plain"})


# A button that works however old its message is; it holds no state.
HUMAN_BUTTON = "ask.human"

# What concerns one's own data works in every state.
_RIGHTS = frozenset(
    {
        "privacy",
        "withdraw",
        "agree",
        "who",
        "export",
        "access_log",
        "allow_more",
        "my_data",
        "decline",
        "decline_export",
        "keep",
        "delete",
        "delete_yes",
        "delete_no",
        "undo",
    }
)
_KEEP = re.compile(r"keep ([0-9]+)(?: days?)?")


class Intent(Value, frozen=True):
    """What a person wants: a name such as `stop` or `flow`, and what goes with it."""

    name: str
    argument: str = ""

    @property
    def value(self) -> str:
        """The intent as a prompt value; `from_value` reads it back."""
        return f"{INTENT}{self.name} {self.argument}".rstrip()

    @property
    def works_while_a_case_is_open(self) -> bool:
        """Whether the intent is served although a human is awaited."""
        return self.name in _EVERYWHERE or self.name in _RIGHTS


def from_value(value: str) -> Intent | None:
    """Return the intent that a prompt value holds, or None for an answer."""
    if not value.startswith(INTENT):
        return None
    name, _, argument = value.removeprefix(INTENT).partition(" ")
    return Intent(name, argument)


def from_command(command: Command) -> Intent:
    """Return the intent of a slash command; an unknown one is named `unknown`."""
    name = _ALIASES.get(command.name.lower().replace("-", "_"), "unknown")
    if name == "start" and command.argument == "sos":
        return Intent("sos")
    return Intent(name, command.argument.strip())


def knows(name: str) -> bool:
    """Say whether a word is one of the commands."""
    return name.lower().replace("-", "_") in _ALIASES


def from_words(text: str) -> Intent | None:
    """Return the intent of plain words outside a question, or None. A time after "check in" is its argument."""
    said = plain(text)
    if said in _WORDS:
        return Intent(_WORDS[said])
    timed = _TIMED.fullmatch(" ".join(text.strip().lower().split()))
    if timed:
        return Intent("check_in", timed[1])
    language = _LANGUAGE.fullmatch(said)
    if language:
        return Intent("language", language[1])
    if kept := _KEEP.fullmatch(said):
        return Intent("keep", kept[1])
    tools = _TOOLS.fullmatch(said)
    if tools:
        return Intent("tools", tools[1])
    known = _WITH_ARGUMENT.fullmatch(" ".join(text.strip().lower().split()))
    return Intent(known[1].removeprefix("time "), known[2]) if known else None
