-- The default rhythm (msgpack): no interval, to the minute, the usual limits, nothing asked yet.
ALTER TABLE check_in ADD COLUMN rhythm BLOB NOT NULL DEFAULT x'9500C0009090';

ALTER TABLE check_in ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

ALTER TABLE session ADD COLUMN talked_at INTEGER;

-- Check-ins that were decided and wait for room in the outbox; kind as in bot/checkins/due.py.
CREATE TABLE nudge (
    nudge_id INTEGER NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    check_in_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    kind INTEGER NOT NULL
) STRICT;
