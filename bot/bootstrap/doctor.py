"""`handrail doctor`: looks at everything that a night on call rests on, and says what to do about what is wrong."""

from __future__ import annotations

import shutil
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from adapters.clock import system_clock
from adapters.store.backups import newest
from adapters.store.opening import open_store
from bot.bootstrap import lines
from bot.bootstrap.backup import folder_of
from bot.bootstrap.house import KEY_FILE, master_keys
from bot.bootstrap.probes import last_poll, slack_probe, telegram_probe
from bot.errors import HandrailError, SettingError
from bot.model.people import Platform
from bot.policy_file import load_policy
from bot.rota import Rota, unreachable
from bot.rota_file import load_rota
from bot.settings import Settings

LITTLE_DISK, MUCH_TOO_LITTLE_DISK = 1_000_000_000, 100_000_000
LOOK_AHEAD = timedelta(days=7)
OLD_BACK_UP = timedelta(days=2)


class Verdict(StrEnum):
    """How one part is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One part, how it is, and the remedy where it needs one."""

    verdict: Verdict
    part: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict:4} {self.part}: {self.text}"


Check = Callable[[Settings], Awaitable[Sequence[Finding]]]


async def examine(settings: Settings, *, page: bool) -> AsyncIterator[Finding]:
    """Yield one finding after another; `page` also sends a test page to every on-call conversation."""
    checks: tuple[Check, ...] = (_disk, _key, _database, _backups, _on_call, _lines, _platforms, last_poll_finding)
    for check in checks:
        try:
            for finding in await check(settings):
                yield finding
        except HandrailError as error:
            yield Finding(Verdict.FAIL, check.__name__.strip("_"), str(error))
    if page:
        for finding in await _test_page(settings):
            yield finding


async def _disk(settings: Settings) -> Sequence[Finding]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free
    text = f"{free / 1e9:.1f} GB free in {settings.data_dir}"
    if free < MUCH_TOO_LITTLE_DISK:
        return [Finding(Verdict.FAIL, "disk", f"{text}; free some space, or nothing can be taken in")]
    return [Finding(Verdict.WARN if free < LITTLE_DISK else Verdict.OK, "disk", text)]


async def _key(settings: Settings) -> Sequence[Finding]:
    if settings.master_key is not None:
        return [Finding(Verdict.OK, "key", "HANDRAIL_MASTER_KEY is set; keep a copy apart from the database")]
    path = settings.data_dir / KEY_FILE
    if not path.exists():
        return [Finding(Verdict.WARN, "key", f"none yet; the first start makes {path}")]
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return [Finding(Verdict.FAIL, "key", f"others can read {path}; run: chmod 600 {path}")]
    return [Finding(Verdict.WARN, "key", f"{path} lies beside the database; keep a copy apart from it")]


async def _database(settings: Settings) -> Sequence[Finding]:
    masters, _ = master_keys(settings, settings.data_dir)
    store = await open_store(settings.database, masters)
    try:
        facts = await store.examine()
        skew = abs(facts.now - system_clock())
    finally:
        await store.close()
    sound = Verdict.OK if facts.sound == "ok" else Verdict.FAIL
    clock = Verdict.OK if skew < timedelta(seconds=5) else Verdict.FAIL
    return [
        Finding(Verdict.OK, "database", f"version {facts.version}, {facts.people} conversations"),
        Finding(sound, "integrity", facts.sound if sound is Verdict.OK else f"{facts.sound}; restore a back-up"),
        Finding(clock, "clock", f"{skew.total_seconds():.1f} s apart from the database's"),
    ]


async def _backups(settings: Settings) -> Sequence[Finding]:
    folder = folder_of(settings)
    found = newest(folder)
    if found is None:
        return [Finding(Verdict.WARN, "back-up", f"none in {folder}; make one every day: handrail backup create")]
    age = system_clock() - found[1].created_at
    verdict = Verdict.OK if age < OLD_BACK_UP else Verdict.WARN
    remedy = "" if verdict is Verdict.OK else "; make one every day: handrail backup create"
    return [Finding(verdict, "back-up", f"the newest is {age.total_seconds() / 3600:.0f} hours old{remedy}")]


async def _on_call(settings: Settings) -> Sequence[Finding]:
    load_policy(settings.policy)
    rota = load_rota(settings.rota, workplace=settings.profile == "workplace")
    findings = [Finding(Verdict.OK, "policy", str(settings.policy or "our defaults"))]
    if settings.on_call:
        places = ", ".join(f"{place.platform} {place.chat}" for place in settings.on_call)
        findings.append(Finding(Verdict.OK, "on-call", places))
    elif rota.responders:
        findings.append(Finding(Verdict.OK, "on-call", f"{len(rota.responders)} responders, each in private"))
    else:
        remedy = "set HANDRAIL_ONCALL_TELEGRAM_CHAT or HANDRAIL_ONCALL_SLACK_CHANNEL"
        findings.append(Finding(Verdict.FAIL, "on-call", f"nobody would be paged; {remedy}"))
    return [*findings, _rota(rota), *(_unreachable(one) for one in unreachable(rota, settings.channels))]


def _unreachable(responder_id: str) -> Finding:
    remedy = "give them an account on a channel that HANDRAIL_CHANNELS names"
    return Finding(Verdict.WARN, "rota", f"responder {responder_id} cannot be reached; {remedy}")


def _rota(rota: Rota) -> Finding:
    if rota.open:
        return Finding(
            Verdict.WARN, "rota", "none set: everyone in the on-call conversation may act; set HANDRAIL_ROTA"
        )
    gap = first_gap(rota, system_clock())
    if gap is not None:
        local = gap.astimezone(ZoneInfo(rota.zone))
        return Finding(Verdict.WARN, "rota", f"nobody is primary at {local:%a %Y-%m-%d %H:%M}; everyone is paged then")
    return Finding(Verdict.OK, "rota", f"{len(rota.responders)} responders, somebody primary for the next 7 days")


def first_gap(rota: Rota, now: datetime) -> datetime | None:
    """Return the first moment of the next seven days without a primary, or None."""
    if not rota.shifts:
        return now
    return next((start for start, _ in rota.gaps(now, LOOK_AHEAD)), None)


async def _lines(settings: Settings) -> Sequence[Finding]:
    found = lines.examined(settings, lines.lines_of(settings), system_clock().date())
    return [Finding(Verdict(verdict), "crisis lines", text) for verdict, text in found]


async def _platforms(settings: Settings) -> Sequence[Finding]:
    findings = []
    if Platform.TELEGRAM in settings.channels:
        findings += [Finding(Verdict(verdict), part, text) for verdict, part, text in await telegram_probe(settings)]
    if Platform.SLACK in settings.channels:
        findings += [Finding(Verdict(verdict), part, text) for verdict, part, text in await slack_probe(settings)]
    return findings


async def last_poll_finding(settings: Settings) -> Sequence[Finding]:
    """Return what the running process says of itself, where it serves a port."""
    if "http_port" not in settings.model_fields_set:
        return []
    verdict, text = await last_poll(settings)
    return [Finding(Verdict(verdict), "running process", text)]


async def _test_page(settings: Settings) -> Sequence[Finding]:
    from bot.bootstrap.probes import send_test_page

    if not settings.on_call:
        raise SettingError("there is no on-call conversation to page")
    return [
        Finding(Verdict(verdict), f"test page to {place}", text)
        for verdict, place, text in await send_test_page(settings)
    ]
