"""Between a person's rows and all that belongs to them, opened; both engines use exactly this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from adapters.store.batch import Batch
from adapters.store.rows import (
    Row,
    audit_link,
    check_in_row,
    check_in_value,
    decode_entry,
    decode_person,
    decode_session,
    decode_text,
    encode,
    escalation_row,
    escalation_value,
    micros,
    moment,
    person_row,
    session_row,
)
from bot.auditing import Link
from bot.model.cases import Audit
from bot.model.people import Person
from bot.model.schedules import Entry
from bot.model.turns import Event
from bot.model.worry import Level
from bot.privacy import Keyring
from bot.rights.belongings import Belongings, Said, Taken
from bot.rights.keeping import Keeping

decode_events = msgspec.msgpack.Decoder(tuple[Event, ...]).decode


@dataclass(frozen=True, slots=True)
class Sealed:
    """One person's rows as they lie in the tables."""

    person: Row  # wrapped_key, profile, version, state
    turns: Sequence[Row] = ()  # received, version, at, level, events
    entries: Sequence[Row] = ()  # entry_id, body
    check_ins: Sequence[Row] = ()  # as check_in_row
    cases: Sequence[Row] = ()  # case_id, body
    texts: Sequence[Row] = ()  # case_id, version, position, body
    notes: Sequence[Row] = ()  # as audit_row


def belongings_of(person_id: str, sealed: Sealed, keyring: Keyring) -> Belongings:
    """Open everything; StoreError when a field was changed or moved: an export is whole or there is none."""
    wrapped, profile, version, state = sealed.person
    keyring.learn(person_id, wrapped)
    return Belongings(
        person=decode_person(keyring.open(person_id, "person.profile", profile)),
        session=decode_session(keyring.open(person_id, f"session.state {version}", state)),
        taken=tuple(_taken(person_id, row, keyring) for row in sealed.turns),
        entries=tuple(entry_of(person_id, row, keyring) for row in sealed.entries),
        check_ins=tuple(check_in_value(row) for row in sealed.check_ins),
        cases=tuple(escalation_value(person_id, case_id, body, keyring) for case_id, body in sealed.cases),
        said=tuple(_said(person_id, row, keyring) for row in sealed.texts),
        notes=tuple(notes_of(sealed.notes)),
    )


def notes_of(rows: Iterable[Row]) -> list[Audit]:
    """Return notes of the chain as the domain's values."""
    found = (audit_link(row) for row in rows)
    return [Audit(moment(one.at), one.actor, one.act, one.case_id, one.person_id) for one in found]


def links_of(notes: Iterable[Audit]) -> list[Link]:
    """Return notes as links of the chain, not numbered yet."""
    return [Link(0, micros(note.at), note.actor, note.act, note.case_id, note.person_id) for note in notes]


def entry_of(person_id: str, row: Row, keyring: Keyring) -> Entry:
    """Open one rating."""
    entry_id, body = row
    return decode_entry(keyring.open(person_id, f"entry.body {entry_id}", body))


def person_of(row: Row, keyring: Keyring) -> Person:
    """Open a profile, of (person_id, wrapped_key, profile)."""
    person_id, wrapped, profile = row
    keyring.learn(person_id, wrapped)
    return decode_person(keyring.open(person_id, "person.profile", profile))


def silenced_rows(rows: Iterable[Row], keeping: Keeping, cuts: Mapping[str, int], keyring: Keyring) -> list[Row]:
    """Return (state, person_id, version) of idle sessions that lose words, of (person_id, version, talked_at, state).

    Sealed under the same version: nothing happened, and a turn that comes meanwhile wins.
    """
    changed = []
    for person_id, version, talked_at, state in rows:
        if talked_at < cuts.get(person_id, 0):
            place = f"session.state {version}"
            session = decode_session(keyring.open(person_id, place, state))
            silent = keeping.silent(session)
            if silent is not session:
                changed.append((keyring.seal(person_id, place, encode(silent)), person_id, version))
    return changed


def batch_of_belongings(belongings: Belongings, keyring: Keyring) -> Batch:
    """Return the rows of an export under a fresh key."""
    person, person_id = belongings.person, belongings.person.person_id
    batch = Batch(mark=keyring.audit_mark)
    wrapped = keyring.new_person(person_id)
    batch.addresses.append((keyring.fingerprint(person.address), person_id))
    batch.persons.append((*person_row(person, keyring), wrapped, micros(person.created_at)))
    batch.sessions.append(session_row(person_id, belongings.session, keyring))
    batch.turns.extend(_turn_row(person_id, one, keyring) for one in belongings.taken)
    for entry in belongings.entries:
        body = keyring.seal(person_id, f"entry.body {entry.entry_id}", encode(entry))
        batch.entries.append((person_id, entry.entry_id, micros(entry.at), body))
    # A written row counts one version further; these keep theirs.
    plans = [msgspec.structs.replace(plan, version=plan.version - 1) for plan in belongings.check_ins]
    batch.check_ins.extend(check_in_row(plan) for plan in plans)
    batch.escalations.extend(escalation_row(case, keyring) for case in belongings.cases)
    batch.texts.extend(_text_row(person_id, said, keyring) for said in belongings.said)
    batch.audits.extend(links_of(belongings.notes))
    return batch


def _taken(person_id: str, row: Row, keyring: Keyring) -> Taken:
    received, version, at, level, events = row
    opened = None if events is None else decode_events(keyring.open(person_id, f"turn.events {received}", events))
    return Taken(received, version, moment(at), Level(level), opened)


def _said(person_id: str, row: Row, keyring: Keyring) -> Said:
    case_id, version, position, body = row
    text = decode_text(keyring.open(person_id, f"case_text.body {case_id} {version} {position}", body))
    return Said(version, position, text)


def _turn_row(person_id: str, one: Taken, keyring: Keyring) -> Row:
    events = None
    if one.events is not None:
        events = keyring.seal(person_id, f"turn.events {one.received}", encode(one.events))
    return (person_id, one.received, one.version, micros(one.at), int(one.level), events)


def _text_row(person_id: str, said: Said, keyring: Keyring) -> Row:
    text = said.text
    place = f"case_text.body {text.case_id} {said.version} {said.position}"
    body = keyring.seal(person_id, place, encode(text))
    return (person_id, text.case_id, said.version, said.position, micros(text.at), body)
