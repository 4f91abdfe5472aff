-- What the pages of single kinds tell beyond the sums that all kinds share: attempts of
-- synchronisations, events of webhooks, texts that were parsed. Sums are kept by hour (3600000) and
-- by day (86400000) that begins at `bucket`. What a record does not have is ''.

CREATE VIEW spans (span) AS VALUES (3600000), (86400000);

-- Every attempt once, however many records tell of it.
CREATE TABLE sync_attempts (
    client_id TEXT NOT NULL,
    attempted_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    -- In the other system; the record's own id where it does not say.
    ticket TEXT NOT NULL,
    -- Tells attempts of one moment apart.
    turn INTEGER NOT NULL,
    environment TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('success', 'failed', 'timeout')),
    http_status INTEGER,
    error TEXT,
    -- The record that told it first.
    seq INTEGER NOT NULL,
    PRIMARY KEY (client_id, attempted_at, source, ticket, turn)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt_sums (
    client_id TEXT NOT NULL,
    span INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    environment TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (client_id, span, bucket, environment, source, status)
) STRICT, WITHOUT ROWID;

-- What became of each ticket that was to be synchronised, and its last failure.
CREATE TABLE sync_tickets (
    client_id TEXT NOT NULL,
    source TEXT NOT NULL,
    ticket TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    attempted_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    -- From here on of the last failure.
    failed_at INTEGER,
    environment TEXT,
    http_status INTEGER,
    error TEXT,
    seq INTEGER,
    PRIMARY KEY (client_id, source, ticket)
) STRICT, WITHOUT ROWID;

CREATE INDEX failed_syncs ON sync_tickets (client_id, failed_at) WHERE failed_at IS NOT NULL;

CREATE TRIGGER attempt_told AFTER INSERT ON sync_attempts BEGIN
    INSERT INTO attempt_sums
    SELECT NEW.client_id, span, NEW.attempted_at - NEW.attempted_at % span, NEW.environment,
        NEW.source, NEW.status, 1
    FROM spans WHERE true
    ON CONFLICT DO UPDATE SET attempts = attempts + 1;

    INSERT INTO sync_tickets (client_id, source, ticket, attempts, failures, attempted_at, status)
    VALUES (NEW.client_id, NEW.source, NEW.ticket, 1, NEW.status <> 'success', NEW.attempted_at,
        NEW.status)
    ON CONFLICT DO UPDATE SET
        attempts = attempts + 1,
        failures = failures + excluded.failures,
        status = iif(excluded.attempted_at >= attempted_at, excluded.status, status),
        attempted_at = max(attempted_at, excluded.attempted_at);

    UPDATE sync_tickets SET failed_at = NEW.attempted_at, environment = NEW.environment,
        http_status = NEW.http_status, error = NEW.error, seq = NEW.seq
    WHERE NEW.status <> 'success'
        AND client_id = NEW.client_id AND source = NEW.source AND ticket = NEW.ticket
        AND coalesce(failed_at <= NEW.attempted_at, true);
END;

