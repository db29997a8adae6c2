"""What a person may agree to: each purpose by itself, with the version of the words that were agreed to."""

from __future__ import annotations

from bot.model.people import Person
from bot.model.values import Value


class Purpose(Value, frozen=True):
    """One purpose. `version` grows when its words change in meaning: an older yes then counts no more.

    `workplace`: it is asked for with the workplace profile only.
    """

    name: str
    version: int = 1
    workplace: bool = False


ALL = (
    Purpose("check_ins"),
    Purpose("exercises"),
    Purpose("escalation"),
    Purpose("org_statistics", workplace=True),
    Purpose("holdout"),
)
NAMES = tuple(purpose.name for purpose in ALL)
VERSIONS = {purpose.name: purpose.version for purpose in ALL}


def offered(*, workplace: bool) -> tuple[str, ...]:
    """Return the purposes that are asked for, in order."""
    return tuple(purpose.name for purpose in ALL if workplace or not purpose.workplace)


def lapsed(person: Person) -> tuple[str, ...]:
    """Return the purposes that were agreed to in words that have changed since."""
    return tuple(name for name in person.consents if person.versions.get(name, 1) < VERSIONS.get(name, 1))
