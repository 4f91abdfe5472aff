//! How a run ended, as a rule for levels sees it.

use std::time::Duration;

use super::Record;

/// What is known of a run when its record is sealed; a rule decides by it how much is sent.
///
/// ```
/// use epilogue::{Client, Level};
///
/// // Full traces only of what failed or took long.
/// let builder = Client::builder().level_rule(|outcome| {
///     if outcome.is_success() && outcome.took().is_none_or(|took| took.as_secs() < 30) {
///         Level::MetricsOnly
///     } else {
///         Level::FullTrace
///     }
/// });
/// # drop(builder);
/// ```
#[derive(Debug)]
pub struct Outcome<'a> {
    record: &'a Record,
}

impl<'a> Outcome<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        Self { record }
    }

    /// The kind of record, such as `workflow`.
    pub fn kind(&self) -> &str {
        self.record.kind
    }

    /// The status on the wire, such as `SUCCESS`; empty for an `activity`, which has none.
    pub fn status(&self) -> &str {
        self.record.ending().status.unwrap_or_default()
    }

    /// The status means success; an `activity` is one unless its event is an `error`.
    pub fn is_success(&self) -> bool {
        self.record.ending().is_success
    }

    /// What the run was about.
    pub fn category(&self) -> Option<&str> {
        self.record.category.as_deref()
    }

    /// How long it took.
    pub fn took(&self) -> Option<Duration> {
        self.record.took
    }

    /// How many errors it met, the handled ones included.
    pub fn errors(&self) -> usize {
        self.record.trace.errors.len()
    }
}
