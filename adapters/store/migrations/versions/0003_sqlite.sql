CREATE TABLE installation (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL, -- sealed by the system's key
    PRIMARY KEY (platform, workspace)
) STRICT, WITHOUT ROWID;
