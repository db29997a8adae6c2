"""Turns rows whose moment has come into what enters a conversation.

A key is the same however often its row is read, and no two people ever have the same one.
"""

from __future__ import annotations

from datetime import datetime

from adapters.store.rows import Row, moment
from bot.checkins.due import NudgeKind
from bot.model.received import CaseDue, CheckInDue, Due, WaitDue


def case_due(row: Row, now: datetime) -> Due:
    """Return the due of (person_id, case_id, next_at)."""
    person_id, case_id, next_at = row
    return Due(f"case:{person_id}:{case_id}:{next_at}", person_id, now, CaseDue(case_id, moment(next_at)))


def wait_due(row: Row, now: datetime) -> Due:
    """Return the due of (person_id, version)."""
    person_id, version = row
    return Due(f"wait:{person_id}:{version}", person_id, now, WaitDue(version))


def nudge_due(row: Row, now: datetime) -> Due:
    """Return the due of (person_id, check_in_id, due_at, nudge_id, kind)."""
    person_id, check_in_id, due_at, nudge_id, kind = row
    last = kind == NudgeKind.LAST_QUESTION
    what = CheckInDue(check_in_id, moment(due_at), nudge_id, last)
    return Due(f"check_in:{person_id}:{check_in_id}:{due_at}", person_id, now, what)
