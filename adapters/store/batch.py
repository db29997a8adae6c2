"""What one commit writes: turns sorted into the rows of each table, each person's session once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from adapters.store.rows import Row, check_in_row, encode, escalation_row, micros, outbound_row, person_row, session_row
from bot.auditing import Link, Mark
from bot.model.cases import CaseState, Escalation
from bot.model.sent import Lane
from bot.model.turns import Turn
from bot.privacy import Keyring


@dataclass(slots=True)
class Batch:
    """The rows of one transaction, by table; empty lists cost no statement."""

    moved_sessions: list[Row] = field(
        default_factory=list
    )  # version, wake_at, level, state, talked_at, person_id, base
    addresses: list[Row] = field(default_factory=list)  # fingerprint, person_id
    persons: list[Row] = field(default_factory=list)  # profile, reachable, person_id, wrapped_key, created_at
    sessions: list[Row] = field(default_factory=list)  # version, wake_at, level, state, talked_at, person_id
    turns: list[Row] = field(default_factory=list)  # person_id, received, version, at, level, events
    changed_persons: list[Row] = field(default_factory=list)  # profile, reachable, person_id
    changed_addresses: list[Row] = field(default_factory=list)  # fingerprint, person_id
    escalations: list[Row] = field(default_factory=list)  # as escalation_row
    check_ins: list[Row] = field(default_factory=list)  # as check_in_row
    dropped_check_ins: list[Row] = field(default_factory=list)  # person_id, check_in_id
    called_off: list[Row] = field(default_factory=list)  # person_id, outbound_id
    taken_nudges: list[Row] = field(default_factory=list)  # nudge_id, person_id
    dropped_entries: list[Row] = field(default_factory=list)  # person_id, entry_id
    entries: list[Row] = field(default_factory=list)  # person_id, entry_id, at, body
    texts: list[Row] = field(default_factory=list)  # person_id, case_id, version, position, at, body
    audits: list[Link] = field(default_factory=list)  # not numbered yet
    mark: Mark = bytes  # the key of the chain of notes
    wishes: list[Row] = field(default_factory=list)  # person_id, kind, at
    dropped_wishes: list[Row] = field(default_factory=list)  # person_id, kind
    outbounds: list[Row] = field(default_factory=list)  # as outbound_row

    @property
    def is_vital(self) -> bool:
        """Whether someone's safety hangs on it: a case, a page or a safety text."""
        return bool(self.escalations) or any(lane <= Lane.SAFETY for _, _, lane, *_ in self.outbounds)


def people_of(turns: Iterable[Turn]) -> set[str]:
    """Return whose keys a commit needs: everyone who is known already."""
    people, fresh = set(), set()
    for turn in turns:
        person_id = turn.view.person.person_id
        people.add(person_id)
        people.update(outbound.person_id for outbound in turn.outbounds)
        if not turn.view.known:
            fresh.add(person_id)
    return people - fresh


def batch_of(turns: Sequence[Turn], keyring: Keyring) -> Batch:
    """Sort turns into rows, sealed; the keys of known people are at hand already.

    It runs on the event loop: 4 ms for 256 turns. In the writer's thread it made the loop wait as long, for the
    interpreter's lock, and the keys would have to be guarded.
    """
    batch = Batch(mark=keyring.audit_mark)
    of_person: dict[str, list[Turn]] = {}
    for turn in turns:
        of_person.setdefault(turn.view.person.person_id, []).append(turn)
    # In the order of ids: two processes then lock the same rows in the same order, so neither waits for ever.
    for person_id in sorted(of_person):
        _add_person(batch, of_person[person_id], keyring)
        _add_cases(batch, of_person[person_id], keyring)
        if any(turn.check_ins or turn.dropped_check_ins for turn in of_person[person_id]):
            _add_plans(batch, of_person[person_id])
        for turn in of_person[person_id]:
            _add_turn(batch, turn, keyring)
    batch.outbounds = [outbound_row(outbound, turn.at, keyring) for turn in turns for outbound in turn.outbounds]
    return batch


def _add_person(batch: Batch, turns: list[Turn], keyring: Keyring) -> None:
    first, view = turns[0], turns[-1].view
    person_id = view.person.person_id
    if first.view.known:
        batch.moved_sessions.append((*session_row(person_id, view.session, keyring), first.base))
        if any(turn.person_changed for turn in turns):
            batch.changed_persons.append(person_row(view.person, keyring))
            batch.changed_addresses.append((keyring.fingerprint(view.person.address), person_id))
        return
    wrapped = keyring.new_person(person_id)
    batch.addresses.append((keyring.fingerprint(view.person.address), person_id))
    batch.persons.append((*person_row(view.person, keyring), wrapped, micros(view.person.created_at)))
    batch.sessions.append(session_row(person_id, view.session, keyring))


def _add_cases(batch: Batch, turns: list[Turn], keyring: Keyring) -> None:
    cases: dict[str, Escalation] = {}
    for turn in turns:
        if turn.escalation_changed:
            changed = (turn.view.previous, turn.view.escalation)
            cases.update({case.case_id: case for case in changed if case})
    # Closed ones first: a person has at most one open case at every moment.
    ordered = sorted(cases.values(), key=lambda case: case.state is not CaseState.RESOLVED)
    batch.escalations.extend(escalation_row(case, keyring) for case in ordered)


def _add_plans(batch: Batch, turns: list[Turn]) -> None:
    plans: dict[str, Row] = {}
    person_id = turns[0].view.person.person_id
    for turn in turns:
        plans.update((plan.check_in_id, check_in_row(plan)) for plan in turn.check_ins)
        for dropped in turn.dropped_check_ins:
            plans.pop(dropped, None)
            batch.dropped_check_ins.append((person_id, dropped))
    batch.check_ins.extend(plans.values())


def _add_turn(batch: Batch, turn: Turn, keyring: Keyring) -> None:
    person_id, version, at = turn.view.person.person_id, turn.view.session.version, micros(turn.at)
    events = keyring.seal(person_id, f"turn.events {turn.received}", encode(turn.events)) if turn.events else None
    batch.turns.append((person_id, turn.received, version, at, int(turn.level), events))
    if turn.nudge:
        batch.taken_nudges.append((turn.nudge, person_id))
    batch.dropped_entries.extend((person_id, entry_id) for entry_id in turn.dropped_entries)
    batch.called_off.extend((person_id, outbound_id) for outbound_id in turn.called_off)
    for entry in turn.entries:
        body = keyring.seal(person_id, f"entry.body {entry.entry_id}", encode(entry))
        batch.entries.append((person_id, entry.entry_id, micros(entry.at), body))
    for position, text in enumerate(turn.texts):
        place = f"case_text.body {text.case_id} {version} {position}"
        body = keyring.seal(person_id, place, encode(text))
        batch.texts.append((person_id, text.case_id, version, position, micros(text.at), body))
    for audit in turn.audits:
        batch.audits.append(Link(0, micros(audit.at), audit.actor, audit.act, audit.case_id, person_id))
    for wish in turn.wishes:
        if wish.at is None:
            batch.dropped_wishes.append((person_id, wish.kind.value))
        else:
            batch.wishes.append((person_id, wish.kind.value, micros(wish.at)))
