//! What is done in a transaction of its own, together with the records that tell of it.

use std::fmt;

use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use super::writer::Answer;
use crate::store::{BoxFuture, Entry, StoreError};

/// What an act changes; it gives back the records that tell of it.
pub(super) type Work = Box<
    dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<Vec<Entry>, StoreError>>
        + Send,
>;

/// An act on its way to the writer.
pub(super) struct Act {
    /// The session that gave the right to it. It is done while that stands.
    pub(super) session: Option<i64>,
    /// Whether the writer has to learn the keys anew.
    pub(super) changes_keys: bool,
    pub(super) work: Work,
    pub(super) answer: Answer<()>,
}

/// What whoever asked for an act waits for.
pub(super) struct Done<T> {
    pub(super) committed: oneshot::Receiver<Result<(), StoreError>>,
    value: oneshot::Receiver<T>,
}

impl Act {
    /// An act that changes something, answers with a value, and tells of it by these records.
    pub(super) fn new<T: Send + 'static>(
        session: Option<i64>,
        change: impl for<'c> FnOnce(
            &'c mut SqliteConnection,
        ) -> BoxFuture<'c, Result<(T, Vec<Entry>), StoreError>>
        + Send
        + 'static,
    ) -> (Self, Done<T>) {
        let (answer, committed) = oneshot::channel();
        let (told, value) = oneshot::channel();
        let work: Work = Box::new(move |writer| {
            Box::pin(async move {
                let (value, records) = change(writer).await?;
                // Who no longer waits for it need not know.
                let _ = told.send(value);
                Ok(records)
            })
        });
        (Self { session, changes_keys: false, work, answer }, Done { committed, value })
    }

    /// An act that changes keys.
    pub(super) fn of_keys(self) -> Self {
        Self { changes_keys: true, ..self }
    }
}

impl<T> Done<T> {
    /// The value, once the act is committed.
    pub(super) fn value(mut self) -> Result<T, StoreError> {
        self.value.try_recv().map_err(|_| StoreError::Closed)
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Act").finish_non_exhaustive()
    }
}
