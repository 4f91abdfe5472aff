//! What an error of PostgreSQL means to whoever asked.

use std::error::Error;
use std::io;

use super::within::SILENT;
use crate::store::StoreError;

/// What is said where this is a standby, as it is while another server takes over, or was made one
/// that may only be read.
pub(super) const READ_ONLY: &str = "it may only be read";
/// What is said where two transactions wait for each other; once more is enough.
pub(super) const IN_THE_WAY: &str = "another transaction was in the way";
/// The code of a row that does not belong into its table, and of one that a constraint refuses, which is
/// named then.
const NO_PLACE: &str = "23514";
/// What is said where a value does not fit, or is too large.
pub(super) const VALUE: &str = "a value does not fit what is stored";
const UNREACHABLE: &str = "PostgreSQL cannot be reached";
const SHUTTING_DOWN: &str = "PostgreSQL is shutting down or starting";
const NOT_POSTGRES: &str = "what answers there is not PostgreSQL";
const NO_TLS: &str = "PostgreSQL cannot be reached by TLS";
const CERTIFICATE: &str = "the certificate of PostgreSQL is refused";
const CROWDED: &str = "PostgreSQL has too many connections";
const REFUSED: &str = "the user or the password of its address is refused";
const NO_DATABASE: &str = "there is no such database as its address names";

/// Tells by PostgreSQL's error code. Its message stays here: it may quote a value of a statement, or
/// the address of the store.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn unavailable(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::PoolTimedOut => {
            StoreError::Unavailable("it cannot be reached, or too many ask at once")
        }
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Closed,
        sqlx::Error::Io(error) => StoreError::Unavailable(by_stream(error)),
        sqlx::Error::Protocol(_) => StoreError::Unavailable(NOT_POSTGRES),
        sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) => StoreError::Unavailable(NO_TLS),
        // The month of a row was made while it was on its way to the table of all others.
        sqlx::Error::Database(error)
            if error.code().as_deref() == Some(NO_PLACE) && error.constraint().is_none() =>
        {
            StoreError::Unavailable(IN_THE_WAY)
        }
        sqlx::Error::Database(error) => by_code(error.code().as_deref().unwrap_or_default()),
        // Whatever else goes wrong goes wrong again.
        _ => StoreError::Damaged("what is stored cannot be read"),
    }
}

/// Whether it says that there is no server to ask.
pub(super) fn is_gone(failure: &StoreError) -> bool {
    let StoreError::Unavailable(reason) = failure else { return false };
    [UNREACHABLE, SILENT, SHUTTING_DOWN, NOT_POSTGRES, CROWDED].contains(reason)
}

/// What became of the connection itself.
fn by_stream(error: &io::Error) -> &'static str {
    let is_tls = error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>);
    if is_tls { CERTIFICATE } else { UNREACHABLE }
}

/// The same with what to do about it, for whoever starts a server.
pub(super) fn with_way_out(error: StoreError) -> StoreError {
    let StoreError::Unavailable(reason) = error else { return error };
    StoreError::Unavailable(match reason {
        UNREACHABLE => {
            "PostgreSQL cannot be reached: does it run, and are host and port of its address right?"
        }
        SILENT => {
            "PostgreSQL does not answer: are host and port of its address right, and is nothing on \
             the way that holds it back?"
        }
        NOT_POSTGRES => {
            "what answers there is not PostgreSQL: are host and port of its address right?"
        }
        NO_TLS => {
            "PostgreSQL cannot be reached by TLS, which its address asks for: set ssl = on there, \
             and sslrootcert, sslcert and sslkey here to files that are what they are to be"
        }
        CERTIFICATE => {
            "the certificate of PostgreSQL is refused: sslrootcert of its address is to name the \
             file of whoever signed it, and with sslmode=verify-full it is to be for this host"
        }
        CROWDED => {
            "PostgreSQL has too many connections: raise its max_connections, or end others; a \
             server opens up to 14"
        }
        REFUSED => {
            "the user or the password of its address is refused, or may not come from here \
             (pg_hba.conf); characters such as @ : / # and % are written %40 %3A %2F %23 and %25"
        }
        NO_DATABASE => {
            "there is no such database as its address names; to make it: CREATE DATABASE (its name)"
        }
        READ_ONLY => {
            "it may only be read: give the address of the primary, not of a standby, and let \
             default_transaction_read_only be off"
        }
        other => other,
    })
}

/// By the codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn by_code(code: &str) -> StoreError {
    let reason = match code {
        "57P01" | "57P02" | "57P03" => SHUTTING_DOWN,
        "57014" | "57P05" | "25P03" => "it took too long",
        "53300" => CROWDED,
        "53100" => "the disk is full",
        "53200" => "there is too little memory",
        "25006" => READ_ONLY,
        "40001" | "40P01" | "55P03" => IN_THE_WAY,
        "28000" | "28P01" => REFUSED,
        "3D000" => NO_DATABASE,
        _ => match code.get(..2) {
            Some("08") => UNREACHABLE,
            Some("53") => "PostgreSQL is overloaded",
            Some("58") => "an input or output error",
            Some("42") if code == "42501" => return StoreError::Damaged(super::roles::NO_RIGHT),
            Some("22" | "54") => return StoreError::Damaged(VALUE),
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
    fn a_certificate_that_is_refused_is_told_from_a_server_that_is_not_there() {
        let invalid = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let refused = io::Error::new(io::ErrorKind::InvalidData, invalid);
        assert_eq!(unavailable(refused.into()), StoreError::Unavailable(CERTIFICATE));
        let gone = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(unavailable(gone.into()), StoreError::Unavailable(UNREACHABLE));
    }

    #[test]
    fn a_way_out_begins_with_what_is_wrong() {
        for reason in [UNREACHABLE, SILENT, NOT_POSTGRES, NO_TLS, CERTIFICATE, CROWDED, REFUSED] {
            let StoreError::Unavailable(told) = with_way_out(StoreError::Unavailable(reason))
            else {
                panic!("{reason}");
            };
            assert!(told.starts_with(reason) && told.len() > reason.len(), "{told}");
        }
        let full = StoreError::Unavailable("the disk is full");
        assert_eq!(with_way_out(full.clone()), full);
    }

    #[test]
    fn what_fails_again_is_not_tried_again() {
        for code in ["22003", "23505", "42501", "42703", "XX001", ""] {
            assert!(matches!(by_code(code), StoreError::Damaged(_)), "{code}");
        }
        assert!(matches!(unavailable(sqlx::Error::RowNotFound), StoreError::Damaged(_)));
    }
}
