"""Who can read what: the rules that decide a reading, and that the answer to "Who can read this?" is made from."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.model.cases import Escalation
from bot.model.people import Person, Platform
from bot.model.values import Value


class Reader(StrEnum):
    """Somebody who could read words; the value names the sentence about them (`readers.…`)."""

    SELF = "self"
    RESPONDER = "responder"
    OWNER = "owner"
    MASTER_KEY = "master_key"
    TELEGRAM = "telegram"
    SLACK = "slack"


class Rule(Value, frozen=True):
    """One reader, and for whose words it holds."""

    reader: Reader
    holds: Callable[[Person], bool]


def _agreed(person: Person) -> bool:
    return "escalation" in person.consents


# The whole policy. Nobody else reads words: no manager, no HR, no other person, no log, no report.
RULES = (
    Rule(Reader.SELF, lambda _: True),
    Rule(Reader.RESPONDER, _agreed),
    Rule(Reader.OWNER, lambda person: not _agreed(person)),
    Rule(Reader.MASTER_KEY, lambda _: True),
    Rule(Reader.TELEGRAM, lambda person: person.address.platform is Platform.TELEGRAM),
    Rule(Reader.SLACK, lambda person: person.address.platform is Platform.SLACK),
)


def readers_of(person: Person) -> tuple[Reader, ...]:
    """Return everyone who can read what this person writes, as the rules stand now."""
    return tuple(rule.reader for rule in RULES if rule.holds(person))


def may_read(person: Person, case: Escalation, responder_id: str) -> bool:
    """Say whether a responder on the rota may open the words of an open case."""
    readers = readers_of(person)
    return Reader.RESPONDER in readers or (Reader.OWNER in readers and case.owner == responder_id)
