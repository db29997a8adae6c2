"""The rounds: what comes round by itself for staff and for closed cases; each thing once, whoever runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.errors import StoreError
from bot.model.cases import Outcome
from bot.model.received import Command, Due, FollowUpDue, Inbound, Received
from bot.model.worry import Level
from bot.oncall.program import PROGRAM
from bot.ports import Cases, Clock, Leases, Notes
from bot.rota import Rota

log = structlog.get_logger(__name__)

FOLLOWS_UP_AFTER, FOLLOWS_UP_UNTIL = timedelta(hours=72), timedelta(hours=96)
DRILLS_EVERY = timedelta(days=7)
DIGEST_HOUR = 9
_NO_FOLLOW_UP = frozenset({Outcome.JOKE_OR_TEST, Outcome.MISREAD})
_LOOKED, _DRILLED, _DIGEST = "rounds.looked", "rounds.drilled", "rounds.digest"


class Remembering(Cases, Notes, Leases, Protocol):
    """What the rounds need of a store."""


class Rounds:
    """Offers follow-ups, begins drills at shift starts and once a week, and sends the daily count of level 1."""

    def __init__(
        self,
        store: Remembering,
        receive: Callable[[Sequence[Received]], Awaitable[None]],
        clock: Clock,
        rota: Rota,
        *,
        digest: bool = True,
    ) -> None:
        self._store = store
        self._receive = receive
        self._clock = clock
        self._rota = rota
        self._digest = digest

    async def tick(self) -> None:
        """Make a round; a failing store is reported and tried again at the next one."""
        try:
            await self.run()
        except StoreError as error:
            log.error("rounds_failed", reason=str(error))

    async def run(self) -> None:
        """Do what is due. The key of each thing is unique, so several processes do it once."""
        now = self._clock()
        await self._follow_up(now)
        notes = await self._store.notes("rounds.")
        looked = _moment(notes.get(_LOOKED), now)
        if _LOOKED not in notes or self._rota.changes_between(looked, now):
            await self._store.keep_note(_LOOKED, now.isoformat())
        await self._drill(now, looked, _moment(notes.get(_DRILLED), now), known=_DRILLED in notes)
        if self._digest:
            await self._tell_digest(now, notes.get(_DIGEST, ""))

    async def _follow_up(self, now: datetime) -> None:
        closed = await self._store.closed_cases(now - FOLLOWS_UP_UNTIL, now - FOLLOWS_UP_AFTER)
        due: list[Received] = [
            Due(f"follow-up:{case.case_id}", case.person_id, now, FollowUpDue(case.case_id))
            for case in closed
            if case.level >= Level.HIGH and case.outcome not in _NO_FOLLOW_UP and not case.drill
        ]
        await self._receive(due)

    async def _drill(self, now: datetime, looked: datetime, drilled: datetime, *, known: bool) -> None:
        """Begin a drill when a shift began since the last round, or a week after the last one."""
        begins = self._rota.changes_between(looked, now)
        if known and not begins and now - drilled < DRILLS_EVERY:
            return
        await self._store.keep_note(_DRILLED, now.isoformat())
        if known:
            await self._receive([own(f"drill:{now:%Y-%m-%dT%H:%M}", Command("drill"), now)])

    async def _tell_digest(self, now: datetime, last: str) -> None:
        local = now.astimezone(ZoneInfo(self._rota.zone))
        if local.hour < DIGEST_HOUR or last == local.date().isoformat():
            return
        await self._store.keep_note(_DIGEST, local.date().isoformat())
        count = await self._store.people_at(Level.LOW, now - timedelta(days=1))
        if last and count:
            await self._receive([own(f"digest:{local.date()}", Command("digest", str(count)), now)])


def own(key: str, command: Command, now: datetime) -> Inbound:
    """Return something that the program itself sets going."""
    return Inbound(f"program:{key}", PROGRAM, PROGRAM.chat, now, command)


def _moment(text: str | None, now: datetime) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC) if text else now
