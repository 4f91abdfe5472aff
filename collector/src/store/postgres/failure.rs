//! What an error of PostgreSQL means to whoever asked.

use crate::store::StoreError;

/// What is said where this is a standby, as it is while another server takes over.
pub(super) const READ_ONLY: &str = "it may only be read, as a standby";
/// What is said where two transactions wait for each other; once more is enough.
pub(super) const IN_THE_WAY: &str = "another transaction was in the way";

/// Tells by PostgreSQL's error code. Its message stays here: it may quote a value of a statement, or
/// the address of the store.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn unavailable(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::PoolTimedOut => {
            StoreError::Unavailable("it cannot be reached, or too many ask at once")
        }
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Closed,
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => {
            StoreError::Unavailable("PostgreSQL cannot be reached")
        }
        sqlx::Error::Tls(_) => StoreError::Unavailable("PostgreSQL cannot be reached by TLS"),
        sqlx::Error::Database(error) => by_code(error.code().as_deref().unwrap_or_default()),
        // Whatever else goes wrong goes wrong again.
        _ => StoreError::Damaged("what is stored cannot be read"),
    }
}

/// By the codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn by_code(code: &str) -> StoreError {
    let reason = match code {
        "57P01" | "57P02" | "57P03" => "PostgreSQL is shutting down or starting",
        "57014" | "57P05" | "25P03" => "it took too long",
        "53300" => "PostgreSQL has too many connections",
        "53100" => "the disk is full",
        "53200" => "there is too little memory",
        "25006" => READ_ONLY,
        "40001" | "40P01" | "55P03" => IN_THE_WAY,
        "28000" | "28P01" => "the user or the password of its address is refused",
        "3D000" => "there is no such database as its address names",
        _ => match code.get(..2) {
            Some("08") => "PostgreSQL cannot be reached",
            Some("53") => "PostgreSQL is overloaded",
            Some("58") => "an input or output error",
            Some("42") if code == "42501" => return StoreError::Damaged(super::roles::NO_RIGHT),
            // A statement that is refused once is refused always.
            _ => return StoreError::Damaged("a statement does not fit what is stored"),
        },
    };
    StoreError::Unavailable(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again() {
        for code in ["57P01", "57P03", "53300", "53100", "25006", "40P01", "08006", "58030"] {
            assert!(matches!(by_code(code), StoreError::Unavailable(_)), "{code}");
        }
        assert!(matches!(unavailable(sqlx::Error::PoolTimedOut), StoreError::Unavailable(_)));
    }

    #[test]
    fn what_fails_again_is_not_tried_again() {
        for code in ["22003", "23505", "42501", "42703", "XX001", ""] {
            assert!(matches!(by_code(code), StoreError::Damaged(_)), "{code}");
        }
        assert!(matches!(unavailable(sqlx::Error::RowNotFound), StoreError::Damaged(_)));
    }
}
