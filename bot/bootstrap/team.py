"""What the command line tells of the people on call: the rota ahead, precision and response times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from adapters.clock import system_clock
from adapters.store.opening import open_store
from bot.bootstrap.house import master_keys
from bot.model.cases import Escalation
from bot.oncall.times import ENOUGH, response_times
from bot.policy import Audience
from bot.rota import Rota, unreachable
from bot.rota_file import load_rota
from bot.settings import Settings
from bot.triage.budget import precision

log = structlog.get_logger(__name__)


def report_team(settings: Settings, rota: Rota, now: datetime) -> None:
    """Log at start what would keep a page from reaching somebody; the bot runs all the same."""
    if not settings.on_call and not rota.responders:
        log.error("nobody_is_on_call", remedy="set HANDRAIL_ONCALL_SLACK_CHANNEL or HANDRAIL_ONCALL_TELEGRAM_CHAT")
    for start, end in rota.gaps(now)[:5]:
        log.warning(
            "rota_gap",
            begins=start.isoformat(),
            ends=end.isoformat(),
            file=str(settings.rota),
            remedy="add a shift or an override; everyone is paged meanwhile",
        )
    for responder in unreachable(rota, settings.channels):
        remedy = "give them an account on a channel that HANDRAIL_CHANNELS names"
        log.warning("responder_unreachable", responder=responder, file=str(settings.rota), remedy=remedy)


def rota_lines(rota: Rota, now: datetime, ahead: timedelta) -> Iterator[str]:
    """Yield who is on call, change by change, then the gaps."""
    if not rota.shifts:
        yield "The rota has no shifts: everyone on it is paged each time."
        return
    zone, before = ZoneInfo(rota.zone), ""
    for moment in [now, *(edge for edge in rota.edges(now) if edge < now + ahead)]:
        primary, backup = (", ".join(sorted(rota.named(one, moment))) for one in (Audience.PRIMARY, Audience.BACKUP))
        standing = f"primary {primary or 'NOBODY'}, backup {backup or 'nobody'}"
        if standing != before:
            yield f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}  {standing}"
        before = standing
    for start, end in rota.gaps(now, ahead):
        yield f"gap: {start.astimezone(zone):%a %H:%M} to {end.astimezone(zone):%a %H:%M}; add a shift or an override"


async def closed_cases(settings: Settings, back: timedelta) -> list[Escalation]:
    """Return the cases that were closed lately."""
    masters, _ = master_keys(settings, settings.data_dir)
    store = await open_store(settings.database, masters)
    try:
        now = system_clock()
        return await store.closed_cases(now - back, now)
    finally:
        await store.close()


async def precision_lines(settings: Settings, back: timedelta) -> Sequence[str]:
    """Return how many judged pages were right, by rule."""
    cases = await closed_cases(settings, back)
    judged = precision((case.reasons, case.outcome) for case in cases if case.outcome and not case.drill)
    return [
        f"{rule}: {share.hits} of {share.of} right ({share.low:.0%} to {share.high:.0%})"
        for rule, share in sorted(judged.items(), key=lambda one: -one[1].of)
    ] or ["No closed case was judged right or wrong yet."]


async def times_lines(settings: Settings, back: timedelta) -> Sequence[str]:
    """Return response times; a group of fewer than twenty cases shows its count alone."""
    rota = load_rota(settings.rota, workplace=settings.profile == "workplace")
    lines = []
    for one in response_times(await closed_cases(settings, back), rota):
        told = [
            f"{what} median {middle:.0f} s, p90 {late:.0f} s"
            for what, middle, late in (
                ("claimed", one.claimed_median, one.claimed_p90),
                ("answered", one.answered_median, one.answered_p90),
            )
            if middle is not None and late is not None
        ]
        lines.append(f"{one.group}: {one.cases} cases; {'; '.join(told) or f'times are shown from {ENOUGH} cases on'}")
    return lines or ["No case was closed in that time."]
