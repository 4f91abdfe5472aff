//! How long anything may take: a server that is gone without a word ends nothing by itself.

use std::time::Duration;

use sqlx::postgres::PgPool;
use tokio::time::timeout;

use crate::store::StoreError;

/// How long a question may take, an act, or a commit: less than the ten seconds for which the SDK waits
/// for an answer, so that whoever asks is told to come again.
pub(super) const LONGEST: Duration = Duration::from_secs(8);
/// How long what nobody waits for may take, such as a part of the index of words.
pub(super) const PATIENT: Duration = Duration::from_secs(30);
/// What is said then.
pub(super) const SILENT: &str = "PostgreSQL does not answer";

/// The outcome of some work, which is given up after this time.
pub(super) async fn answered<T>(
    within: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(within, work).await.unwrap_or(Err(StoreError::Unavailable(SILENT)))
}

/// What some work gives, unless the store is closed before: then it is cut off.
pub(super) async fn unless_closed<T>(readers: &PgPool, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = readers.close_event() => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_never_ends_is_given_up() {
        let silent = answered(Duration::from_millis(1), std::future::pending::<Result<(), _>>());
        assert_eq!(silent.await, Err(StoreError::Unavailable(SILENT)));
        assert_eq!(answered(LONGEST, async { Ok(1) }).await, Ok(1));
    }
}
