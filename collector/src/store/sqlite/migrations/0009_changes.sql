-- When an account was last changed, by whomever: of two stores that one was copied to the other, the
-- newer one is right. 0 since it was made.
ALTER TABLE users ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER user_changed
AFTER UPDATE OF role, client_id, password, must_change, totp_secret, disabled_at ON users
WHEN NEW.changed_at = OLD.changed_at BEGIN
    -- Later than before, whatever the clock says: that of the other store may be ahead.
    UPDATE users SET changed_at = max(CAST(unixepoch('subsec') * 1000 AS INTEGER), OLD.changed_at + 1)
    WHERE id = NEW.id;
END;
