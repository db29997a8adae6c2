"""The ledger of releases: append only, each entry marked over the one before; a period is released once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.auditing import Mark
from bot.model.values import Value
from bot.reporting.values import Period, Report, ReportRefused


class Release(Value, frozen=True):
    """One entry: the report, the groups it was made for, who answers for it, what was done since, and the mark."""

    report: Report
    groups: tuple[str, ...]
    owner: str
    done: str
    mark: bytes = b""


class Ledger(Value, frozen=True):
    """All releases, oldest first."""

    releases: tuple[Release, ...] = ()

    def of(self, period: Period) -> Release | None:
        """Return what was released for a period."""
        return next((one for one in self.releases if one.report.period == period), None)

    def check(self, mark: Mark) -> None:
        """Raise ReportRefused when an entry was changed or taken out from between."""
        previous = b""
        for release in self.releases:
            if _mark(release, previous, mark) != release.mark:
                raise ReportRefused(f"the ledger entry of {release.report.period} was changed; restore it first")
            previous = release.mark

    def with_release(self, release: Release, mark: Mark) -> Ledger:
        """Return the ledger with one more entry; the newest period only, and groups that hold for the quarter."""
        if self.releases:
            last = self.releases[-1]
            if release.report.period <= last.report.period:
                raise ReportRefused(f"{last.report.period} is released; an earlier quarter is not reported afterwards")
        previous = self.releases[-1].mark if self.releases else b""
        signed = msgspec.structs.replace(release, mark=_mark(release, previous, mark))
        return Ledger((*self.releases, signed))


def _mark(release: Release, previous: bytes, mark: Mark) -> bytes:
    bare = msgspec.structs.replace(release, mark=b"")
    # Sets have no order of their own.
    return mark(previous + msgspec.json.encode(bare, order="deterministic"))


def pack(ledger: Ledger) -> bytes:
    """Return a ledger as bytes, to be sealed."""
    return msgspec.msgpack.encode(ledger)


def unpack(packed: bytes) -> Ledger:
    """Return the ledger of bytes."""
    return msgspec.msgpack.decode(packed, type=Ledger)


def lines_of(release: Release) -> Sequence[str]:
    """Return a release as people read it."""
    head = [
        f"Work conditions, {release.report.period}",
        f"Answers for it: {release.owner}",
        f"Done since the last report: {release.done}",
        "From 1 (bad) to 5 (good). A figure stands for 5 people or more; none says nothing about how many answered.",
    ]
    shown = {(one.topic, one.group): one.band for one in release.report.figures}
    places = [*shown, *release.report.withheld]
    names = list(dict.fromkeys(group for _, group in places))
    for name in ["everyone", *[one for one in names if one != "everyone"]]:
        head.append(f"{name}:")
        head += [f"  {topic}: {shown.get((topic, group), 'not shown')}" for topic, group in places if group == name]
    return head
