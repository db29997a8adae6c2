"""How rows of the outbox become deliveries and how a delivery's end becomes rows; the same for both engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import structlog

from adapters.store.rows import Row, micros, outbound_value
from bot.errors import HandrailError
from bot.model.sent import Delivery, Lane
from bot.ports import Settled
from bot.privacy import Keyring

# Longer than a channel waits for an answer, and short where sending twice is better than late (a crash in between).
URGENT_LEASE = timedelta(seconds=8)
LEASE = timedelta(seconds=30)
RELEASED_AT_ONCE = 1000  # after an outage the delayed come back in portions

log = structlog.get_logger(__name__)


def lease_micros(lane: int) -> int:
    """Return how long a claimed row of a lane belongs to its sender."""
    return (URGENT_LEASE if lane <= Lane.SAFETY else LEASE) // timedelta(microseconds=1)


def deliveries_of(rows: Iterable[Row], keyring: Keyring) -> list[Delivery]:
    """Return the deliveries of (person_id, outbound_id, attempts, ambiguous, payload, wrapped_key, receipt to edit).

    A row that does not open stays behind: one damaged message must not silence all others.
    """
    found = []
    for person_id, outbound_id, attempts, ambiguous, payload, wrapped, edits in rows:
        try:
            keyring.learn(person_id, wrapped)
            outbound = outbound_value(person_id, outbound_id, payload, keyring)
        except (HandrailError, msgspec.MsgspecError) as error:
            log.error("outbound_unreadable", outbound_id=outbound_id, reason=str(error))
            continue
        found.append(Delivery(outbound, attempts, edits or "", ambiguous))
    return found


@dataclass(slots=True)
class Outcomes:
    """Settled deliveries sorted by how they ended; every row ends with (person_id, outbound_id)."""

    sent: list[Row] = field(default_factory=list)  # receipt, …
    delayed: list[Row] = field(default_factory=list)  # ready_at, attempts, ambiguous, …, attempt
    failed: list[Row] = field(default_factory=list)  # why, …, attempt
    holds: dict[str, int] = field(default_factory=dict)  # destination, until


def outcomes_of(outcomes: Sequence[Settled], now: int, keyring: Keyring) -> Outcomes:
    """Sort what a sender reports."""
    sorted_ = Outcomes()
    for settled in outcomes:
        delivery, outbound = settled.delivery, settled.delivery.outbound
        row = (outbound.person_id, outbound.outbound_id)
        if settled.hold_scope_until:
            _hold(sorted_, keyring.fingerprint(outbound.address), settled.hold_scope_until)
        if settled.hold_platform_until:
            _hold(sorted_, outbound.address.platform.value, settled.hold_platform_until)
        if settled.receipt:
            sorted_.sent.append((settled.receipt, *row))
        elif settled.failed:
            sorted_.failed.append((settled.failed, *row, delivery.attempt))
        else:
            # A Retry-After is the platform's pace and no failed attempt.
            uncounted = settled.unsent or settled.hold_scope_until or settled.hold_platform_until
            attempts = delivery.attempt - bool(uncounted)
            ready_at = micros(settled.retry_at) if settled.retry_at else now
            sorted_.delayed.append((ready_at, attempts, int(delivery.ambiguous), *row, delivery.attempt))
    return sorted_


def _hold(outcomes: Outcomes, destination: str, until: datetime) -> None:
    outcomes.holds[destination] = max(outcomes.holds.get(destination, 0), micros(until))
