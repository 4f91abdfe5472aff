//! Whether a task of the store can do its work, which is told whenever it changes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::metrics;
use crate::store::StoreError;

/// How a task's last attempt went.
#[derive(Debug)]
pub(in crate::store) struct Health {
    task: &'static str,
    failure: Mutex<Option<StoreError>>,
    failures: AtomicU64,
}

impl Health {
    pub(in crate::store) fn new(task: &'static str) -> Self {
        Self { task, failure: Mutex::new(None), failures: AtomicU64::new(0) }
    }

    /// Why the last attempt failed.
    pub(in crate::store) fn failure(&self) -> Option<StoreError> {
        self.lock().clone()
    }

    /// How many attempts found the store away.
    pub(in crate::store) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Notes how an attempt went, and tells that where the one before went otherwise: one line when it
    /// begins, whatever else goes wrong then, and one when it is over.
    pub(in crate::store) fn note(&self, failure: Option<&StoreError>) {
        if let Some(failure) = failure {
            metrics::store_failed(reason(failure));
        }
        if matches!(failure, Some(StoreError::Unavailable(_))) {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        let mut before = self.lock();
        // Not the database's own words, which may quote a value.
        match (before.as_ref(), failure.map(reason)) {
            (None, Some(reason)) => tracing::warn!(task = self.task, reason, "the store fails"),
            (Some(_), None) => tracing::warn!(task = self.task, "the store works again"),
            (Some(own), Some(reason)) if self::reason(own) != reason => {
                tracing::info!(task = self.task, reason, "the store still fails");
            }
            _ => {}
        }
        *before = failure.cloned();
    }

    fn lock(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reason(failure: &StoreError) -> &'static str {
    match failure {
        StoreError::Unavailable(reason) | StoreError::Damaged(reason) => reason,
        StoreError::Overloaded => "overloaded",
        StoreError::Revoked => "the right has ended",
        StoreError::Closed => "it is closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_attempt_counts() {
        let health = Health::new("a test");
        assert_eq!(health.failure(), None);
        for failure in [StoreError::Unavailable("the disk is full"), StoreError::Closed] {
            health.note(Some(&failure));
            assert_eq!(health.failure(), Some(failure));
        }
        health.note(None);
        assert_eq!(health.failure(), None);
        assert_eq!(health.failures(), 1, "what was closed was not away");
    }
}
