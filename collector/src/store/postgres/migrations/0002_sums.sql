-- Sums for statistics and for the pages of single kinds, by hour (3600000) and by day (86400000) that
-- begins at `bucket`, and over everything (0). What a record does not have is ''.
--
-- Several collectors store at once, so that no transaction which stores records changes a row of sums:
-- it adds rows of its own, the parts, by hour. Whoever asks adds sums and parts up; and one collector
-- at a time folds the parts into the sums.

-- What statistics are grouped by: each combination once.
CREATE TABLE rollup_groups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    environment text COLLATE "C" NOT NULL,
    workflow_version text COLLATE "C" NOT NULL,
    provider_name text COLLATE "C" NOT NULL,
    action_type text COLLATE "C" NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    -- SHA-256 of all of them, which together may be longer than an index takes.
    hash bytea NOT NULL UNIQUE
);

CREATE INDEX groups_by_client ON rollup_groups (client_id, kind);

CREATE TABLE rollups (
    client_id text COLLATE "C" NOT NULL,
    span bigint NOT NULL,
    bucket bigint NOT NULL,
    group_id bigint NOT NULL,
    records bigint NOT NULL,
    errors bigint NOT NULL,
    -- How many of them have a duration, and their sum in seconds.
    timed bigint NOT NULL,
    seconds double precision NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost double precision NOT NULL,
    -- How many of them have a confidence, and their sum.
    rated bigint NOT NULL,
    confidence double precision NOT NULL,
    -- The durations by bucket: `store::Sketch`.
    durations bytea NOT NULL,
    PRIMARY KEY (client_id, span, bucket, group_id)
);

CREATE TABLE rollup_parts (
    part bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    bucket bigint NOT NULL,
    group_id bigint NOT NULL,
    records bigint NOT NULL,
    errors bigint NOT NULL,
    timed bigint NOT NULL,
    seconds double precision NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost double precision NOT NULL,
    rated bigint NOT NULL,
    confidence double precision NOT NULL,
    durations bytea NOT NULL
);

CREATE INDEX rollup_parts_by_time ON rollup_parts (client_id, bucket);

-- Every attempt of a synchronisation once, however many records tell of it.
CREATE TABLE sync_attempts (
    client_id text COLLATE "C" NOT NULL,
    attempted_at bigint NOT NULL,
    source text COLLATE "C" NOT NULL,
    -- In the other system; the record's own id where it does not say.
    ticket text COLLATE "C" NOT NULL,
    -- Tells attempts of one moment apart.
    turn bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('success', 'failed', 'timeout')),
    http_status bigint,
    error text COLLATE "C",
    -- The record that told it first.
    seq bigint NOT NULL,
    PRIMARY KEY (client_id, attempted_at, source, ticket, turn)
);

CREATE TABLE attempt_sums (
    client_id text COLLATE "C" NOT NULL,
    span bigint NOT NULL,
    bucket bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    PRIMARY KEY (client_id, span, bucket, environment, source, status)
);

CREATE TABLE attempt_parts (
    part bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    bucket bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL
);

CREATE INDEX attempt_parts_by_time ON attempt_parts (client_id, bucket);

-- What became of each ticket that was to be synchronised, and its last failure.
CREATE TABLE sync_tickets (
    client_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    ticket text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    failures bigint NOT NULL,
    attempted_at bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    -- From here on of the last failure.
    failed_at bigint,
    environment text COLLATE "C",
    http_status bigint,
    error text COLLATE "C",
    seq bigint,
    PRIMARY KEY (client_id, source, ticket)
);

CREATE INDEX failed_syncs ON sync_tickets (client_id, failed_at) WHERE failed_at IS NOT NULL;

CREATE FUNCTION attempts_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = epilogue, pg_temp AS $$
BEGIN
    INSERT INTO attempt_parts (client_id, bucket, environment, source, status, attempts)
    SELECT client_id, attempted_at - attempted_at % 3600000, environment, source, status, count(*)
    FROM told GROUP BY 1, 2, 3, 4, 5;

    INSERT INTO sync_tickets AS had
    SELECT own.client_id, own.source, own.ticket, own.attempts, own.failures, own.attempted_at,
        own.status, failure.attempted_at, failure.environment, failure.http_status, failure.error,
        failure.seq
    FROM (
        SELECT client_id, source, ticket, count(*) AS attempts,
            count(*) FILTER (WHERE status <> 'success') AS failures,
            max(attempted_at) AS attempted_at,
            (array_agg(status ORDER BY attempted_at DESC, seq DESC, turn DESC))[1] AS status
        FROM told GROUP BY client_id, source, ticket
    ) AS own
    LEFT JOIN (
        SELECT DISTINCT ON (client_id, source, ticket) * FROM told WHERE status <> 'success'
        ORDER BY client_id, source, ticket, attempted_at DESC, seq DESC, turn DESC
    ) AS failure USING (client_id, source, ticket)
    -- Always in one order, so that two who tell of the same tickets wait for each other in turn.
    ORDER BY own.client_id, own.source, own.ticket
    ON CONFLICT (client_id, source, ticket) DO UPDATE SET
        attempts = had.attempts + excluded.attempts,
        failures = had.failures + excluded.failures,
        status = CASE WHEN excluded.attempted_at >= had.attempted_at
            THEN excluded.status ELSE had.status END,
        attempted_at = greatest(had.attempted_at, excluded.attempted_at),
        environment = CASE WHEN coalesce(excluded.failed_at >= had.failed_at, had.failed_at IS NULL)
            THEN excluded.environment ELSE had.environment END,
        http_status = CASE WHEN coalesce(excluded.failed_at >= had.failed_at, had.failed_at IS NULL)
            THEN excluded.http_status ELSE had.http_status END,
        error = CASE WHEN coalesce(excluded.failed_at >= had.failed_at, had.failed_at IS NULL)
            THEN excluded.error ELSE had.error END,
        seq = CASE WHEN coalesce(excluded.failed_at >= had.failed_at, had.failed_at IS NULL)
            THEN excluded.seq ELSE had.seq END,
        failed_at = greatest(had.failed_at, excluded.failed_at);
    RETURN NULL;
