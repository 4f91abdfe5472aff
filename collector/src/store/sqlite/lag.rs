//! How far the index of words is behind the records: whoever stores tells it as well, so that it is
//! true where the index hangs.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::Notify;

use crate::metrics;

/// The newest records that are stored and that are indexed.
#[derive(Debug, Default)]
pub(super) struct Lag {
    stored: AtomicI64,
    indexed: AtomicI64,
    more: Notify,
}

impl Lag {
    /// Records up to this one were stored by this process: there is more to index.
    pub(super) fn stored(&self, newest: i64) {
        self.seen(newest);
        self.more.notify_one();
    }

    /// Records up to this one are stored, whoever did it.
    pub(super) fn seen(&self, newest: i64) {
        self.stored.fetch_max(newest, Ordering::Relaxed);
        self.tell();
    }

    /// Those up to this one are indexed.
    pub(super) fn indexed(&self, through: i64) {
        self.indexed.store(through, Ordering::Relaxed);
        self.tell();
    }

    /// Ready where there may be more to index.
    pub(super) async fn more(&self) {
        self.more.notified().await;
    }

    fn tell(&self) {
        metrics::text_lag(self.records());
    }

    fn records(&self) -> i64 {
        let stored = self.stored.load(Ordering::Relaxed);
        stored.saturating_sub(self.indexed.load(Ordering::Relaxed)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_what_is_stored_and_never_below_nothing() {
        let lag = Lag::default();
        for (newest, behind) in [(5, 5), (0, 5), (7, 7)] {
            lag.stored(newest);
            assert_eq!(lag.records(), behind);
        }
        for (through, behind) in [(4, 3), (7, 0), (9, 0)] {
            lag.indexed(through);
            assert_eq!(lag.records(), behind);
        }
    }
}
