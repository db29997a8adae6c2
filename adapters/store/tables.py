"""Every table in a statement of its own: how many rows it holds, and how erased people leave it."""

from __future__ import annotations

COUNTS = {
    "address": """SELECT count(*) FROM address""",
    "audit": """SELECT count(*) FROM audit""",
    "case_text": """SELECT count(*) FROM case_text""",
    "check_in": """SELECT count(*) FROM check_in""",
    "entry": """SELECT count(*) FROM entry""",
    "escalation": """SELECT count(*) FROM escalation""",
    "hold": """SELECT count(*) FROM hold""",
    "installation": """SELECT count(*) FROM installation""",
    "lease": """SELECT count(*) FROM lease""",
    "meta": """SELECT count(*) FROM meta""",
    "nudge": """SELECT count(*) FROM nudge""",
    "outbox": """SELECT count(*) FROM outbox""",
    "person": """SELECT count(*) FROM person""",
    "quarantine": """SELECT count(*) FROM quarantine""",
    "session": """SELECT count(*) FROM session""",
    "tombstone": """SELECT count(*) FROM tombstone""",
    "turn": """SELECT count(*) FROM turn""",
    "wish": """SELECT count(*) FROM wish""",
}

# The key goes first: whatever else of a person would stay behind could not be read any more. The notes of who did what
# stay: they hold no words, their chain would break, and the id in them leads to nobody any more (I21).
ERASURES = {
    "person": """DELETE FROM person WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "address": """DELETE FROM address WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "session": """DELETE FROM session WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "turn": """DELETE FROM turn WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "entry": """DELETE FROM entry WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "check_in": """DELETE FROM check_in WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "nudge": """DELETE FROM nudge WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "escalation": """DELETE FROM escalation WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "case_text": """DELETE FROM case_text WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "outbox": """DELETE FROM outbox WHERE person_id IN (SELECT person_id FROM tombstone)""",
    "wish": """DELETE FROM wish WHERE person_id IN (SELECT person_id FROM tombstone)""",
}

# What waited when a back-up was made may have been sent since: then nobody knows whether it arrived.
DOUBT_WHAT_WAITS = """UPDATE outbox SET ambiguous = ambiguous + 1 WHERE state < 3"""

TOMBSTONES = """SELECT person_id, erased_at FROM tombstone"""
