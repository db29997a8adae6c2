"""Finds whom a batch of lookups is about; the engines bring only the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.store.rows import Row
from bot.model.cases import CaseState
from bot.ports import Lookup
from bot.privacy import Keyring

REMEMBERS_CLOSED = timedelta(days=7)  # for so long after a case was closed a redelivered word of staff is known again
LINKS_CLOSED = timedelta(hours=72)  # shared/safety.md: a new event within 72 h is linked to the closed case
LISTED_CASES = 50
SHOWN_TEXTS = 30  # a view carries the newest messages of its open case, not a talk of hours


@dataclass(frozen=True, slots=True)
class Asked:
    """Lookups by what they are looked up by: each maps a key of the batch to a fingerprint, a token or a person."""

    addresses: dict[str, str]
    cards: dict[str, str]
    staff_chats: dict[str, str]
    people: dict[str, str]
    all_open: set[str]

    @classmethod
    def of(cls, lookups: Iterable[Lookup], keyring: Keyring) -> Asked:
        """Sort lookups; a staff chat is also looked up as the conversation of whoever chats there."""
        asked = cls({}, {}, {}, {}, set())
        for lookup in lookups:
            if lookup.person_id:
                asked.people[lookup.key] = lookup.person_id
            elif lookup.open_cases:
                asked.all_open.add(lookup.key)
            elif lookup.card:
                asked.cards[lookup.key] = lookup.card
            elif lookup.staff_chat:
                asked.staff_chats[lookup.key] = keyring.fingerprint(lookup.staff_chat)
            if own := lookup.address or lookup.staff_chat:
                asked.addresses[lookup.key] = keyring.fingerprint(own)
        return asked


@dataclass(slots=True)
class Subjects:
    """Whom each key of a batch is about, and under whom it may have been taken before."""

    of_key: dict[str, tuple[str, ...]]
    as_staff: frozenset[str]
    suspects: list[tuple[str, str]]  # (person_id, key) that would be a duplicate

    @property
    def people(self) -> list[str]:
        """Everyone whom the batch is about, once."""
        return list(dict.fromkeys(person_id for found in self.of_key.values() for person_id in found))

    def staff_reads(self, cases: Iterable[Row]) -> list[tuple[str, str]]:
        """Return (person_id, case_id) of the open cases among case rows that staff act on: only their words load."""
        theirs = {person_id for key in self.as_staff for person_id in self.of_key[key]}
        is_open = (row for row in cases if row[2] != CaseState.RESOLVED)
        return [(person_id, case_id) for person_id, case_id, *_ in is_open if person_id in theirs]


@dataclass(frozen=True, slots=True)
class Leads:
    """The rows that lookups lead to; those of cases come in the order in which staff should see them."""

    addresses: Sequence[Row] = ()  # fingerprint, person_id
    cards: Sequence[Row] = ()  # token, person_id
    staff_chats: Sequence[Row] = ()  # fingerprint, person_id, whether the case is open
    cases: Sequence[Row] = ()  # person_id, whether the case is open


def subjects_of(asked: Asked, leads: Leads) -> Subjects:
    """Join what was asked with what was found."""
    of_address: dict[str, str] = dict(leads.addresses)
    of_card: dict[str, str] = dict(leads.cards)
    of_key: dict[str, tuple[str, ...]] = {key: (person_id,) for key, person_id in asked.people.items()}
    of_key |= {key: (of_address[mark],) for key, mark in asked.addresses.items() if mark in of_address}
    of_key |= {key: (of_card[token],) for key, token in asked.cards.items() if token in of_card}
    suspects = [(person_id, key) for key, found in of_key.items() for person_id in found]
    as_staff = {key for key, token in asked.cards.items() if token in of_card}
    bound: dict[str, list[Row]] = {key: list(leads.cases) for key in asked.all_open}
    for key, mark in asked.staff_chats.items():
        bound[key] = [(person_id, is_open) for chat, person_id, is_open in leads.staff_chats if chat == mark]
    for key, cases in bound.items():
        # Also under those whose case was closed since: the word may have come before the close, and come again.
        suspects.extend((person_id, key) for person_id, _ in cases)
        if in_hand := tuple(dict.fromkeys(person_id for person_id, is_open in cases if is_open)):
            of_key[key] = in_hand[:LISTED_CASES]
            as_staff.add(key)
    return Subjects(of_key, frozenset(as_staff), suspects)
