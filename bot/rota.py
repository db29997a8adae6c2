"""Who is on call: responders, their accounts, weekly shifts, and what replaces them on some dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.model.people import Address, Platform
from bot.model.values import Value
from bot.policy import Audience

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A weekly rota shows itself whole in a week; the day more finds the end of what began on the last one.
AHEAD = timedelta(days=8)


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


class Override(Value, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """What replaces every shift between two moments in the rota's zone, such as "2026-12-24 18:00"."""

    start: str
    until: str
    primary: str = ""
    backup: str = ""

    def covers(self, local: datetime) -> bool:
        """Say whether a local moment lies in it."""
        return wall_moment(self.start) <= local.replace(tzinfo=None) < wall_moment(self.until)


def wall_moment(text: str) -> datetime:
    """Return `2026-12-24 18:00` as a moment without a zone. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007  the rota names the zone


class Rota(Value, frozen=True, forbid_unknown_fields=True):
    """All responders and shifts. Without a rota file, everyone in the on-call conversation is a responder."""

    responders: tuple[Responder, ...] = ()
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()
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
        return bool(self.named(Audience.PRIMARY, now) | self.named(Audience.BACKUP, now))

    def named(self, audience: Audience, now: datetime) -> frozenset[str]:
        """Return whom the rota names for a step at that moment; an override replaces the shifts."""
        local = now.astimezone(ZoneInfo(self.zone))
        replaced: Sequence[Override | Shift] = [one for one in self.overrides if one.covers(local)][-1:]
        covering = replaced or [shift for shift in self.shifts if shift.covers(local)]
        return frozenset(getattr(one, audience.value) for one in covering) - {""}

    def has_nobody(self, audience: Audience, now: datetime) -> bool:
        """Say whether a step would page nobody whom the rota names."""
        return bool(self.shifts) and audience is not Audience.EVERYONE and not self.named(audience, now)

    def on_duty(self, audience: Audience, now: datetime) -> tuple[Responder, ...]:
        """Return who a step pages now; nobody on shift means everyone, never nobody."""
        if audience is not Audience.EVERYONE:
            names = self.named(audience, now)
            found = tuple(responder for responder in self.responders if responder.id in names)
            if found:
                return found
        return self.responders

    def works_until(self, responder_id: str, now: datetime) -> datetime | None:
        """Return when the shift of someone on duty ends; None for someone who is not, or whose shift never ends."""
        if responder_id not in self._at(now):
            return None
        return next((edge for edge in self.edges(now) if responder_id not in self._at(edge)), None)

    def opens_at(self, now: datetime) -> datetime | None:
        """Return when somebody is on shift next; None when somebody is now, or nobody in a week."""
        if self.is_staffed(now):
            return None
        return next((edge for edge in self.edges(now) if self.is_staffed(edge)), None)

    def gaps(self, now: datetime, ahead: timedelta = AHEAD) -> list[tuple[datetime, datetime]]:
        """Return the stretches ahead without a primary."""
        if not self.shifts:
            return []
        edges = [now, *(edge for edge in self.edges(now) if edge < now + ahead), now + ahead]
        found: list[tuple[datetime, datetime]] = []
        for start, end in pairwise(edges):
            if self.named(Audience.PRIMARY, start):
                continue
            joins = found and found[-1][1] == start
            found[-1:] = [(found[-1][0], end)] if joins else [*found[-1:], (start, end)]
        return found

    def changes_between(self, after: datetime, until: datetime) -> bool:
        """Say whether a shift begins in a stretch of time."""
        return any(after < edge <= until and self._at(edge) - self._at(after) for edge in self.edges(after))

    def edges(self, now: datetime) -> list[datetime]:
        """Return every moment ahead, in order, at which who is on duty may change."""
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        walls = {
            datetime.combine(today + timedelta(days=day), time.fromisoformat(wall))
            for shift in self.shifts
            for wall in (shift.start, shift.until)
            for day in range(AHEAD.days + 1)
        }
        walls |= {wall_moment(wall) for one in self.overrides for wall in (one.start, one.until)}
        moments = {wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls}
        return sorted(moment for moment in moments if now < moment <= now + AHEAD)

    def _at(self, now: datetime) -> frozenset[str]:
        return self.named(Audience.PRIMARY, now) | self.named(Audience.BACKUP, now)


OPEN_ROTA = Rota(open=True)


def unreachable(rota: Rota, served: Iterable[Platform]) -> list[str]:
    """Return the responders who have no account on any platform that is served."""
    platforms = frozenset(served)
    return [one.id for one in rota.responders if not platforms.intersection(one.platforms())]


def direct_chat(responder: Responder, platform: Platform) -> Address | None:
    """Return the private conversation with a responder on a platform."""
    account = responder.account(platform)
    if not account and responder.id.startswith(f"{platform}:"):
        account = responder.id.partition(":")[2]
    return Address(platform, account) if account else None
