"""Prometheus' view of a running process: what it counts about itself and what waits in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.ports import Waiting


@dataclass(frozen=True)
class Snapshot:
    """Everything that is shown at one scrape. `heard` is when each platform was heard last."""

    now: datetime
    counts: Mapping[str, int]
    peaks: Mapping[str, float]
    heard: Mapping[str, datetime | None]
    waiting: Waiting | None
    faults: Mapping[str, str] = field(default_factory=dict)


def rendered(snapshot: Snapshot) -> bytes:
    """Return the metrics page."""
    registry = CollectorRegistry()
    registry.register(_Page(snapshot))
    return generate_latest(registry)


class _Page(Collector):
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        shown = self._snapshot
        for name, count in sorted(shown.counts.items()):
            yield CounterMetricFamily(f"handrail_{name}", f"{name} since the start", value=count)
        for name, peak in sorted(shown.peaks.items()):
            yield GaugeMetricFamily(f"handrail_{name}", f"largest {name} since the last scrape", value=peak)
        yield GaugeMetricFamily("handrail_ready", "1 while nothing is at fault", value=0 if shown.faults else 1)
        yield self._heard()
        if shown.waiting is not None:
            yield from self._waiting(shown.waiting)

    def _heard(self) -> Metric:
        ages = GaugeMetricFamily("handrail_platform_age_seconds", "since a platform was heard", labels=["platform"])
        for platform, at in self._snapshot.heard.items():
            ages.add_metric([platform], float("inf") if at is None else (self._snapshot.now - at).total_seconds())
        return ages

    def _waiting(self, waiting: Waiting) -> Iterator[Metric]:
        depth = GaugeMetricFamily("handrail_outbox_depth", "messages that wait to be sent", labels=["lane"])
        age = GaugeMetricFamily("handrail_outbox_age_seconds", "how long the oldest waits", labels=["lane"])
        for lane, (count, since) in sorted(waiting.outbox.items()):
            depth.add_metric([lane.name.lower()], count)
            age.add_metric([lane.name.lower()], self._seconds(since))
        yield depth
        yield age
        yield GaugeMetricFamily("handrail_cases_unclaimed", "cases that nobody has taken", value=waiting.unclaimed)
        oldest = self._seconds(waiting.unclaimed_since) if waiting.unclaimed_since else 0.0
        yield GaugeMetricFamily("handrail_cases_unclaimed_age_seconds", "how long the oldest one waits", value=oldest)

    def _seconds(self, since: datetime) -> float:
        return max(0.0, (self._snapshot.now - since).total_seconds())