-- Every event once, as the newest of its records tells it.
CREATE TABLE webhook_events (
    client_id TEXT NOT NULL,
    source TEXT NOT NULL,
    -- The record's own id where it does not say.
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    records INTEGER NOT NULL,
    -- From here on as the newest has it.
    seq INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    environment TEXT NOT NULL,
    status TEXT NOT NULL,
    handler TEXT NOT NULL,
    retries INTEGER NOT NULL,
    seconds REAL,
    PRIMARY KEY (client_id, source, event_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX retried_events ON webhook_events (client_id, received_at, retries) WHERE retries > 0;

CREATE TABLE webhook_sums (
    client_id TEXT NOT NULL,
    span INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    environment TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    handler TEXT NOT NULL,
    -- 10 stands for all that were retried as often or more.
    retries INTEGER NOT NULL,
    events INTEGER NOT NULL,
    -- How many of them have a duration, and their sum in seconds.
    timed INTEGER NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (client_id, span, bucket, environment, source, status, handler, retries)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER event_told AFTER INSERT ON webhook_events BEGIN
    INSERT INTO webhook_sums
    SELECT NEW.client_id, span, NEW.received_at - NEW.received_at % span, NEW.environment,
        NEW.source, NEW.status, NEW.handler, min(NEW.retries, 10), 1, NEW.seconds IS NOT NULL,
        coalesce(NEW.seconds, 0.0)
    FROM spans WHERE true
    ON CONFLICT DO UPDATE SET events = events + 1, timed = timed + excluded.timed,
        seconds = seconds + excluded.seconds;
END;

-- An event leaves the sums of its state before, and enters those of the new one.
CREATE TRIGGER event_changed AFTER UPDATE ON webhook_events BEGIN
    INSERT INTO webhook_sums
    SELECT OLD.client_id, span, OLD.received_at - OLD.received_at % span, OLD.environment,
        OLD.source, OLD.status, OLD.handler, min(OLD.retries, 10), -1, -(OLD.seconds IS NOT NULL),
        -coalesce(OLD.seconds, 0.0)
    FROM spans WHERE true
    ON CONFLICT DO UPDATE SET events = events - 1, timed = timed + excluded.timed,
        seconds = seconds + excluded.seconds;

    INSERT INTO webhook_sums
    SELECT NEW.client_id, span, NEW.received_at - NEW.received_at % span, NEW.environment,
        NEW.source, NEW.status, NEW.handler, min(NEW.retries, 10), 1, NEW.seconds IS NOT NULL,
        coalesce(NEW.seconds, 0.0)
    FROM spans WHERE true
    ON CONFLICT DO UPDATE SET events = events + 1, timed = timed + excluded.timed,
        seconds = seconds + excluded.seconds;
END;

CREATE TABLE parsing_sums (
    client_id TEXT NOT NULL,
    span INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    environment TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL,
    records INTEGER NOT NULL,
    -- How many of them have a duration, their sum, the least and the most, in seconds.
    timed INTEGER NOT NULL,
    seconds REAL NOT NULL,
    least REAL,
    most REAL,
    -- How many of them have a confidence, and their sum.
    rated INTEGER NOT NULL,
    confidence REAL NOT NULL,
    -- How many of them tell what they found, and how much that is.
    counted INTEGER NOT NULL,
    entities INTEGER NOT NULL,
    -- How many of them were so sure: from 0 to 0.1, and so on up to 1.
    tenth_0 INTEGER NOT NULL,
    tenth_1 INTEGER NOT NULL,
    tenth_2 INTEGER NOT NULL,
    tenth_3 INTEGER NOT NULL,
    tenth_4 INTEGER NOT NULL,
    tenth_5 INTEGER NOT NULL,
    tenth_6 INTEGER NOT NULL,
    tenth_7 INTEGER NOT NULL,
    tenth_8 INTEGER NOT NULL,
    tenth_9 INTEGER NOT NULL,
    PRIMARY KEY (client_id, span, bucket, environment, version, status)
) STRICT, WITHOUT ROWID;

-- What was stored before. Attempts and events go by the order in which they were told.

INSERT INTO sync_attempts
SELECT client_id, max(0, CAST(round(1000 * moment) AS INTEGER)), source, ticket,
    row_number() OVER (PARTITION BY seq, moment ORDER BY place) - 1, environment, lower(status),
    http_status, error, seq
FROM (
    SELECT seq, client_id, coalesce(environment, '') AS environment,
        coalesce(provider_name, '') AS source, coalesce(entity_id, record_id) AS ticket,
        attempt.key AS place, unixepoch(attempt.value ->> '$.attempt_timestamp', 'subsec') AS moment,
        attempt.value ->> '$.attempt_status' AS status,
        iif(json_type(attempt.value, '$.http_status_code') = 'integer',
            max(0, min(attempt.value ->> '$.http_status_code', 999999)), NULL) AS http_status,
        substr(attempt.value ->> '$.error_log', 1, 500) AS error
    FROM workflow_logs JOIN payloads USING (seq)
    JOIN json_each(payload, '$.task_sync.attempts') AS attempt
    WHERE kind = 'task_sync' AND attempt.type = 'object'
    UNION ALL
    SELECT seq, client_id, coalesce(environment, ''), coalesce(provider_name, ''),
        coalesce(entity_id, record_id), 0, executed_at / 1000.0, status, NULL,
        substr(payload ->> '$.task_sync.last_sync_message', 1, 500)
    FROM workflow_logs JOIN payloads USING (seq)
    WHERE kind = 'task_sync' AND coalesce(json_array_length(payload, '$.task_sync.attempts'), 0) = 0
)
WHERE status IN ('Success', 'Failed', 'Timeout') AND moment IS NOT NULL
ORDER BY seq
ON CONFLICT DO NOTHING;

INSERT INTO webhook_events
SELECT client_id, coalesce(provider_name, ''), coalesce(entity_id, record_id),
    max(0, coalesce(CAST(round(1000 * unixepoch(
        payload ->> '$.webhook_event.received_at', 'subsec')) AS INTEGER), executed_at)),
    1, seq, recorded_at, coalesce(environment, ''), coalesce(status, ''),
    iif(json_type(payload, '$.webhook_event.handler_function') = 'text',
        substr(payload ->> '$.webhook_event.handler_function', 1, 256), ''),
    iif(json_type(payload, '$.webhook_event.retry_count') = 'integer',
        max(0, min(payload ->> '$.webhook_event.retry_count', 1000000)), 0),
    iif(execution_time_seconds BETWEEN 0 AND 1e9, execution_time_seconds, NULL)
FROM workflow_logs JOIN payloads USING (seq)
WHERE kind = 'webhook_event'
ORDER BY seq
ON CONFLICT DO UPDATE SET
    records = records + 1,
    received_at = min(received_at, excluded.received_at),
    seq = iif(excluded.recorded_at >= recorded_at, excluded.seq, seq),
    environment = iif(excluded.recorded_at >= recorded_at, excluded.environment, environment),
    status = iif(excluded.recorded_at >= recorded_at, excluded.status, status),
    handler = iif(excluded.recorded_at >= recorded_at, excluded.handler, handler),
    retries = iif(excluded.recorded_at >= recorded_at, excluded.retries, retries),
    seconds = iif(excluded.recorded_at >= recorded_at, excluded.seconds, seconds),
    recorded_at = max(recorded_at, excluded.recorded_at);

INSERT INTO parsing_sums
SELECT client_id, span, moment - moment % span, environment, version, status, count(*),
    count(seconds), total(seconds), min(seconds), max(seconds), count(confidence),
    total(confidence), count(entities), coalesce(sum(entities), 0),
    sum(tenth = 0), sum(tenth = 1), sum(tenth = 2), sum(tenth = 3), sum(tenth = 4),
    sum(tenth = 5), sum(tenth = 6), sum(tenth = 7), sum(tenth = 8), sum(tenth = 9)
FROM (
    SELECT client_id, max(0, executed_at) AS moment, coalesce(environment, '') AS environment,
        iif(json_type(payload, '$.nlp_parsing.parser_version') = 'text',
            substr(payload ->> '$.nlp_parsing.parser_version', 1, 256), '') AS version,
        coalesce(status, '') AS status,
        iif(confidence BETWEEN 0 AND 1, min(CAST(10 * confidence AS INTEGER), 9), -1) AS tenth,
        iif(confidence BETWEEN 0 AND 1, confidence, NULL) AS confidence,
        iif(execution_time_seconds BETWEEN 0 AND 1e9, execution_time_seconds, NULL) AS seconds,
        iif(json_type(payload, '$.nlp_parsing.entity_counts') = 'object', (
            SELECT min(coalesce(sum(max(0, min(value, 1000000))), 0), 1000000)
            FROM json_each(payload, '$.nlp_parsing.entity_counts') WHERE type = 'integer'
        ), NULL) AS entities
    FROM workflow_logs JOIN payloads USING (seq)
    WHERE kind = 'nlp_parsing'
) CROSS JOIN spans
GROUP BY client_id, span, moment - moment % span, environment, version, status;
