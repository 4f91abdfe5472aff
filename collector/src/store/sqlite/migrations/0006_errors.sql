-- Which errors the runs met: one row for each distinct error of a record, so that it can be told how
-- often one was seen, since when, and in which runs.
CREATE TABLE errors (
    client_id TEXT NOT NULL,
    -- `store::Fingerprint`.
    fingerprint INTEGER NOT NULL,
    executed_at INTEGER NOT NULL,
    seq INTEGER NOT NULL REFERENCES workflow_logs (seq),
    PRIMARY KEY (client_id, fingerprint, executed_at, seq)
) STRICT, WITHOUT ROWID;
