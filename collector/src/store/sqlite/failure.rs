//! What an error of SQLite means to whoever asked.

use crate::store::StoreError;

/// What is said where somebody else is writing.
pub(super) const LOCKED: &str = "another process holds its lock";

/// Tells by SQLite's result code. Its message stays here: it may quote a statement's values.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn unavailable(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::PoolTimedOut => StoreError::Unavailable("too many questions at once"),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Closed,
        sqlx::Error::Database(error) => by_code(error.code().as_deref().unwrap_or_default()),
        sqlx::Error::Io(_) => StoreError::Unavailable("an input or output error"),
        // Whatever else goes wrong goes wrong again.
        _ => StoreError::Damaged("what is stored cannot be read"),
    }
}

/// The primary code is the lowest byte of an extended one (<https://sqlite.org/rescode.html>).
fn by_code(code: &str) -> StoreError {
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6 | 15) => StoreError::Unavailable(LOCKED),
        Ok(7) => StoreError::Unavailable("there is too little memory"),
        Ok(8) => StoreError::Unavailable("it may not be written"),
        Ok(9) => StoreError::Unavailable("it was interrupted"),
        Ok(10) => StoreError::Unavailable("an input or output error"),
        Ok(11 | 26) => StoreError::Damaged("the file is not a database, or is damaged"),
        Ok(13) => StoreError::Unavailable("the disk is full"),
        Ok(14) => StoreError::Unavailable("the file cannot be opened"),
        Ok(18) => StoreError::Damaged("a value is larger than it takes"),
        // A statement that is refused once is refused always.
        _ => StoreError::Damaged("a statement does not fit what is stored"),
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

    #[test]
    fn what_fails_again_is_not_tried_again() {
        for code in ["1", "18", "19", "20", "25", ""] {
            assert!(matches!(by_code(code), StoreError::Damaged(_)), "{code}");
        }
        assert!(matches!(unavailable(sqlx::Error::RowNotFound), StoreError::Damaged(_)));
        assert!(matches!(unavailable(sqlx::Error::PoolTimedOut), StoreError::Unavailable(_)));
    }
}
