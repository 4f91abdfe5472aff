//! `workflow`: one run of a workflow, from its input to its final response.

use std::fmt;

use super::super::{Ending, Record};

/// How a workflow's run ended.
///
/// # Default
/// A record without one is [`Status::Failed`] where it holds an error that nobody handled, else
/// [`Status::Success`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It did what it was for.
    Success,
    /// It did not.
    Failed,
    /// It did some of it.
    Partial,
    /// A person took over.
    Escalated,
    /// Its time was over.
    Timeout,
    /// Somebody stopped it.
    Cancelled,
    /// It panicked, or its process ended.
    Crashed,
}

impl Status {
    /// The name on the wire, such as `SUCCESS`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Partial => "PARTIAL",
            Self::Escalated => "ESCALATED",
            Self::Timeout => "TIMEOUT",
            Self::Cancelled => "CANCELLED",
            Self::Crashed => "CRASHED",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Status> for Ending {
    fn from(status: Status) -> Self {
        Self::new(status.as_str(), status == Status::Success)
    }
}

impl Record {
    /// The record of one run of a workflow on a ticket, or on any other unit of work.
    ///
    /// ```
    /// use std::time::Duration;
    /// use epilogue::{Record, Status};
    ///
    /// let record = Record::workflow("12345")
    ///     .status(Status::Escalated)
    ///     .took(Duration::from_millis(1_500))
    ///     .metric("overall_confidence", 0.41);
    /// # drop(record);
    /// ```
    pub fn workflow(ticket_id: impl Into<String>) -> Self {
        let mut record = Self::new("workflow");
        record.ticket_id = Some(ticket_id.into());
        record
    }

    /// How the run ended.
    ///
    /// # Default
    /// See [`Status`].
    pub fn status(mut self, status: Status) -> Self {
        self.ending = Some(status.into());
        self
    }
}
