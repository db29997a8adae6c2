-- The default rhythm (msgpack): no interval, to the minute, the usual limits, nothing asked yet.
ALTER TABLE check_in ADD COLUMN rhythm BYTEA NOT NULL DEFAULT '\x9500C0009090';

ALTER TABLE check_in ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

ALTER TABLE session ADD COLUMN talked_at BIGINT;

-- Check-ins that were decided and wait for room in the outbox; kind as in bot/checkins/due.py.
CREATE TABLE nudge (
    nudge_id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    person_id TEXT NOT NULL,
    check_in_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (nudge_id, person_id)
);
