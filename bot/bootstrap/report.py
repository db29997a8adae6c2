"""`handrail report`: gathers agreed ratings of work conditions, releases what is safe, and writes the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from adapters.clock import system_clock
from bot.bootstrap.opened import opened_store
from bot.model.people import Person
from bot.model.schedules import Entry
from bot.model.values import Value
from bot.reporting.ledger import Ledger, Release, lines_of, pack, unpack
from bot.reporting.rules import release
from bot.reporting.values import EVERYONE, MEASURE, Answer, Period, ReportRefused, Topic
from bot.rights.port import Rights
from bot.settings import Settings
from flows.errors import FlowError
from flows.yaml_tree import read_tree

LEDGER = "release ledger"
TEAM = "team"
PORTION = 200


class Groups(Value, frozen=True, forbid_unknown_fields=True):
    """The fixed groups of a report, who answers for it, and what was done since the last one."""

    owner: str
    done: str
    groups: tuple[str, ...]


async def reported(settings: Settings, asked: str, file: Path, now: datetime | None = None) -> Sequence[str]:
    """Return the lines of a quarter's report; a quarter that was released is shown as it was."""
    if settings.profile != "workplace":
        raise ReportRefused("reports need HANDRAIL_PROFILE=workplace; people are asked for that purpose there only")
    period, moment = Period.parse(asked), now or system_clock()
    if moment < period.following.begins:
        raise ReportRefused(f"{period} is not over; what is added later would tell of those who answered late")
    groups = _groups(file)
    async with opened_store(settings) as store:
        return lines_of(await _released(store.rights, period, groups))


async def _released(rights: Rights, period: Period, groups: Groups) -> Release:
    packed = await rights.sealed(LEDGER)
    ledger = Ledger() if packed is None else unpack(packed)
    ledger.check(rights.mark)
    if (before := ledger.of(period)) is not None:
        return before
    answers = [answer async for answer in _answers(rights, period, groups)]
    last = ledger.releases[-1] if ledger.releases else None
    earlier = last.report.figures if last is not None and last.report.period.following == period else ()
    figures = release(period, groups.groups, answers, earlier)
    made = Release(figures, groups.groups, groups.owner, groups.done)
    await rights.keep_sealed(LEDGER, pack(ledger.with_release(made, rights.mark)))
    return made


async def _answers(rights: Rights, period: Period, groups: Groups) -> AsyncIterator[Answer]:
    """Yield the newest rating of each topic by everyone who agreed and has a group; nobody else is looked at."""
    after = ""
    while people := await rights.people(after, PORTION):
        for person, entries in people:
            group = person.kept.get(TEAM)
            if "org_statistics" in person.consents and isinstance(group, str) and group in groups.groups:
                for answer in _of_person(rights, person, group, entries, period):
                    yield answer
        after = people[-1][0].person_id


def _of_person(
    rights: Rights, person: Person, group: str, entries: Sequence[Entry], period: Period
) -> Sequence[Answer]:
    mark = rights.mark(f"report {person.person_id}".encode()).hex()
    within = [one for one in entries if period.begins <= one.at < period.following.begins]
    newest = {one.measure.removeprefix(MEASURE): one.value for one in sorted(within, key=lambda one: one.at)}
    return [Answer(mark, group, topic, newest[topic]) for topic in Topic if topic in newest]


def _groups(file: Path) -> Groups:
    try:
        groups = msgspec.convert(read_tree(file.read_bytes(), str(file)).bare(), Groups)
    except (OSError, FlowError, msgspec.ValidationError) as error:
        raise ReportRefused(f"{file}: {error}; it needs owner, done and groups (docs/privacy.md)") from error
    if not (groups.owner.strip() and groups.done.strip()):
        raise ReportRefused(f"{file}: name an owner and what was done since the last report; staff will read both")
    if EVERYONE in groups.groups or len(set(groups.groups)) != len(groups.groups) or not groups.groups:
        raise ReportRefused(f"{file}: name each group once, and none of them {EVERYONE!r}")
    return groups
