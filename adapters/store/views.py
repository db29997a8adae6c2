"""Opens the sealed rows of a batch into views; a damaged one stays alone with its damage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import structlog

from adapters.store.loading import Subjects
from adapters.store.rows import (
    Row,
    check_in_value,
    decode_entry,
    decode_person,
    decode_session,
    decode_text,
    escalation_value,
    moment,
)
from bot.errors import HandrailError
from bot.model.cases import CaseState, Escalation
from bot.model.schedules import Entry
from bot.model.sent import Lane
from bot.model.turns import View
from bot.ports import Examined, Loaded, Waiting
from bot.privacy import Keyring

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Found:
    """The rows of a batch, still sealed; every row but a duplicate begins with a person_id."""

    subjects: Subjects
    duplicates: Sequence[Row] = ()  # received
    people: Sequence[Row] = ()  # person_id, wrapped_key, profile, version, state
    cases: Sequence[Row] = ()  # person_id, case_id, state, body
    texts: Sequence[Row] = ()  # person_id, case_id, version, position, body
    check_ins: Sequence[Row] = ()  # as check_in_row


def loaded_of(found: Found, keyring: Keyring) -> Loaded:
    """Open the rows of a batch."""
    aside = _Aside(_by_person(found.cases), _by_person(found.texts), _by_person(found.check_ins))
    views, damaged = {}, set()
    for row in found.people:
        try:
            views[row[0]] = _view(row, aside, keyring)
        except (HandrailError, msgspec.MsgspecError) as error:
            # One damaged row must not keep all others of the batch from being heard.
            log.error("person_unreadable", person_id=row[0], reason=str(error))
            damaged.add(row[0])
    subjects = found.subjects.of_key.items()
    # A person who was erased meanwhile is nobody known.
    known = {key: ids for key, people in subjects if (ids := tuple(person for person in people if person in views))}
    return Loaded(
        subjects=known,
        views=views,
        duplicates=frozenset(received for (received,) in found.duplicates),
        as_staff=frozenset(key for key in found.subjects.as_staff if key in known),
        damaged=frozenset(key for key, people in subjects if key not in known and damaged.intersection(people)),
    )


def cases_of(rows: Iterable[Row], keyring: Keyring) -> list[Escalation]:
    """Open (person_id, case_id, body, wrapped_key) of cases."""
    cases = []
    for person_id, case_id, body, wrapped in rows:
        try:
            keyring.learn(person_id, wrapped)
            cases.append(escalation_value(person_id, case_id, body, keyring))
        except (HandrailError, msgspec.MsgspecError) as error:
            log.error("case_unreadable", case_id=case_id, reason=str(error))
    return cases


@dataclass(frozen=True, slots=True)
class _Aside:
    """The rows that only few people have, by person."""

    cases: Mapping[str, list[Row]]
    texts: Mapping[str, list[Row]]
    check_ins: Mapping[str, list[Row]]


def _by_person(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return dict(grouped)


def _view(row: Row, aside: _Aside, keyring: Keyring) -> View:
    person_id, wrapped, profile, version, state = row
    keyring.learn(person_id, wrapped)
    cases = [escalation_value(person_id, row[1], row[3], keyring) for row in aside.cases.get(person_id, ())]
    return View(
        person=decode_person(keyring.open(person_id, "person.profile", profile)),
        session=decode_session(keyring.open(person_id, f"session.state {version}", state)),
        escalation=next((case for case in cases if case.state is not CaseState.RESOLVED), None),
        # They come in the order of their close: the last one is the previous one.
        previous=next((case for case in reversed(cases) if case.state is CaseState.RESOLVED), None),
        check_ins=tuple(check_in_value(row) for row in aside.check_ins.get(person_id, ())),
        texts=tuple(
            decode_text(keyring.open(person_id, f"case_text.body {case_id} {version} {position}", body))
            for _, case_id, version, position, body in aside.texts.get(person_id, ())
        ),
    )


def waiting_of(outbox: Iterable[Row], unclaimed: Row) -> Waiting:
    """Return what waits, of (lane, count, queued_at) rows and one (count, opened_at)."""
    lanes = {Lane(lane): (count, moment(since)) for lane, count, since in outbox}
    count, since = unclaimed
    return Waiting(lanes, count, None if since is None else moment(since))


def examined_of(row: Row) -> Examined:
    """Return what a database says of itself, of (version, people, sound, now)."""
    version, people, sound, now = row
    return Examined(version, people, sound, moment(now))


def entries_of(person_id: str, rows: Iterable[Row], keyring: Keyring) -> list[Entry]:
    """Open a person's ratings; a damaged one is left out."""
    found = []
    for entry_id, body in rows:
        try:
            found.append(decode_entry(keyring.open(person_id, f"entry.body {entry_id}", body)))
        except (HandrailError, msgspec.MsgspecError) as error:
            log.error("entry_unreadable", person_id=person_id, reason=str(error))
    return found
