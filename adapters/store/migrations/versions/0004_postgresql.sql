-- What a person asked for about their own data, and when it is due: export, log or erase.
CREATE TABLE wish (
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, kind)
);

CREATE INDEX wish_falls_due ON wish (at);

-- Who was erased: a random id that leads to nobody. A restored back-up must not bring them back.
CREATE TABLE tombstone (
    person_id TEXT NOT NULL PRIMARY KEY,
    erased_at BIGINT NOT NULL
);

ALTER TABLE audit RENAME TO audit_unchained;

-- Notes of who did what, text-free; each mark covers the note and the mark before (bot/auditing.py).
CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    case_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    mark BYTEA NOT NULL
);

CREATE INDEX audit_of_person ON audit (person_id);