END $$;

CREATE TRIGGER attempts_told AFTER INSERT ON sync_attempts
    REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION attempts_told();

-- Every event of a webhook once, as the newest of its records tells it.
CREATE TABLE webhook_events (
    client_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    -- The record's own id where it does not say.
    event_id text COLLATE "C" NOT NULL,
    received_at bigint NOT NULL,
    records bigint NOT NULL,
    -- From here on as the newest has it.
    seq bigint NOT NULL,
    recorded_at bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    handler text COLLATE "C" NOT NULL,
    retries bigint NOT NULL,
    seconds double precision,
    PRIMARY KEY (client_id, source, event_id)
);

CREATE INDEX retried_events ON webhook_events (client_id, received_at, retries) WHERE retries > 0;

CREATE TABLE webhook_sums (
    client_id text COLLATE "C" NOT NULL,
    span bigint NOT NULL,
    bucket bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    handler text COLLATE "C" NOT NULL,
    -- 10 stands for all that were retried as often or more.
    retries bigint NOT NULL,
    events bigint NOT NULL,
    -- How many of them have a duration, and their sum in seconds.
    timed bigint NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (client_id, span, bucket, environment, source, status, handler, retries)
);

CREATE TABLE webhook_parts (
    part bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    bucket bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    handler text COLLATE "C" NOT NULL,
    retries bigint NOT NULL,
    events bigint NOT NULL,
    timed bigint NOT NULL,
    seconds double precision NOT NULL
);

CREATE INDEX webhook_parts_by_time ON webhook_parts (client_id, bucket);

CREATE FUNCTION events_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = epilogue, pg_temp AS $$
BEGIN
    INSERT INTO webhook_parts (client_id, bucket, environment, source, status, handler, retries,
        events, timed, seconds)
    SELECT client_id, received_at - received_at % 3600000, environment, source, status, handler,
        least(retries, 10), count(*), count(seconds), coalesce(sum(seconds), 0)
    FROM told GROUP BY 1, 2, 3, 4, 5, 6, 7;
    RETURN NULL;
END $$;

-- An event leaves the sums of its state before, and enters those of the new one.
CREATE FUNCTION events_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = epilogue, pg_temp AS $$
BEGIN
    INSERT INTO webhook_parts (client_id, bucket, environment, source, status, handler, retries,
        events, timed, seconds)
    SELECT client_id, received_at - received_at % 3600000, environment, source, status, handler,
        least(retries, 10), sum(sign), sum(CASE WHEN seconds IS NULL THEN 0 ELSE sign END),
        coalesce(sum(sign * seconds), 0)
    FROM (SELECT *, -1 AS sign FROM before UNION ALL SELECT *, 1 FROM told) AS own
    GROUP BY 1, 2, 3, 4, 5, 6, 7;
    RETURN NULL;
END $$;

CREATE TRIGGER events_told AFTER INSERT ON webhook_events
    REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION events_told();
CREATE TRIGGER events_changed AFTER UPDATE ON webhook_events
    REFERENCING OLD TABLE AS before NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION events_changed();

CREATE TABLE parsing_sums (
    client_id text COLLATE "C" NOT NULL,
    span bigint NOT NULL,
    bucket bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    records bigint NOT NULL,
    -- How many of them have a duration, their sum, the least and the most, in seconds.
    timed bigint NOT NULL,
    seconds double precision NOT NULL,
    least double precision,
    most double precision,
    -- How many of them have a confidence, and their sum.
    rated bigint NOT NULL,
    confidence double precision NOT NULL,
    -- How many of them tell what they found, and how much that is.
    counted bigint NOT NULL,
    entities bigint NOT NULL,
    -- How many of them were so sure: from 0 to 0.1, and so on up to 1.
    tenth_0 bigint NOT NULL,
    tenth_1 bigint NOT NULL,
    tenth_2 bigint NOT NULL,
    tenth_3 bigint NOT NULL,
    tenth_4 bigint NOT NULL,
    tenth_5 bigint NOT NULL,
    tenth_6 bigint NOT NULL,
    tenth_7 bigint NOT NULL,
    tenth_8 bigint NOT NULL,
    tenth_9 bigint NOT NULL,
    PRIMARY KEY (client_id, span, bucket, environment, version, status)
);

CREATE TABLE parsing_parts (
    part bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    bucket bigint NOT NULL,
    environment text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    records bigint NOT NULL,
    timed bigint NOT NULL,
    seconds double precision NOT NULL,
    least double precision,
    most double precision,
    rated bigint NOT NULL,
    confidence double precision NOT NULL,
    counted bigint NOT NULL,
    entities bigint NOT NULL,
    tenth_0 bigint NOT NULL,
    tenth_1 bigint NOT NULL,
    tenth_2 bigint NOT NULL,
    tenth_3 bigint NOT NULL,
    tenth_4 bigint NOT NULL,
    tenth_5 bigint NOT NULL,
    tenth_6 bigint NOT NULL,
    tenth_7 bigint NOT NULL,
    tenth_8 bigint NOT NULL,
    tenth_9 bigint NOT NULL
);

CREATE INDEX parsing_parts_by_time ON parsing_parts (client_id, bucket);
