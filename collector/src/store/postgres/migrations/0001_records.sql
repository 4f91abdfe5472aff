-- Records, keys and people. Taken by the role epilogue_owner, which owns all of it and reads none of
-- what belongs to a client. Times are milliseconds since 1970, but for `recorded_at`, by whose months
-- the large tables are kept apart.

CREATE SEQUENCE record_seq;

CREATE TABLE workflow_logs (
    seq bigint NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    executed_at bigint NOT NULL,
    -- When the record was made, as its id tells: part of what makes it one, so that no two months
    -- can hold the same record.
    recorded_at timestamptz NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('ok', 'failed', 'open')),
    status text COLLATE "C",
    status_reason text COLLATE "C",
    category text COLLATE "C",
    environment text COLLATE "C",
    workflow_name text COLLATE "C",
    workflow_version text COLLATE "C",
    ticket_id text COLLATE "C",
    attempt bigint,
    execution_time_seconds double precision,
    confidence double precision,
    input_tokens bigint,
    output_tokens bigint,
    cost double precision,
    currency text COLLATE "C",
    error_count bigint,
    provider_name text COLLATE "C",
    action_type text COLLATE "C",
    event_type text COLLATE "C",
    event_category text COLLATE "C",
    resource_type text COLLATE "C",
    resource_id text COLLATE "C",
    entity_type text COLLATE "C",
    entity_id text COLLATE "C",
    user_id text COLLATE "C",
    level text COLLATE "C" NOT NULL,
    metrics jsonb,
    PRIMARY KEY (seq, recorded_at),
    UNIQUE (client_id, record_id, recorded_at)
) PARTITION BY RANGE (recorded_at);

-- One index for every order of a list. Most records have few of these columns, so that the partial
-- ones cost them nothing.
CREATE INDEX by_time ON workflow_logs (client_id, executed_at, seq);
CREATE INDEX by_kind ON workflow_logs (client_id, kind, executed_at, seq);
CREATE INDEX by_status ON workflow_logs (client_id, status, executed_at, seq)
    WHERE status IS NOT NULL;
CREATE INDEX by_failure ON workflow_logs (client_id, executed_at, seq) WHERE outcome = 'failed';
CREATE INDEX by_category ON workflow_logs (client_id, category, executed_at, seq)
    WHERE category IS NOT NULL;
CREATE INDEX by_environment ON workflow_logs (client_id, environment, executed_at, seq)
    WHERE environment IS NOT NULL;
CREATE INDEX by_version ON workflow_logs (client_id, workflow_version, executed_at, seq)
    WHERE workflow_version IS NOT NULL;
CREATE INDEX by_ticket ON workflow_logs (client_id, ticket_id, executed_at, seq)
    WHERE ticket_id IS NOT NULL;
CREATE INDEX by_provider ON workflow_logs (client_id, provider_name, executed_at, seq)
    WHERE provider_name IS NOT NULL;
CREATE INDEX by_action ON workflow_logs (client_id, action_type, executed_at, seq)
    WHERE action_type IS NOT NULL;
CREATE INDEX by_event ON workflow_logs (client_id, event_type, executed_at, seq)
    WHERE event_type IS NOT NULL;
CREATE INDEX by_resource ON workflow_logs (client_id, resource_type, resource_id, executed_at, seq)
    WHERE resource_type IS NOT NULL;
CREATE INDEX by_entity ON workflow_logs (client_id, entity_type, entity_id, executed_at, seq)
    WHERE entity_type IS NOT NULL;
CREATE INDEX by_user ON workflow_logs (client_id, user_id, executed_at, seq)
    WHERE user_id IS NOT NULL;
CREATE INDEX by_duration ON workflow_logs (client_id, execution_time_seconds, seq)
    WHERE execution_time_seconds IS NOT NULL;
CREATE INDEX by_confidence ON workflow_logs (client_id, confidence, seq)
    WHERE confidence IS NOT NULL;

-- The whole records, apart from the rows, so that a list never reads a trace.
CREATE TABLE payloads (
    seq bigint NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    -- How many bytes it had as text, so that none has to be read for it.
    bytes bigint NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (seq, recorded_at)
) PARTITION BY RANGE (recorded_at);

-- Twice as quick as what PostgreSQL takes by itself, where it was built with it.
DO $$ BEGIN
    ALTER TABLE payloads ALTER COLUMN payload SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;

-- Whose records there are.
CREATE TABLE clients (client_id text COLLATE "C" PRIMARY KEY);

-- Which records are to be indexed by their words: those of one transaction are one row.
CREATE TABLE unindexed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seqs bigint[] NOT NULL
);

-- The words of each record as numbers, and so its client, the fields that lists are filtered by, and
-- windows of numbers that it lies in: one look into the index finds what has all of it.
CREATE TABLE record_words (
    seq bigint NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    words bigint[] NOT NULL,
    PRIMARY KEY (seq, recorded_at)
) PARTITION BY RANGE (recorded_at);

