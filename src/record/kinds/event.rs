//! A record of any kind but `workflow`, typed: each kind has the fields that it can have and no
//! others.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::super::into_record::IntoRecord;
use super::super::{MetricValue, Record};
use super::{Action, Activity, Audit, Kind, KindError, NlpParsing, TaskSync, WebhookEvent};

/// What happened besides the runs of workflows, as a record of the kind `K`.
///
/// The setters of the envelope are the same for all kinds; each kind adds its own. An event is
/// shipped as it is, half-filled or not; [`build`](Event::build) tells whether it is complete. Its
/// `Debug` tells its id and its kind and no content.
///
/// ```
/// use std::time::Duration;
/// use epilogue::{Client, Record};
///
/// let logs = Client::from_env();
/// logs.ship(
///     Record::action("crm_create", "hubspot")
///         .ticket_id("12345")
///         .took(Duration::from_millis(412))
///         .failed("the contact maria@example.com exists"),
/// );
/// ```
#[must_use = "an event is sent by `Client::ship`"]
pub struct Event<K> {
    record: Record,
    pub(super) kind: K,
}

impl<K> Event<K> {
    pub(super) fn of(name: &'static str, kind: K) -> Self {
        Self { record: Record::new(name), kind }
    }

    fn map(self, change: impl FnOnce(Record) -> Record) -> Self {
        Self { record: change(self.record), ..self }
    }

    /// The id that makes the record one, however often it is sent: a `UUIDv7` (RFC 9562).
    pub fn id(&self) -> Uuid {
        self.record.id()
    }

    /// Who produced it.
    ///
    /// # Default
    /// The client's `CLIENT_ID`; `unknown` where a record is sealed without a client.
    pub fn client_id(self, id: impl Into<String>) -> Self {
        self.map(|record| record.client_id(id))
    }

    /// `production`, `staging`, …
    ///
    /// # Default
    /// The client's.
    pub fn environment(self, environment: impl Into<String>) -> Self {
        self.map(|record| record.environment(environment))
    }

    /// The workflow that it belongs to.
    ///
    /// # Default
    /// The client's.
    pub fn workflow_name(self, name: impl Into<String>) -> Self {
        self.map(|record| record.workflow_name(name))
    }

    /// In which version.
    ///
    /// # Default
    /// The client's.
    pub fn workflow_version(self, version: impl Into<String>) -> Self {
        self.map(|record| record.workflow_version(version))
    }

    /// The ticket, or other unit of work, that it belongs to.
    ///
    /// # Default
    /// None.
    pub fn ticket_id(mut self, id: impl Into<String>) -> Self {
        self.record.ticket_id = Some(id.into());
        self
    }

    /// Which try it was: 1 for the first.
    pub fn attempt(self, attempt: u32) -> Self {
        self.map(|record| record.attempt(attempt))
    }

    /// When it began.
    ///
    /// # Default
    /// As long before the record was made as it [`took`](Self::took).
    pub fn started_at(self, time: SystemTime) -> Self {
        self.map(|record| record.started_at(time))
    }

    /// How long it took.
    pub fn took(self, duration: Duration) -> Self {
        self.map(|record| record.took(duration))
    }

    /// Why it ended as it did: one line, masked, at most 1,024 bytes.
    pub fn status_reason(self, reason: impl Into<String>) -> Self {
        self.map(|record| record.status_reason(reason))
    }

    /// What it was about, such as `BILLING`.
    pub fn category(self, category: impl Into<String>) -> Self {
        self.map(|record| record.category(category))
    }

    /// A label, masked; at most 64.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.map(|record| record.tag(tag))
    }

    /// The ISO 4217 code of `metrics.cost`, such as `EUR`.
    pub fn currency(self, code: impl Into<Cow<'static, str>>) -> Self {
        self.map(|record| record.currency(code))
    }

    /// A number by its name; at most 64. A second one of the same name replaces the first.
    pub fn metric(self, name: impl Into<Cow<'static, str>>, value: impl MetricValue) -> Self {
        self.map(|record| record.metric(name, value))
    }

    /// A name or address that is masked wherever the record tells it, beside those that the
    /// record's own fields tell.
    pub fn identity(self, text: impl Into<String>) -> Self {
        self.map(|record| record.identity(text))
    }

    fn finish(self) -> Record
    where
        K: Kind + 'static,
    {
        let Self { mut record, kind } = self;
        record.own = Some(Box::new(kind));
        record
    }
}

impl<K> fmt::Debug for Event<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.record.id)
            .field("kind", &self.record.kind)
            .finish_non_exhaustive()
    }
}

/// What every kind of event has that depends on its fields.
macro_rules! events {
    ($($kind:ident),+) => {$(
        impl Event<$kind> {
            /// The finished record, for those who want to know whether it is complete.
            ///
            /// # Errors
            /// [`KindError`], which names the field that is missing or wrong. Shipped all the
            /// same, the event is a record of what there is.
            pub fn build(self) -> Result<Record, KindError> {
                self.kind.check()?;
                Ok(self.finish())
            }
        }

        impl IntoRecord for Event<$kind> {
            fn into_record(self) -> Record {
                self.finish()
            }
        }
    )+};
}

events!(Action, Audit, Activity, TaskSync, WebhookEvent, NlpParsing);
