-- Times are microseconds since 1970 in UTC. Sealed columns open with the person's key only (bot/privacy.py).

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX address_of_person ON address (person_id);

CREATE TABLE person (
    person_id TEXT NOT NULL PRIMARY KEY,
    wrapped_key BLOB NOT NULL,
    profile BLOB NOT NULL, -- sealed
    created_at INTEGER NOT NULL,
    reachable INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    person_id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    wake_at INTEGER,
    level INTEGER NOT NULL,
    state BLOB NOT NULL -- sealed
) STRICT, WITHOUT ROWID;

CREATE INDEX session_wakes ON session (wake_at) WHERE wake_at IS NOT NULL;

-- One row for each thing received: it is the memory against duplicates as well as the event log.
CREATE TABLE turn (
    person_id TEXT NOT NULL,
    received TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level INTEGER NOT NULL,
    events BLOB, -- sealed
    PRIMARY KEY (person_id, received)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    person_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL, -- sealed
    PRIMARY KEY (person_id, entry_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE check_in (
    person_id TEXT NOT NULL,
    check_in_id TEXT NOT NULL,
    at TEXT NOT NULL,
    zone TEXT NOT NULL,
    weekdays TEXT NOT NULL,
    next_due_at INTEGER,
    PRIMARY KEY (person_id, check_in_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX check_in_falls_due ON check_in (next_due_at) WHERE next_due_at IS NOT NULL;

CREATE TABLE escalation (
    person_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    token TEXT NOT NULL,
    state TEXT NOT NULL,
    level INTEGER NOT NULL,
    staff_chat TEXT, -- a fingerprint
    next_at INTEGER,
    opened_at INTEGER NOT NULL,
    resolved_at INTEGER,
    outcome TEXT,
    body BLOB NOT NULL, -- sealed, and without a person's words
    PRIMARY KEY (person_id, case_id),
    CONSTRAINT an_open_case_has_a_next_moment CHECK (state = 'resolved' OR next_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX escalation_token ON escalation (token);
CREATE UNIQUE INDEX one_open_case_a_person ON escalation (person_id) WHERE state <> 'resolved';
CREATE INDEX escalation_falls_due ON escalation (next_at) WHERE state <> 'resolved';
CREATE INDEX escalation_closed ON escalation (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX escalation_staff_chat ON escalation (staff_chat) WHERE staff_chat IS NOT NULL;

CREATE TABLE case_text (
    person_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL, -- sealed
    PRIMARY KEY (person_id, case_id, version, position)
) STRICT, WITHOUT ROWID;

-- state: 0 waiting, 1 delayed until ready_at, 2 being sent (leased until ready_at), 3 sent, 4 given up.
-- Rows lie in the order of outbound_id, which grows with time: new ones share pages, and no randomly ordered tree is
-- written for a row but outbox_order, which holds only what is not sent yet.
CREATE TABLE outbox (
    person_id TEXT NOT NULL,
    outbound_id INTEGER NOT NULL PRIMARY KEY,
    lane INTEGER NOT NULL,
    platform TEXT NOT NULL,
    destination TEXT NOT NULL, -- a fingerprint
    edits INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    ambiguous INTEGER NOT NULL, -- how many attempts may have arrived
    receipt TEXT NOT NULL,
    failed TEXT NOT NULL, -- why it was given up
    payload BLOB NOT NULL -- sealed; empty once sent
) STRICT;

CREATE INDEX outbox_waiting ON outbox (platform, lane, outbound_id) WHERE state = 0;
CREATE INDEX outbox_delayed ON outbox (ready_at) WHERE state IN (1, 2);
CREATE INDEX outbox_order ON outbox (destination, lane, outbound_id) WHERE state < 3;

CREATE TABLE hold (
    destination TEXT NOT NULL PRIMARY KEY, -- a fingerprint, or a platform's name: then all of it is held
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    person_id TEXT NOT NULL,
    received TEXT NOT NULL,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (person_id, received, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    quarantine_id TEXT NOT NULL PRIMARY KEY,
    channel TEXT NOT NULL,
    at INTEGER NOT NULL,
    raw BLOB NOT NULL -- sealed by the system's key
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    number INTEGER NOT NULL, -- the fence: it grows with every change of holder
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