CREATE INDEX by_words ON record_words USING gin (words);

-- Which errors the runs met: one row for each distinct error of a record.
CREATE TABLE errors (
    client_id text COLLATE "C" NOT NULL,
    -- `store::Fingerprint`.
    fingerprint bigint NOT NULL,
    executed_at bigint NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (client_id, fingerprint, executed_at, seq)
);

-- What producers say that they have lost: the largest figure of each of their processes.
CREATE TABLE producer_losses (
    client_id text COLLATE "C" NOT NULL,
    -- The process; '' stands for all that were forgotten.
    instance text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    records bigint NOT NULL,
    -- When the process last told it, to the day.
    told_at bigint NOT NULL,
    PRIMARY KEY (client_id, instance, reason)
);

CREATE INDEX losses_by_age ON producer_losses (told_at);

CREATE TABLE api_keys (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    client_id text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL CHECK (scope IN ('ingest', 'read', 'provider')),
    created_at bigint NOT NULL,
    revoked_at bigint,
    last_used_at bigint
);

CREATE TABLE key_uses (
    key_id bigint NOT NULL REFERENCES api_keys (id),
    hour bigint NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (key_id, hour)
);

-- Numbers by name: what changes whenever the keys do.
CREATE TABLE counters (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters VALUES ('key_generation', 1);

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    role text COLLATE "C" NOT NULL CHECK (role IN ('provider', 'client')),
    client_id text COLLATE "C" CHECK ((client_id IS NULL) = (role = 'provider')),
    -- argon2id, as a PHC string.
    password text NOT NULL,
    -- Whether it was given by somebody else.
    must_change boolean NOT NULL,
    -- As it is: codes are made from it.
    totp_secret bytea,
    -- The step of the last code; none of it or of an earlier one is taken.
    totp_step bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL,
    disabled_at bigint,
    last_login_at bigint,
    -- When the account was last changed, by whomever: of two stores that one was copied to the other,
    -- the newer one is right. 0 since it was made.
    changed_at bigint NOT NULL DEFAULT 0
);

CREATE FUNCTION user_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = epilogue, pg_temp AS $$
BEGIN
    -- Later than before, whatever the clock says: that of the other store may be ahead.
    NEW.changed_at := greatest(
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint, OLD.changed_at + 1);
    RETURN NEW;
END $$;

CREATE TRIGGER user_changed
BEFORE UPDATE OF role, client_id, password, must_change, totp_secret, disabled_at ON users
FOR EACH ROW WHEN (NEW.changed_at = OLD.changed_at) EXECUTE FUNCTION user_changed();

CREATE TABLE recovery_codes (
    user_id bigint NOT NULL REFERENCES users (id),
    hash bytea NOT NULL,
    used_at bigint,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE sessions (
    -- Never given again, so that what a session gave ends with it.
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    user_id bigint NOT NULL REFERENCES users (id),
    stage text COLLATE "C" NOT NULL CHECK (stage IN ('password', 'full')),
    -- A second factor that was shown and is not yet proved to be known.
    pending_secret bytea,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- What only this store has: random bits that hash the names which people try to log in with.
CREATE TABLE secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);

-- Two random UUIDs have 244 bits that nobody knows.
INSERT INTO secrets
VALUES ('name_key', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- By a hash of a name with that key; it may be none: people type passwords there.
CREATE TABLE login_attempts (
    hash bytea PRIMARY KEY,
    failures bigint NOT NULL,
    since bigint NOT NULL
);

CREATE INDEX attempts_by_age ON login_attempts (since);

-- Makes the table of one month for the records that were made in it, where there is none. What has
-- come before its month was made lies in the table of all others, and moves.
CREATE FUNCTION make_month(parent text, month timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = epilogue, pg_temp SET TimeZone = 'UTC' AS $$
DECLARE
    since timestamptz := date_trunc('month', month, 'UTC');
    until timestamptz := date_trunc('month', month, 'UTC') + interval '1 month';
    own text := parent || '_' || to_char(since AT TIME ZONE 'UTC', 'YYYY_MM');
    others text := parent || '_others';
BEGIN
    IF to_regclass(format('epilogue.%I', own)) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
        'INCLUDING STORAGE INCLUDING COMPRESSION)', own, parent);
    -- Nobody stores there until all of it has moved.
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', others);
    -- The owner sees nothing otherwise.
    PERFORM set_config('epilogue.moves', 'on', true);
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE recorded_at >= %L AND recorded_at < %L '
        'RETURNING *) INSERT INTO %I SELECT * FROM moved', others, since, until, own);
    PERFORM set_config('epilogue.moves', '', true);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, own, since, until);
END $$;

CREATE TABLE workflow_logs_others PARTITION OF workflow_logs DEFAULT;
CREATE TABLE payloads_others PARTITION OF payloads DEFAULT;
CREATE TABLE record_words_others PARTITION OF record_words DEFAULT;
