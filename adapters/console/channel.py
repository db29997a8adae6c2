"""The terminal as a channel: what the bot sends becomes lines for the person's or the on-call side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.model import Address, Button, Command, Delivery, Inbound, Platform, Text

PERSON = Address(Platform.CONSOLE, "you")
ON_CALL = Address(Platform.CONSOLE, "oncall")
BOT, ON_CALL_SIDE = "bot", "oncall"

Show = Callable[[str, str], None]


class ConsoleChannel:
    """Shows messages through `show(side, text)`; side is `bot` for the person's conversation, else `oncall`."""

    platform = Platform.CONSOLE

    def __init__(self, show: Show) -> None:
        self._show = show
        self._sent = 0

    async def send(self, delivery: Delivery) -> str:
        """Show the text and its buttons. A terminal cannot edit, so an edit is shown as its new text."""
        outbound = delivery.outbound
        side = ON_CALL_SIDE if outbound.address == ON_CALL else BOT
        self._show(side, "\n".join([outbound.text, *_choices(outbound.buttons, numbered=side == BOT)]))
        self._sent += 1
        return str(self._sent)


def _choices(rows: tuple[tuple[Button, ...], ...], *, numbered: bool) -> list[str]:
    """Return the buttons as lines; a person can type a label or its number."""
    lines, count = [], 0
    for row in rows:
        labels = []
        for button in row:
            count += 1
            labels.append(f"[{count} {button.label}]" if numbered else f"[{button.label}]")
        lines.append(" ".join(labels))
    return lines


def from_person(line: str, number: int, at: datetime) -> Inbound:
    """Return what a typed line of the person means: `/name words` is a command, anything else is text."""
    return _inbound(PERSON, "you", line, number, at)


def from_on_call(line: str, number: int, at: datetime) -> Inbound:
    """Return what a typed line of the on-call side means."""
    return _inbound(ON_CALL, "oncall", line, number, at)


def _inbound(address: Address, sender: str, line: str, number: int, at: datetime) -> Inbound:
    content: Text | Command = Text(line)
    if line.startswith("/") and line[1:2].isalpha():
        name, _, argument = line[1:].partition(" ")
        content = Command(name, argument.strip())
    key = f"console:{at.isoformat()}:{number}"
    return Inbound(key, address, sender, at, content, message=str(number))
