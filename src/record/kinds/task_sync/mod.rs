//! `task_sync`: a task that is brought from one system to another.

mod attempt;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

pub use self::attempt::{AttemptStatus, SyncAttempt};

use super::super::told::Fields;
use super::super::value::Value;
use super::super::{Ending, Record};
use super::closed::closed_set;
use super::{Event, Kind, KindError};

closed_set! {
    /// How far a task's synchronization got.
    ///
    /// # Default
    /// That of the last attempt; [`SyncStatus::Pending`] where there is none.
    SyncStatus of "task_sync.status" {
        /// It has not ended.
        Pending = "Pending",
        /// Both systems tell the same.
        Success = "Success",
        /// They do not.
        Failed = "Failed",
        /// They do in part.
        Partial = "Partial",
    }
}

closed_set! {
    /// Which way a task is brought.
    SyncDirection of "task_sync.sync_direction" {
        /// From the outside system to ours.
        Import = "Import",
        /// From our system to the outside one.
        Export = "Export",
        /// Both ways.
        Bidirectional = "Bidirectional",
    }
}

/// What a task's synchronization has of its own.
#[derive(Default)]
pub struct TaskSync {
    external_ticket_id: String,
    source_system: Cow<'static, str>,
    sync_direction: Option<SyncDirection>,
    status: Option<SyncStatus>,
    last_sync_message: Option<String>,
    related_doc: Option<String>,
    attempts: Vec<SyncAttempt>,
    sync_metadata: Option<Value>,
}

impl fmt::Debug for TaskSync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSync")
            .field("sync_direction", &self.sync_direction)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// A task that is brought from or to an outside system (`jira`, …), by its id there.
    ///
    /// ```
    /// use epilogue::Record;
    /// use epilogue::record::{AttemptStatus, SyncAttempt, SyncDirection};
    ///
    /// let record = Record::task_sync("jira", "OPS-17")
    ///     .sync_direction(SyncDirection::Export)
    ///     .attempt_made(SyncAttempt::new(AttemptStatus::Timeout))
    ///     .attempt_made(SyncAttempt::new(AttemptStatus::Success).http_status_code(201))
    ///     .build()?;
    /// assert!(record.outcome().is_success());
    /// # Ok::<(), epilogue::record::KindError>(())
    /// ```
    pub fn task_sync(
        source_system: impl Into<Cow<'static, str>>,
        external_ticket_id: impl Into<String>,
    ) -> Event<TaskSync> {
        let (external_ticket_id, source_system) = (external_ticket_id.into(), source_system.into());
        let kind = TaskSync { external_ticket_id, source_system, ..TaskSync::default() };
        Event::of("task_sync", kind)
    }
}

impl Event<TaskSync> {
    /// How far it got.
    ///
    /// # Default
    /// See [`SyncStatus`].
    pub fn status(mut self, status: SyncStatus) -> Self {
        self.kind.status = Some(status);
        self
    }

    /// Which way the task is brought.
    pub fn sync_direction(mut self, direction: SyncDirection) -> Self {
        self.kind.sync_direction = Some(direction);
        self
    }

    /// What is said of it last: one line, masked, at most 1,024 bytes.
    pub fn last_sync_message(mut self, message: impl Into<String>) -> Self {
        self.kind.last_sync_message = Some(message.into());
        self
    }

    /// The document in our system that belongs to the task, by its id.
    pub fn related_doc(mut self, id: impl Into<String>) -> Self {
        self.kind.related_doc = Some(id.into());
        self
    }

    /// A try that was made, in the order in which they were; at most 64 are told.
    pub fn attempt_made(mut self, attempt: SyncAttempt) -> Self {
        self.kind.attempts.push(attempt);
        self
    }

    /// Anything else about it; in the trace alone.
    pub fn sync_metadata(mut self, metadata: impl Serialize + Send + 'static) -> Self {
        self.kind.sync_metadata = Some(Value::new(metadata));
        self
    }
}

impl Kind for TaskSync {
    fn ending(&self) -> Ending {
        let default = match self.attempts.last().map(SyncAttempt::status) {
            None => SyncStatus::Pending,
            Some(AttemptStatus::Success) => SyncStatus::Success,
            Some(AttemptStatus::Failed | AttemptStatus::Timeout) => SyncStatus::Failed,
        };
        let status = self.status.unwrap_or(default);
        Ending::new(status.as_str(), status == SyncStatus::Success)
    }

    fn fields(&self, _: Option<Duration>) -> Fields<'_> {
        Fields::default()
            .identifier("external_ticket_id", Some(&self.external_ticket_id))
            .constant("source_system", Some(&self.source_system))
            .ours("sync_direction", self.sync_direction.map(SyncDirection::as_str))
            .line("last_sync_message", self.last_sync_message.as_deref())
            .identifier("related_doc", self.related_doc.as_deref())
            .list("attempts", self.attempts.iter().map(SyncAttempt::told).collect())
    }

    fn traced(&self) -> Fields<'_> {
        let fields = Fields::default();
        // One for each that was made, so that its place tells to which a payload belongs.
        let fields = if self.attempts.iter().any(SyncAttempt::has_payload) {
            fields.list("attempts", self.attempts.iter().map(SyncAttempt::traced).collect())
        } else {
            fields
        };
        fields.any("sync_metadata", self.sync_metadata.as_ref())
    }

    fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("task_sync.source_system", &self.source_system)?;
        KindError::unless_given("task_sync.external_ticket_id", &self.external_ticket_id)?;
        let direction = self.sync_direction.map_or("", SyncDirection::as_str);
        KindError::unless_given("task_sync.sync_direction", direction)
    }
}
