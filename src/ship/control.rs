//! What the host asks of the worker besides records, and how it waits for the answer.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// A request to the worker.
#[derive(Debug)]
pub(crate) enum Command {
    /// Say when everything that was handed over before is settled.
    Flush(Waiter),
    /// Settle everything by then, and end.
    Shutdown { by: tokio::time::Instant, waiter: Waiter },
    /// The level was lowered.
    ApplyConsent,
    /// The record of this run was lost before it got here.
    ForgetRun(Uuid),
    /// Nobody is left to hand anything over: settle what there is, and end.
    Retire,
}

/// How a flush or shutdown ended.
///
/// ```
/// let logs = epilogue::Client::disabled();
/// let drained = logs.flush_blocking(std::time::Duration::from_millis(1));
/// assert!(drained.is_complete());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "records may still be pending"]
pub struct Drained {
    pub(crate) is_complete: bool,
}

impl Drained {
    /// Everything was settled in time: delivered, lost and counted, or on disk, from where it is
    /// delivered later.
    pub fn is_complete(self) -> bool {
        self.is_complete
    }
}

/// The worker's end of a wait.
#[derive(Debug)]
pub(crate) struct Waiter(Arc<Signal>);

/// The host's end of a wait.
#[derive(Debug)]
pub(crate) struct Waiting(Arc<Signal>);

#[derive(Debug, Default)]
struct Signal {
    is_done: Mutex<Option<bool>>,
    changed: Condvar,
}

pub(crate) fn wait() -> (Waiter, Waiting) {
    let signal = Arc::new(Signal::default());
    (Waiter(Arc::clone(&signal)), Waiting(signal))
}

impl Waiter {
    pub(crate) fn done(self) {
        self.0.set(true);
    }
}

impl Drop for Waiter {
    /// The worker ended without an answer: nobody has to wait for it.
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Waiting {
    /// Blocks until the worker has answered, `within` at most.
    pub(crate) fn wait(&self, within: Duration) -> Drained {
        let deadline = Instant::now().checked_add(within);
        let mut is_done = self.0.is_done.lock().unwrap_or_else(PoisonError::into_inner);
        while is_done.is_none() {
            let left = deadline.map_or(Duration::from_secs(60), |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                break;
            }
            let waited = self.0.changed.wait_timeout(is_done, left);
            is_done = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Drained { is_complete: *is_done == Some(true) }
    }
}

impl Signal {
    fn set(&self, is_complete: bool) {
        let mut is_done = self.is_done.lock().unwrap_or_else(PoisonError::into_inner);
        is_done.get_or_insert(is_complete);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_it_is_done_when_the_worker_is_gone_and_at_its_bound() {
        let (waiter, waiting) = wait();
        waiter.done();
        assert!(waiting.wait(Duration::MAX).is_complete());

        let (waiter, waiting) = wait();
        drop(waiter);
        assert!(!waiting.wait(Duration::MAX).is_complete());

        let (_waiter, waiting) = wait();
        assert!(!waiting.wait(Duration::ZERO).is_complete());
    }
}
