-- Records, keys and what the store remembers of itself. Times are milliseconds since 1970.

CREATE TABLE workflow_logs (
    seq INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    record_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    executed_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'failed', 'open')),
    status TEXT,
    status_reason TEXT,
    category TEXT,
    environment TEXT,
    workflow_name TEXT,
    workflow_version TEXT,
    ticket_id TEXT,
    attempt INTEGER,
    execution_time_seconds REAL,
    confidence REAL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost REAL,
    currency TEXT,
    error_count INTEGER,
    provider_name TEXT,
    action_type TEXT,
    event_type TEXT,
    event_category TEXT,
    resource_type TEXT,
    resource_id TEXT,
    entity_type TEXT,
    entity_id TEXT,
    user_id TEXT,
    level TEXT NOT NULL,
    metrics TEXT
) STRICT;

CREATE UNIQUE INDEX by_record ON workflow_logs (client_id, record_id);
-- One index for every order of a list; `seq` stands at the end of each by itself. Most records have
-- few of these columns, so that the partial ones cost them nothing.
CREATE INDEX by_time ON workflow_logs (client_id, executed_at);
CREATE INDEX by_kind ON workflow_logs (client_id, kind, executed_at);
CREATE INDEX by_status ON workflow_logs (client_id, status, executed_at) WHERE status IS NOT NULL;
CREATE INDEX by_failure ON workflow_logs (client_id, executed_at) WHERE outcome = 'failed';
CREATE INDEX by_category ON workflow_logs (client_id, category, executed_at)
    WHERE category IS NOT NULL;
CREATE INDEX by_environment ON workflow_logs (client_id, environment, executed_at)
    WHERE environment IS NOT NULL;
CREATE INDEX by_version ON workflow_logs (client_id, workflow_version, executed_at)
    WHERE workflow_version IS NOT NULL;
CREATE INDEX by_ticket ON workflow_logs (client_id, ticket_id, executed_at)
    WHERE ticket_id IS NOT NULL;
CREATE INDEX by_provider ON workflow_logs (client_id, provider_name, executed_at)
    WHERE provider_name IS NOT NULL;
CREATE INDEX by_action ON workflow_logs (client_id, action_type, executed_at)
    WHERE action_type IS NOT NULL;
CREATE INDEX by_event ON workflow_logs (client_id, event_type, executed_at)
    WHERE event_type IS NOT NULL;
CREATE INDEX by_resource ON workflow_logs (client_id, resource_type, resource_id, executed_at)
    WHERE resource_type IS NOT NULL;
CREATE INDEX by_entity ON workflow_logs (client_id, entity_type, entity_id, executed_at)
    WHERE entity_type IS NOT NULL;
CREATE INDEX by_user ON workflow_logs (client_id, user_id, executed_at) WHERE user_id IS NOT NULL;
CREATE INDEX by_duration ON workflow_logs (client_id, execution_time_seconds)
    WHERE execution_time_seconds IS NOT NULL;
CREATE INDEX by_confidence ON workflow_logs (client_id, confidence) WHERE confidence IS NOT NULL;

-- The whole records, apart from the rows, so that a list never reads a trace.
CREATE TABLE payloads (
    seq INTEGER PRIMARY KEY REFERENCES workflow_logs (seq),
    payload TEXT NOT NULL
) STRICT;

-- Whose records there are.
CREATE TABLE clients (
    client_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('ingest', 'read', 'provider')),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

-- Numbers by name: what changes whenever the keys do.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters VALUES ('key_generation', 1);
