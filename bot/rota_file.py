"""Reads the rota of an operator; what is wrong is refused with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

from bot.marked import MarkedFile
from bot.rota import OPEN_ROTA, WEEKDAYS, Override, Rota, Shift, wall_moment

# Employers must not receive what an employee said (AI-6, W-3 in shared/privacy.md).
EMPLOYER_ROLES = frozenset({"manager", "hr"})
_WALL = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_REMEDIES = {
    "zone": "write an IANA name such as Europe/Berlin",
    "days": "write days: [mon, tue, …]",
    "id": "give each responder an id, a name, and a telegram or slack account",
    "name": "give each responder a name; the person reads it",
    "from": 'write from and until as "2026-12-24 18:00"',
    "until": 'write from and until as "2026-12-24 18:00"',
}
_OTHERWISE = "correct it; docs/safety.md shows the format"


class _Fault(NamedTuple):
    """What is wrong with the value under `steps`, and what to do about it."""

    what: str
    remedy: str
    steps: tuple[str | int, ...] = ()


def load_rota(path: Path | None, *, workplace: bool) -> Rota:
    """Return the rota of a YAML file, or the open rota. Raises SettingError naming file, line, fault and remedy."""
    if path is None:
        return OPEN_ROTA
    file = MarkedFile("HANDRAIL_ROTA", path, _REMEDIES, _OTHERWISE)
    rota = file.convert(file.tree.bare(), Rota)
    for fault in _faults(rota, workplace=workplace):
        raise file.fault(fault.what, fault.remedy, *fault.steps)
    return rota


def _faults(rota: Rota, *, workplace: bool) -> Iterator[_Fault]:
    if not rota.responders:
        yield _Fault("it names no responders", "add at least one with id, name and a telegram or slack account")
    if rota.zone not in available_timezones():
        yield _Fault(f"zone {rota.zone!r} is unknown", "use an IANA name such as Europe/Berlin", ("zone",))
    yield from _of_responders(rota, workplace=workplace)
    known = {responder.id for responder in rota.responders} | {""}
    for number, shift in enumerate(rota.shifts):
        yield from _of_names(shift, known, "a shift", ("shifts", number))
        yield from _of_times(shift, ("shifts", number))
    for number, override in enumerate(rota.overrides):
        yield from _of_names(override, known, "an override", ("overrides", number))
        yield from _of_dates(override, ("overrides", number))


def _of_responders(rota: Rota, *, workplace: bool) -> Iterator[_Fault]:
    seen: set[str] = set()
    for number, responder in enumerate(rota.responders):
        steps = ("responders", number)
        if responder.id in seen:
            yield _Fault(f"responder {responder.id} stands twice", "give each an id of their own", (*steps, "id"))
        seen.add(responder.id)
        if not responder.platforms():
            yield _Fault(f"responder {responder.id} has no account", "add telegram or slack", steps)
        if workplace and EMPLOYER_ROLES & {role.lower() for role in responder.roles}:
            what = f"responder {responder.id} is a manager or HR; the workplace profile refuses that"
            yield _Fault(what, "name somebody whom employees do not report to", (*steps, "roles"))


def _of_names(one: Shift | Override, known: set[str], kind: str, steps: tuple[str | int, ...]) -> Iterator[_Fault]:
    if unknown := sorted({one.primary, one.backup} - known):
        what = f"{kind} names {', '.join(unknown)}, who is not among the responders"
        yield _Fault(what, "add them to the responders, or correct the name", steps)


def _of_times(shift: Shift, steps: tuple[str | int, ...]) -> Iterator[_Fault]:
    for key, wall in (("start", shift.start), ("until", shift.until)):
        if not _WALL.fullmatch(wall):
            yield _Fault(f"a shift has the time {wall!r}", "write it as 09:00", (*steps, key))
    if not shift.primary:
        yield _Fault("a shift has no primary", "name the one who is paged first", steps)
    if set(shift.days) - set(WEEKDAYS) or not shift.days:
        what = f"a shift has days {', '.join(shift.days) or 'none'}"
        yield _Fault(what, f"use {', '.join(WEEKDAYS)}", (*steps, "days"))


def _of_dates(override: Override, steps: tuple[str | int, ...]) -> Iterator[_Fault]:
    try:
        ordered = wall_moment(override.start) < wall_moment(override.until)
    except ValueError:
        yield _Fault("an override has a date that cannot be read", _REMEDIES["from"], steps)
        return
    if not ordered:
        yield _Fault("an override ends before it begins", "let until be later than from", steps)
