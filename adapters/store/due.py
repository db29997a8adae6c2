"""Turns rows whose moment has come into what enters a conversation; every key is the same however often it is read."""

from __future__ import annotations

from datetime import datetime

from adapters.store.rows import Row, moment
from bot.model import CaseDue, CheckInDue, Due, WaitDue


def case_due(row: Row, now: datetime) -> Due:
    """Return the due of (person_id, case_id, next_at)."""
    person_id, case_id, next_at = row
    return Due(f"case:{case_id}:{next_at}", person_id, now, CaseDue(case_id, moment(next_at)))


def wait_due(row: Row, now: datetime) -> Due:
    """Return the due of (person_id, version)."""
    person_id, version = row
    return Due(f"wait:{version}", person_id, now, WaitDue(version))


def check_in_due(row: Row, now: datetime) -> Due:
    """Return the due of (person_id, check_in_id, next_due_at)."""
    person_id, check_in_id, due_at = row
    return Due(f"check_in:{check_in_id}:{due_at}", person_id, now, CheckInDue(check_in_id, moment(due_at)))
