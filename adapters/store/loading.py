"""Between a batch of lookups and the views that they find; the engines bring only the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from adapters.store.rows import Row, check_in_value, decode_person, decode_session, escalation_value
from bot.model import CaseState, CaseText, CheckIn, Escalation, View
from bot.ports import Loaded, Lookup
from bot.privacy import Keyring

REMEMBERS_CLOSED = timedelta(days=7)  # for so long after a case was closed a redelivered word of staff is known again
LINKS_CLOSED = timedelta(hours=72)  # shared/safety.md: a new event within 72 h is linked to the closed case
LISTED_CASES = 50
SHOWN_TEXTS = 30  # a view carries the newest messages of its open case, not a talk of hours

decode_text = msgspec.msgpack.Decoder(CaseText).decode


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


@dataclass(slots=True)
class Found:
    """The rows of a batch, still sealed."""

    subjects: Subjects
    duplicates: Sequence[Row] = ()  # received
    people: Sequence[Row] = ()  # person_id, wrapped_key, profile, version, state
    cases: Sequence[Row] = ()  # person_id, case_id, state, body
    texts: Sequence[Row] = ()  # person_id, case_id, version, position, body
    check_ins: Sequence[Row] = ()  # as check_in_row


def loaded_of(found: Found, keyring: Keyring) -> Loaded:
    """Open the rows of a batch."""
    for person_id, wrapped, *_ in found.people:
        keyring.learn(person_id, wrapped)
    aside = _Aside.of(found, keyring)
    views = {row[0]: _view(row, aside, keyring) for row in found.people}
    of_key = found.subjects.of_key.items()
    # A person who was erased meanwhile is nobody known.
    subjects = {key: known for key, found_ids in of_key if (known := tuple(p for p in found_ids if p in views))}
    return Loaded(
        subjects=subjects,
        views=views,
        duplicates=frozenset(received for (received,) in found.duplicates),
        as_staff=frozenset(key for key in found.subjects.as_staff if key in subjects),
    )


@dataclass(slots=True)
class _Aside:
    """What only few people have, by person."""

    open: dict[str, Escalation] = field(default_factory=dict)
    previous: dict[str, Escalation] = field(default_factory=dict)
    texts: dict[str, list[CaseText]] = field(default_factory=dict)
    check_ins: dict[str, list[CheckIn]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Found, keyring: Keyring) -> _Aside:
        aside = cls()
        for person_id, case_id, state, body in found.cases:
            group = aside.previous if state == CaseState.RESOLVED else aside.open
            group[person_id] = escalation_value(person_id, case_id, body, keyring)
        for person_id, case_id, version, position, body in found.texts:
            plain = keyring.open(person_id, f"case_text.body {case_id} {version} {position}", body)
            aside.texts.setdefault(person_id, []).append(decode_text(plain))
        for row in found.check_ins:
            plan = check_in_value(row)
            aside.check_ins.setdefault(plan.person_id, []).append(plan)
        return aside


def _view(row: Row, aside: _Aside, keyring: Keyring) -> View:
    person_id, _, profile, version, state = row
    return View(
        person=decode_person(keyring.open(person_id, "person.profile", profile)),
        session=decode_session(keyring.open(person_id, f"session.state {version}", state)),
        escalation=aside.open.get(person_id),
        previous=aside.previous.get(person_id),
        check_ins=tuple(aside.check_ins.get(person_id, ())),
        texts=tuple(aside.texts.get(person_id, ())),
    )
