"""Who is on call: responders, their accounts, and the weekly shifts of a rota file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from bot.errors import SettingError
from bot.model import Address, Platform, Value
from bot.policy import Audience
from flows.errors import FlowError
from flows.yaml_tree import read_tree

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Employers must not receive what an employee said (AI-6, W-3 in shared/privacy.md).
EMPLOYER_ROLES = frozenset({"manager", "hr"})
_WALL = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Responder(Value, frozen=True, forbid_unknown_fields=True):
    """Someone who may take cases. `telegram` and `slack` are the platforms' account ids; `name` is shown to people."""

    id: str
    name: str
    telegram: str = ""
    slack: str = ""
    console: str = ""
    roles: tuple[str, ...] = ()

    def account(self, platform: Platform) -> str:
        """Return the responder's account on a platform, or nothing."""
        place = Platform.TELEGRAM if platform is Platform.STAFF_TELEGRAM else platform
        return str(getattr(self, place.value))

    def platforms(self) -> tuple[Platform, ...]:
        """Return where the responder has an account."""
        return tuple(one for one in Platform if one is not Platform.STAFF_TELEGRAM and self.account(one))


class Shift(Value, frozen=True, forbid_unknown_fields=True):
    """A weekly stretch in the rota's zone: `start` and `until` as 09:00, days as mon … sun.

    One that ends before (or when) it starts runs past midnight.
    """

    days: tuple[str, ...]
    start: str
    until: str
    primary: str
    backup: str = ""

    def covers(self, local: datetime) -> bool:
        """Say whether a local moment lies in this shift."""
        today, yesterday = WEEKDAYS[local.weekday()], WEEKDAYS[(local.weekday() - 1) % 7]
        clock = local.timetz().replace(tzinfo=None)
        start, until = time.fromisoformat(self.start), time.fromisoformat(self.until)
        if start < until:
            return today in self.days and start <= clock < until
        return (today in self.days and clock >= start) or (yesterday in self.days and clock < until)


class Rota(Value, frozen=True, forbid_unknown_fields=True):
    """All responders and shifts. Without a rota file, everyone in the on-call conversation is a responder."""

    responders: tuple[Responder, ...] = ()
    shifts: tuple[Shift, ...] = ()
    zone: str = "UTC"
    open: bool = False

    def by_account(self, platform: Platform, account: str) -> Responder | None:
        """Return the responder behind an account, or None when it may not act."""
        if not account:
            return None
        for responder in self.responders:
            if responder.account(platform) == account:
                return responder
        if self.open:
            return Responder(id=f"{platform}:{account}", name="Someone from the team")
        return None

    def by_id(self, responder_id: str) -> Responder | None:
        """Return a responder by id; in an open rota the id itself names the account."""
        for responder in self.responders:
            if responder.id == responder_id:
                return responder
        platform, _, account = responder_id.partition(":")
        return self.by_account(Platform(platform), account) if self.open and account else None

    def is_staffed(self, now: datetime) -> bool:
        """Say whether somebody is on shift now; without shifts, whether there is anybody at all."""
        if not self.shifts:
            return self.open or bool(self.responders)
        local = now.astimezone(ZoneInfo(self.zone))
        return any(shift.covers(local) for shift in self.shifts)

    def on_duty(self, audience: Audience, now: datetime) -> tuple[Responder, ...]:
        """Return who a step pages now; nobody on shift means everyone, never nobody."""
        if audience is not Audience.EVERYONE:
            local = now.astimezone(ZoneInfo(self.zone))
            names = {getattr(shift, audience.value) for shift in self.shifts if shift.covers(local)}
            found = tuple(responder for responder in self.responders if responder.id in names)
            if found:
                return found
        return self.responders


OPEN_ROTA = Rota(open=True)


def direct_chat(responder: Responder, platform: Platform) -> Address | None:
    """Return the private conversation with a responder on a platform."""
    account = responder.account(platform)
    if not account and responder.id.startswith(f"{platform}:"):
        account = responder.id.partition(":")[2]
    return Address(platform, account) if account else None


def load_rota(path: Path | None, *, workplace: bool) -> Rota:
    """Return the rota of a YAML file, or the open rota. Raises SettingError naming file, fault and remedy."""
    if path is None:
        return OPEN_ROTA
    try:
        rota = msgspec.convert(read_tree(path.read_bytes(), str(path)).bare(), Rota)
    except (OSError, FlowError, msgspec.ValidationError) as error:
        raise SettingError(f"HANDRAIL_ROTA {path}: {error}; see docs/safety.md for the format") from error
    for fault in _faults(rota, workplace=workplace):
        raise SettingError(f"HANDRAIL_ROTA {path}: {fault}")
    return rota


def _faults(rota: Rota, *, workplace: bool) -> Iterator[str]:
    if not rota.responders:
        yield "it names no responders; add at least one with id, name and a telegram or slack account"
    if rota.zone not in available_timezones():
        yield f"zone {rota.zone!r} is unknown; use an IANA name such as Europe/Berlin"
    for responder in rota.responders:
        if not responder.platforms():
            yield f"responder {responder.id} has no account; add telegram or slack"
        if workplace and EMPLOYER_ROLES & {role.lower() for role in responder.roles}:
            yield f"responder {responder.id} is a manager or HR; the workplace profile refuses that"
    for shift in rota.shifts:
        yield from _shift_faults(shift, {responder.id for responder in rota.responders} | {""})


def _shift_faults(shift: Shift, known: set[str]) -> Iterator[str]:
    if unknown := sorted({shift.primary, shift.backup} - known):
        yield f"a shift names {', '.join(unknown)}, who is not among the responders"
    for wall in (shift.start, shift.until):
        if not _WALL.fullmatch(wall):
            yield f"a shift has the time {wall!r}; write it as 09:00"
    if set(shift.days) - set(WEEKDAYS):
        yield f"a shift has days {', '.join(shift.days)}; use {', '.join(WEEKDAYS)}"
