-- People who log in, their sessions and their attempts, and how often keys are used. Times are
-- milliseconds since 1970.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('provider', 'client')),
    client_id TEXT CHECK ((client_id IS NULL) = (role = 'provider')),
    -- argon2id, as a PHC string.
    password TEXT NOT NULL,
    -- Whether it was given by somebody else.
    must_change INTEGER NOT NULL,
    -- As it is: codes are made from it.
    totp_secret BLOB,
    -- The step of the last code; none of it or of an earlier one is taken.
    totp_step INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    last_login_at INTEGER
) STRICT;

CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    -- Never given again, so that what a session gave ends with it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    stage TEXT NOT NULL CHECK (stage IN ('password', 'full')),
    -- A second factor that was shown and is not yet proved to be known.
    pending_secret BLOB,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- By the SHA-256 of a name, which may be none: people type passwords there.
CREATE TABLE login_attempts (
    hash BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_age ON login_attempts (since);

ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;

CREATE TABLE key_uses (
    key_id INTEGER NOT NULL REFERENCES api_keys (id),
    hour INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (key_id, hour)
) STRICT, WITHOUT ROWID;
