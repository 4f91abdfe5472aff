-- Sums for statistics, kept in the transaction that stores the records.

-- What statistics are grouped by: each combination once. What a record does not have is ''.
CREATE TABLE rollup_groups (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status TEXT NOT NULL,
    category TEXT NOT NULL,
    environment TEXT NOT NULL,
    workflow_version TEXT NOT NULL,
    provider_name TEXT NOT NULL,
    action_type TEXT NOT NULL,
    event_type TEXT NOT NULL,
    currency TEXT NOT NULL,
    UNIQUE (client_id, kind, outcome, status, category, environment, workflow_version,
        provider_name, action_type, event_type, currency)
) STRICT;

-- The sums of one combination over one span: an hour (3600000) or a day (86400000) that begins at
-- `bucket`, or everything (0).
CREATE TABLE rollups (
    client_id TEXT NOT NULL,
    span INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    group_id INTEGER NOT NULL REFERENCES rollup_groups (id),
    records INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    -- How many of them have a duration, and their sum in seconds.
    timed INTEGER NOT NULL,
    seconds REAL NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost REAL NOT NULL,
    -- How many of them have a confidence, and their sum.
    rated INTEGER NOT NULL,
    confidence REAL NOT NULL,
    -- The durations by bucket: `store::Sketch`.
    durations BLOB NOT NULL,
    PRIMARY KEY (client_id, span, bucket, group_id)
) STRICT, WITHOUT ROWID;
