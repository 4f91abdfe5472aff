-- What producers say that they have lost: the largest figure of each of their processes.
CREATE TABLE producer_losses (
    client_id TEXT NOT NULL,
    -- The process; '' stands for all that were forgotten.
    instance TEXT NOT NULL,
    reason TEXT NOT NULL,
    records INTEGER NOT NULL,
    -- When the process last told it, to the day.
    told_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, instance, reason)
) STRICT, WITHOUT ROWID;

CREATE INDEX losses_by_age ON producer_losses (told_at);
