//! What an error of SQLite means to whoever asked.

use crate::store::StoreError;

/// What is said where somebody else is writing.
pub(super) const LOCKED: &str = "another process holds its lock";

/// Tells by SQLite's result code. Its message stays here: it may quote a statement's values.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn unavailable(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::PoolTimedOut => StoreError::Overloaded,
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Closed,
        sqlx::Error::Database(error) => by_code(error.code().as_deref().unwrap_or_default()),
        sqlx::Error::Io(_) => StoreError::Unavailable("an input or output error"),
        _ => StoreError::Unavailable("an unexpected error"),
    }
}

/// The primary code is the lowest byte of an extended one (<https://sqlite.org/rescode.html>).
fn by_code(code: &str) -> StoreError {
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6) => StoreError::Unavailable(LOCKED),
        Ok(8) => StoreError::Unavailable("it may not be written"),
        Ok(10) => StoreError::Unavailable("an input or output error"),
        Ok(11 | 26) => StoreError::Damaged("the file is not a database, or is damaged"),
        Ok(13) => StoreError::Unavailable("the disk is full"),
        Ok(14) => StoreError::Unavailable("the file cannot be opened"),
        _ => StoreError::Unavailable("an unexpected error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_mean_what_their_primary_ones_do() {
        for full in ["13", "778"] {
            assert!(matches!(by_code(full), StoreError::Unavailable(_)), "{full}");
        }
        assert!(matches!(by_code("267"), StoreError::Damaged(_)));
    }
}
