-- A distributed PostgreSQL keeps a unique index only where the key begins with the person. Tokens are 72 random bits, so
-- nothing rests on it: a plain index finds them as fast.
DROP INDEX escalation_token;

CREATE INDEX escalation_by_token ON escalation (token);
