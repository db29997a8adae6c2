"""A person's home as values: what they see of themselves at a glance, and every switch, outside the conversation."""

from __future__ import annotations

from bot.model.values import Value


class Act(Value, frozen=True):
    """Something to do: the command, the words on its button, and whether it stands out."""

    command: str
    label: str
    first: bool = False


class Switch(Value, frozen=True):
    """One thing to switch on or off."""

    name: str
    label: str
    on: bool


class Part(Value, frozen=True):
    """One part of the home: a heading, a text, and what can be done about it."""

    heading: str
    text: str
    acts: tuple[Act, ...] = ()


class Home(Value, frozen=True):
    """The whole home; `write` is the label of the button that takes words. `known` is False for a newcomer."""

    known: bool
    parts: tuple[Part, ...]
    switches: tuple[Switch, ...]
    switches_label: str
    write: str
