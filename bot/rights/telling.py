"""Writes a person's copy and the log of who opened their case, as texts that fit into a chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model.cases import Audit
from bot.model.people import Person
from bot.rights.belongings import Belongings, to_json
from flows.wording import Words

# Below every platform's limit for one message.
PIECE = 3500
SHOWN_NOTES = 40


class Telling:
    """Speaks a person's language; `name_of` returns the display name of a responder's id."""

    def __init__(self, words: Words, name_of: Callable[[str], str]) -> None:
        self._words = words
        self._name_of = name_of

    def copy_of(self, belongings: Belongings, now: datetime) -> list[str]:
        """Return everything: first to read, then as JSON that a program can take in."""
        head = self._say(belongings.person, "rights.copy_head", at=_local(belongings.person, now))
        machine = self._say(belongings.person, "rights.copy_json")
        return [*_pieces([head, *self.readable(belongings)]), machine, *_cut(to_json(belongings))]

    def readable(self, belongings: Belongings) -> list[str]:
        """Return every line of a copy to read."""
        person = belongings.person
        lines = [f"name: {person.name}", f"language: {person.language}", f"country: {person.country}"]
        lines += [f"time zone: {person.zone}", f"chat: {person.address.platform} {person.address.chat}"]
        lines += [f"agreed: {name}, {_local(person, at)}" for name, at in person.consents.items()]
        lines += [f"kept: {name}: {value}" for name, value in person.kept.items()]
        lines += [f"check-in: {plan.at:%H:%M} {plan.zone}" for plan in belongings.check_ins]
        lines += [f"{_local(person, one.at)} {one.measure}: {one.value:g}" for one in belongings.entries]
        for taken in belongings.taken:
            at = _local(person, taken.at)
            lines += [
                f"{at} {event.kind} {event.flow} {event.name}: {event.value}"
                for event in taken.events or ()
                if event.value is not None
            ]
        lines += [
            f"{_local(person, one.text.at)} {self._author(one.text.author)}: {one.text.text}" for one in belongings.said
        ]
        return lines + [f"- {line}" for line in self._notes(person, belongings.notes)]

    def log_of(self, person: Person, notes: Sequence[Audit]) -> list[str]:
        """Return who did what with the person's cases, the newest first."""
        lines = list(self._notes(person, [note for note in notes if note.case_id]))
        if not lines:
            return [self._say(person, "rights.log_none")]
        return _pieces([self._say(person, "rights.log_head"), *(f"- {line}" for line in lines[::-1][:SHOWN_NOTES])])

    def _notes(self, person: Person, notes: Iterable[Audit]) -> Iterable[str]:
        return (
            f"{_local(person, note.at)} {self._author(note.actor)}: {note.act} {note.case_id}".rstrip()
            for note in notes
        )

    def _author(self, actor: str) -> str:
        return actor if actor in {"person", "program", "the person"} else self._name_of(actor)

    def _say(self, person: Person, key: str, **values: object) -> str:
        return self._words.say(key, person.language, **values)


def _local(person: Person, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(person.zone)):%Y-%m-%d %H:%M}"


def _pieces(lines: Iterable[str]) -> list[str]:
    """Join lines into messages; a line that is too long for one is cut."""
    pieces: list[str] = []
    for line in (part for whole in lines for part in _cut(whole)):
        if pieces and len(pieces[-1]) + len(line) < PIECE:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces


def _cut(text: str) -> list[str]:
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)] or [""]
