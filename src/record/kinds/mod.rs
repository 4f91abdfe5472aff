//! The kinds of record, one file each.

mod action;
mod activity;
mod audit;
mod closed;
mod error;
mod event;
mod nlp_parsing;
mod task_sync;
mod webhook_event;
mod workflow;

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

pub use self::action::{Action, ActionStatus};
pub use self::activity::{Activity, EventCategory, EventType, Fact};
pub use self::audit::{Audit, AuditStatus};
pub use self::error::KindError;
pub use self::event::Event;
pub use self::nlp_parsing::{NlpParsing, ParsedEntity, ParsingStatus};
pub use self::task_sync::{AttemptStatus, SyncAttempt, SyncDirection, SyncStatus, TaskSync};
pub use self::webhook_event::{ExternalId, WebhookEvent, WebhookStatus};
pub use self::workflow::Status;

use super::Ending;
use super::told::Fields;

/// What a kind of record other than `workflow` has of its own.
pub(super) trait Kind: fmt::Debug + Send + Sync {
    /// How it ended.
    fn ending(&self) -> Ending;

    /// What is sent at every level, under a field named after the kind; `took` is how long it took.
    fn fields(&self, took: Option<Duration>) -> Fields<'_>;

    /// What only the trace holds.
    fn traced(&self) -> Fields<'_> {
        Fields::default()
    }

    /// Works out what costs time, on the shipper's thread. It may run code of the host's.
    fn prepare(&mut self) {}

    /// Whether everything is there and can be.
    ///
    /// # Errors
    /// [`KindError`] for the first field that is missing or wrong.
    fn check(&self) -> Result<(), KindError>;
}

/// Whether a record that was written before tells of a success; `own` is the field named after its
/// kind.
pub(super) fn is_success(status: Option<&str>, own: Option<&str>) -> bool {
    #[derive(Deserialize)]
    struct Activity<'a> {
        #[serde(borrow)]
        event_type: Option<std::borrow::Cow<'a, str>>,
    }
    if let Some(status) = status {
        return matches!(status, "SUCCESS" | "success" | "Success" | "Completed");
    }
    let activity = own.and_then(|own| serde_json::from_str::<Activity<'_>>(own).ok());
    let event_type = activity.and_then(|activity| activity.event_type);
    event_type.as_deref() != Some(activity::ERROR)
}

/// Whole milliseconds: the exact time stands in `execution_time_seconds`.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros().saturating_add(500) / 1_000).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_read_by_status_and_where_there_is_none_by_the_event() {
        for success in ["SUCCESS", "success", "Success", "Completed"] {
            assert!(is_success(Some(success), None));
        }
        assert!(!is_success(Some("FAILED"), None) && !is_success(Some("Pending"), None));
        assert!(is_success(None, Some(r#"{"event_type":"read"}"#)) && is_success(None, None));
        assert!(!is_success(None, Some(r#"{"entity_id":"1","event_type":"error"}"#)));
    }

    #[test]
    fn milliseconds_are_rounded() {
        assert_eq!(milliseconds(Duration::from_micros(1_499)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1_500)), 2);
        assert_eq!(milliseconds(Duration::MAX), u64::MAX);
    }
}
