"""How a case begins: its fresh ids, its first page or the wait for staffed hours, and what follows a closed one."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.escalation.happenings import Raised
from bot.escalation.moves import Step, page_from_start, with_next
from bot.model.cases import CaseState, Escalation
from bot.model.values import Value
from bot.model.worry import Level
from bot.policy import Policy

FOLLOWS_WITHIN = timedelta(hours=72)


class CaseIds(Value, frozen=True):
    """Whom a new case is about, its fresh ids, and the case of the last 72 hours that it follows."""

    case_id: str
    person_id: str
    token: str
    linked_to: str = ""
    drill: bool = False


def open_case(
    ids: CaseIds,
    raised: Raised,
    policy: Policy,
    now: datetime,
    *,
    opens_at: datetime | None = None,
    drill: bool = False,
) -> Step:
    """Open a case and page the first step: now, or at `opens_at` where its level waits for staffed hours."""
    timing = policy.of(raised.level)
    case = Escalation(
        case_id=ids.case_id,
        person_id=ids.person_id,
        token=ids.token,
        linked_to=ids.linked_to,
        state=CaseState.PAGING,
        level=raised.level,
        reasons=raised.reasons,
        opened_at=now,
        next_at=now,
        drill=ids.drill,
    )
    if opens_at is None or not timing.waits_for_staff:
        return page_from_start(case, timing, now)
    honest_at = opens_at + timing.tell_person_nobody_after
    return with_next(msgspec.structs.replace(case, step=-1, page_due_at=opens_at, honest_at=honest_at)), ()


def risen(previous: Escalation | None, raised: Raised, now: datetime) -> Raised:
    """Return what is raised after a case closed less than 72 hours ago: one level more, at least high."""
    if previous is None or previous.resolved_at is None or now - previous.resolved_at > FOLLOWS_WITHIN:
        return raised
    level = Level(min(Level.IMMINENT, max(Level.HIGH, raised.level + 1)))
    return Raised(level, raised.reasons)
