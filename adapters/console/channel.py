"""The terminal as a channel: what the bot sends becomes lines for the person's or the on-call side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count

from bot.errors import DeliveryError
from bot.model.people import Address, Platform
from bot.model.received import Command, Inbound, Text
from bot.model.sent import Button, Delivery

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
        try:
            self._show(side, "\n".join([outbound.text, *_choices(outbound.buttons, numbered=side == BOT)]))
        except OSError as error:
            raise DeliveryError("the terminal is closed", permanent=True) from error
        self._sent += 1
        return str(self._sent)


def _choices(rows: tuple[tuple[Button, ...], ...], *, numbered: bool) -> list[str]:
    """Return the buttons as lines; a person can type a label or its number."""
    answers = [button.label for row in rows for button in row if not button.moves]
    # A scale and a list of times bring their own numbers.
    own = bool(answers) and all(label[:1].isdigit() for label in answers)
    numbers = count(1) if numbered and not own else None
    return [" ".join(_choice(button, numbers) for button in row) for row in rows]


def _choice(button: Button, numbers: Iterator[int] | None) -> str:
    """Return a button in brackets, with the number that may be typed for it where it is an answer."""
    number = f"{next(numbers)} " if numbers is not None and not button.moves else ""
    return f"[{number}{button.label}]"


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
