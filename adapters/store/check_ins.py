"""Turns rows of due check-ins into decisions and back; the same for both engines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from adapters.store.rows import Row, check_in_value, micros_or_none, moment, rhythm_of
from bot.checkins.due import Decide, DueCheckIn

log = structlog.get_logger(__name__)

# A nudge enters the outbox only while fewer than these wait there: it is worded when it can go, and a page is never
# far behind.
ROOM = 200
OPEN_CASE = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Plans:
    """The rows of decided check-ins."""

    moved: list[Row] = field(default_factory=list)  # next_due_at, at, rhythm, person_id, check_in_id, version before
    nudges: list[Row] = field(default_factory=list)  # person_id, check_in_id, due_at, kind


def plans_of(rows: Iterable[Row], decide: Decide) -> Plans:
    """Decide on due rows: those of a check-in, then talked_at, troubled_at and whether a case is open.

    A row that cannot be read or decided is put aside, so that it never stands before the others.
    """
    plans = Plans()
    for row in rows:
        try:
            plan = check_in_value(row[:8])
            troubled = OPEN_CASE if row[10] else None if row[9] is None else moment(row[9])
            talked = None if row[8] is None else moment(row[8])
            planned = decide(DueCheckIn(plan, talked, troubled))
        except Exception as error:  # noqa: BLE001  one damaged row must not keep all others waiting
            log.error("check_in_put_aside", person_id=row[0], reason=type(error).__name__)
            plans.moved.append((None, row[2], row[6], row[0], row[1], row[7]))
            continue
        after = planned.plan
        at = row[2] if after.at is plan.at else after.at.isoformat()
        due_at = micros_or_none(after.next_due_at)
        plans.moved.append((due_at, at, rhythm_of(after), row[0], row[1], row[7]))
        if planned.nudge is not None:
            plans.nudges.append((row[0], row[1], row[5], int(planned.nudge)))
    return plans
