CREATE TABLE installation (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    at BIGINT NOT NULL,
    body BYTEA NOT NULL, -- sealed by the system's key
    PRIMARY KEY (platform, workspace)
);
