"""What the rules are once read: values that can be stored, compared and searched."""

from __future__ import annotations

from msgspec import Struct

from bot.model.worry import Level
from bot.triage.patterns import Pattern


class Rule(Struct, frozen=True):
    """One thing to notice. It speaks where a pattern matches and no `unless` stands in the same sentence.

    A `firm` rule is not lowered by any scope (a denial, a joke).
    """

    id: str
    level: Level
    category: str
    language: str
    patterns: tuple[Pattern, ...]
    unless: tuple[str, ...] = ()
    firm: bool = False


class Scope(Struct, frozen=True):
    """A way of speaking that makes a match weigh less: it `lowers` the level by that many steps.

    `before` must end right before the match, in the same clause; `after` begins right behind it; `near` stands
    anywhere in the same sentence; `beside` anywhere in the sentence before or behind. It does not count where an
    `unless` stands in the same sentence. `spares` lists categories it leaves alone.
    """

    id: str
    lowers: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


class Bank(Struct, frozen=True):
    """All that is known of one language. `slang` maps typed words to plain ones; `misspelt` words have typos made."""

    language: str
    rules: tuple[Rule, ...]
    scopes: tuple[Scope, ...] = ()
    slang: dict[str, str] = {}
    misspelt: tuple[str, ...] = ()
