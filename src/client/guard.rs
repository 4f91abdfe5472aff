//! The guard that lets the last records arrive.

use std::time::Duration;

use super::Client;

/// How long the drop of a guard waits at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shuts its client down when it is dropped, and waits 2 seconds at most for the last records;
/// what is left then goes to the spool, or is counted as lost where there is none.
///
/// ```
/// // At the beginning of `main`:
/// let logs = epilogue::Client::from_env();
/// let _guard = logs.guard();
/// ```
#[derive(Debug)]
#[must_use = "a guard that is not kept shuts the client down at once"]
pub struct Guard {
    client: Client,
}

impl Guard {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // What is left was counted; there is nobody to tell.
        let _ = self.client.shutdown_blocking(PATIENCE);
    }
}
