-- What only this store has: random bits that hash the names which people try to log in with.

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- SQLite's generator takes its seed from the system's.
INSERT INTO secrets VALUES ('name_key', randomblob(32));

-- They were counted by a hash without a key.
DELETE FROM login_attempts;
