//! One try to bring a task from one system to the other.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use super::super::super::told::{Fields, Told};
use super::super::super::value::Value;
use super::super::closed::closed_set;

closed_set! {
    /// How one try ended.
    AttemptStatus of "task_sync.attempts.attempt_status" {
        /// It did what it was for.
        Success = "Success",
        /// It did not.
        Failed = "Failed",
        /// Its time was over.
        Timeout = "Timeout",
    }
}

/// One try to bring a task from one system to the other. Its `Debug` tells how it ended and no
/// content.
///
/// ```
/// use epilogue::record::{AttemptStatus, SyncAttempt};
///
/// let attempt = SyncAttempt::new(AttemptStatus::Failed)
///     .http_status_code(503)
///     .error_log("upstream connect error")
///     .request_payload(serde_json::json!({"subject": "Refund"}));
/// # drop(attempt);
/// ```
#[must_use = "an attempt is added to a task's synchronization with `attempt_made`"]
pub struct SyncAttempt {
    at: SystemTime,
    status: AttemptStatus,
    http_status_code: Option<u16>,
    error_log: Option<String>,
    request_payload: Option<Value>,
    response_payload: Option<Value>,
}

impl SyncAttempt {
    /// A try that ended so, just now.
    pub fn new(status: AttemptStatus) -> Self {
        Self {
            at: SystemTime::now(),
            status,
            http_status_code: None,
            error_log: None,
            request_payload: None,
            response_payload: None,
        }
    }

    /// When it was made.
    ///
    /// # Default
    /// When the value was made.
    pub fn at(mut self, time: SystemTime) -> Self {
        self.at = time;
        self
    }

    /// What the other system answered (RFC 9110), such as 503.
    pub fn http_status_code(mut self, code: u16) -> Self {
        self.http_status_code = Some(code);
        self
    }

    /// What went wrong: one line, masked, at most 1,024 bytes.
    pub fn error_log(mut self, log: impl Into<String>) -> Self {
        self.error_log = Some(log.into());
        self
    }

    /// What was asked; in the trace alone.
    pub fn request_payload(mut self, payload: impl Serialize + Send + 'static) -> Self {
        self.request_payload = Some(Value::new(payload));
        self
    }

    /// What was answered; in the trace alone.
    pub fn response_payload(mut self, payload: impl Serialize + Send + 'static) -> Self {
        self.response_payload = Some(Value::new(payload));
        self
    }

    pub(super) fn status(&self) -> AttemptStatus {
        self.status
    }

    pub(super) fn has_payload(&self) -> bool {
        self.request_payload.is_some() || self.response_payload.is_some()
    }

    pub(super) fn told(&self) -> Told<'_> {
        Told::Object(
            Fields::default()
                .time("attempt_timestamp", Some(self.at))
                .ours("attempt_status", Some(self.status.as_str()))
                .ours("http_status_code", self.http_status_code)
                .line("error_log", self.error_log.as_deref()),
        )
    }

    pub(super) fn traced(&self) -> Told<'_> {
        Told::Object(
            Fields::default()
                .any("request_payload", self.request_payload.as_ref())
                .any("response_payload", self.response_payload.as_ref()),
        )
    }
}

impl fmt::Debug for SyncAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncAttempt")
            .field("status", &self.status)
            .field("http_status_code", &self.http_status_code)
            .finish_non_exhaustive()
    }
}
