"""Between the domain's values and sealed rows; both engines store exactly these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from bot.auditing import START, Link
from bot.checkins.state import Course, Pace, Rules
from bot.model.cases import CaseText, Escalation
from bot.model.people import Person
from bot.model.schedules import CheckIn, Entry
from bot.model.sent import Outbound
from bot.model.talk import Session
from bot.privacy import Keyring
from bot.rights.keeping import Cut

Row = tuple[Any, ...]  # what a driver hands over; it becomes a typed value in this module and nowhere else

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SEALED = "sealed "  # and of something kept sealed there
NOTE = "note "  # what begins the name of a note among the facts about the database itself

encode = msgspec.msgpack.Encoder().encode
decode_person = msgspec.msgpack.Decoder(Person).decode
decode_session = msgspec.msgpack.Decoder(Session).decode
decode_escalation = msgspec.msgpack.Decoder(Escalation).decode
decode_entry = msgspec.msgpack.Decoder(Entry).decode
decode_outbound = msgspec.msgpack.Decoder(Outbound).decode
decode_text = msgspec.msgpack.Decoder(CaseText).decode


class Rhythm(msgspec.Struct, frozen=True, array_like=True):
    """The part of a schedule that no query asks for: times, counters and limits, never words."""

    every: int
    since: date | None
    pace: Pace
    rules: Rules
    course: Course


decode_rhythm = msgspec.msgpack.Decoder(Rhythm).decode


def micros(at: datetime) -> int:
    """Return a moment as microseconds since 1970: an integer compares alike in both engines."""
    return (at - EPOCH) // MICROSECOND


def micros_or_none(at: datetime | None) -> int | None:
    """Return a moment that may be missing."""
    return None if at is None else micros(at)


def moment(value: int) -> datetime:
    """Return the aware moment of stored microseconds."""
    return EPOCH + timedelta(microseconds=value)


def check_in_row(plan: CheckIn) -> Row:
    """Return a check-in's next row; its times and zone are plain, so that due ones are found without keys."""
    weekdays = "".join(str(day) for day in plan.weekdays)
    due = micros_or_none(plan.next_due_at)
    rhythm = rhythm_of(plan)
    return (plan.person_id, plan.check_in_id, plan.at.isoformat(), plan.zone, weekdays, due, rhythm, plan.version + 1)


def rhythm_of(plan: CheckIn) -> bytes:
    """Return the part of a schedule that no query asks for."""
    return encode(Rhythm(plan.every, plan.since, plan.pace, plan.rules, plan.course))


# Few times and sets of days are shared by a million schedules.
@lru_cache(maxsize=2048)
def _time(text: str) -> time:
    return time.fromisoformat(text)


@lru_cache(maxsize=128)
def _weekdays(text: str) -> tuple[int, ...]:
    return tuple(int(day) for day in text)


def check_in_value(row: Row) -> CheckIn:
    """Return the check-in of a row."""
    person_id, check_in_id, at, zone, weekdays, due, rhythm, version = row
    decoded = decode_rhythm(rhythm)
    return CheckIn(
        check_in_id=check_in_id,
        person_id=person_id,
        at=_time(at),
        zone=zone,
        weekdays=_weekdays(weekdays),
        next_due_at=None if due is None else moment(due),
        every=decoded.every,
        since=decoded.since,
        pace=decoded.pace,
        rules=decoded.rules,
        course=decoded.course,
        version=version,
    )


def escalation_row(case: Escalation, keyring: Keyring) -> Row:
    """Return a case's row; what is searched or compared is plain, the rest is sealed."""
    return (
        case.person_id,
        case.case_id,
        case.token,
        case.state.value,
        int(case.level),
        keyring.fingerprint(case.staff_chat) if case.staff_chat else None,
        micros_or_none(case.next_at),
        micros(case.opened_at),
        micros_or_none(case.resolved_at),
        case.outcome.value if case.outcome else None,
        keyring.seal(case.person_id, f"escalation.body {case.case_id}", encode(case)),
    )


def escalation_value(person_id: str, case_id: str, body: bytes, keyring: Keyring) -> Escalation:
    """Return the case of a sealed body."""
    return decode_escalation(keyring.open(person_id, f"escalation.body {case_id}", body))


def session_row(person_id: str, session: Session, keyring: Keyring) -> Row:
    """Return (version, wake_at, level, state, talked_at, person_id); the version is bound in: no old state returns."""
    state = keyring.seal(person_id, f"session.state {session.version}", encode(session))
    level = int(session.heard.level) if session.heard else 0
    wakes, talked = micros_or_none(session.wake_at), micros_or_none(session.last_at)
    return (session.version, wakes, level, state, talked, person_id)


def person_row(person: Person, keyring: Keyring) -> Row:
    """Return (profile, reachable, person_id)."""
    profile = keyring.seal(person.person_id, "person.profile", encode(person))
    return (profile, int(person.reachable), person.person_id)


def outbound_row(outbound: Outbound, queued_at: datetime, keyring: Keyring) -> Row:
    """Return the row of what waits.

    It is (person_id, outbound_id, lane, platform, destination, edits, queued_at, payload, state, ready_at).
    """
    return (
        outbound.person_id,
        outbound.outbound_id,
        int(outbound.lane),
        outbound.address.platform.value,
        keyring.fingerprint(outbound.address),
        outbound.edits,
        micros(queued_at),
        keyring.seal(outbound.person_id, f"outbox.payload {outbound.outbound_id}", encode(outbound)),
        0 if outbound.not_before is None else 1,
        0 if outbound.not_before is None else micros(outbound.not_before),
    )


def outbound_value(person_id: str, outbound_id: int, payload: bytes, keyring: Keyring) -> Outbound:
    """Return the message of a sealed payload."""
    return decode_outbound(keyring.open(person_id, f"outbox.payload {outbound_id}", payload))


def audit_row(link: Link) -> Row:
    """Return the row of a note in the chain."""
    return (link.number, link.at, link.actor, link.act, link.case_id, link.person_id, link.mark)


def audit_link(row: Row) -> Link:
    """Return the note of a row."""
    number, at, actor, act, case_id, person_id, mark = row
    return Link(number, at, actor, act, case_id, person_id, bytes(mark))


def numbered(notes: Iterable[Link], last: int) -> Iterator[Link]:
    """Number notes that follow the last one of the chain."""
    return (msgspec.structs.replace(note, number=number) for number, note in enumerate(notes, last + 1))


def packed_head(link: Link) -> bytes:
    """Return the head of the chain as it is kept: number and mark."""
    return encode((link.number, link.mark))


def audit_head(packed: bytes | None) -> tuple[int, bytes]:
    """Return the last number and mark of the chain."""
    return (0, START) if packed is None else msgspec.msgpack.decode(packed, type=tuple[int, bytes])


def cut_row(person_id: str, cut: Cut) -> Row:
    """Return (person_id, answers, case_words, urgent_words)."""
    return (person_id, micros(cut.answers), micros(cut.case_words), micros_or_none(cut.urgent_words))
