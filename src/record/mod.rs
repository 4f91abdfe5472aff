//! What one run left behind: the record, and how it becomes the bytes that are sent.

mod cost;
mod cuts;
mod fields;
mod head;
mod into_record;
mod kinds;
mod limit;
mod metrics;
mod open;
mod outcome;
mod payload;
mod reasons;
mod seal;
mod shorten;
mod step;
mod told;
mod trace;
mod unsealed;
mod value;
mod written;

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use uuid::Uuid;

pub use self::cost::Amount;
pub use self::fields::Fields;
pub use self::into_record::IntoRecord;
pub use self::kinds::{
    Action, ActionStatus, Activity, AttemptStatus, Audit, AuditStatus, Event, EventCategory,
    EventType, ExternalId, Fact, KindError, NlpParsing, ParsedEntity, ParsingStatus, Status,
    SyncAttempt, SyncDirection, SyncStatus, TaskSync, WebhookEvent, WebhookStatus,
};
pub use self::metrics::MetricValue;
pub use self::outcome::Outcome;
pub use self::payload::{Degraded, Payload};
pub use self::step::{
    AnyStep, LlmCall, Node, ReactIteration, Retrieval, Step, StepStatus, ToolCall,
};
pub use self::trace::Error;

pub(crate) use self::cost::Cost;
pub(crate) use self::seal::Walk;
pub(crate) use self::step::{Common, StepType};
pub(crate) use self::trace::MAX_STEPS;
pub(crate) use self::unsealed::{Producer, Unsealed};
pub(crate) use self::value::Value;

use self::kinds::Kind;
use self::metrics::Metrics;
use self::trace::{FinalResponse, Trace};

/// What one finished run left behind: a small envelope of facts and numbers, and a trace of what
/// happened.
///
/// Values of the host's are moved in; they are serialized and masked when the record is sealed,
/// on the shipper's own thread. There is no `build` to forget: hand the record to
/// [`Client::ship`](crate::Client::ship), or seal it yourself to see what would be sent. Its
/// `Debug` tells its id and its kind and no content.
///
/// ```
/// use epilogue::{Level, Record, Status, mask::Policy};
///
/// let record = Record::workflow("12345")
///     .status(Status::Success)
///     .metric("overall_confidence", 0.82)
///     .state(serde_json::json!({"customer": {"name": "Maria Lindqvist"}, "note": "maria called"}));
/// let json = record.seal(&Policy::default(), Level::FullTrace).render();
/// assert!(json.contains(r#""note":"[NAME] called""#));
/// ```
#[must_use = "a record is sent by `Client::ship`"]
pub struct Record {
    id: Uuid,
    kind: &'static str,
    client_id: Option<String>,
    environment: Option<String>,
    workflow_name: Option<String>,
    workflow_version: Option<String>,
    ticket_id: Option<String>,
    attempt: Option<u32>,
    created_at: SystemTime,
    started_at: Option<SystemTime>,
    took: Option<Duration>,
    ending: Option<Ending>,
    status_reason: Option<String>,
    category: Option<String>,
    tags: Vec<String>,
    currency: Option<Cow<'static, str>>,
    metrics: Metrics,
    identities: Vec<String>,
    /// What a kind other than `workflow` has of its own.
    own: Option<Box<dyn Kind>>,
    trace: Trace,
}

/// A status as each kind of record has its own, and whether it means success.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// An `activity` has none.
    pub(crate) status: Option<&'static str>,
    pub(crate) is_success: bool,
}

impl Ending {
    fn new(status: &'static str, is_success: bool) -> Self {
        Self { status: Some(status), is_success }
    }
}

impl Record {
    fn new(kind: &'static str) -> Self {
        Self {
            id: Uuid::now_v7(),
            kind,
            client_id: None,
            environment: None,
            workflow_name: None,
            workflow_version: None,
            ticket_id: None,
            attempt: None,
            created_at: SystemTime::now(),
            started_at: None,
            took: None,
            ending: None,
            status_reason: None,
            category: None,
            tags: Vec::new(),
            currency: None,
            metrics: Metrics::default(),
            identities: Vec::new(),
            own: None,
            trace: Trace::default(),
        }
    }

    /// The id that makes the record one, however often it is sent: a `UUIDv7` (RFC 9562).
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Who produced it.
    ///
    /// # Default
    /// The client's `CLIENT_ID`; `unknown` where a record is sealed without a client.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// `production`, `staging`, …
    ///
    /// # Default
    /// The client's.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// Which workflow ran.
    ///
    /// # Default
    /// The client's.
    pub fn workflow_name(mut self, name: impl Into<String>) -> Self {
        self.workflow_name = Some(name.into());
        self
    }

    /// In which version.
    ///
    /// # Default
    /// The client's.
    pub fn workflow_version(mut self, version: impl Into<String>) -> Self {
        self.workflow_version = Some(version.into());
        self
    }

    /// Which run of the ticket it was: 1 for the first.
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = Some(attempt);
        self
    }

    /// When the run started.
    ///
    /// # Default
    /// As long before the record was made as the run [`took`](Self::took).
    pub fn started_at(mut self, time: SystemTime) -> Self {
        self.started_at = Some(time);
        self
    }

    /// How long the run took.
    pub fn took(mut self, duration: Duration) -> Self {
        self.took = Some(duration);
        self
    }

    /// Why it ended as it did: one line, masked, at most 1,024 bytes.
    pub fn status_reason(mut self, reason: impl Into<String>) -> Self {
        self.status_reason = Some(reason.into());
        self
    }

    /// What the run was about, such as `PRODUCT_SUPPORT`.
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// A label, masked; at most 64.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// The ISO 4217 code of `metrics.cost`, such as `EUR`.
    ///
    /// # Default
    /// The currency of the calls of models, where they have one in common.
    pub fn currency(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.currency = Some(code.into());
        self
    }

    /// A number by its name; at most 64. A second one of the same name replaces the first, and
    /// one that the steps tell as well (`llm_calls`, `cost`, …) wins over theirs. What is not
    /// finite is left out and counted in `truncation`.
    pub fn metric(mut self, name: impl Into<Cow<'static, str>>, value: impl MetricValue) -> Self {
        self.metrics.set(name.into(), value.into_metric());
        self
    }

    /// A name or address that is masked wherever the record tells it, beside those that the
    /// record's own fields tell.
    pub fn identity(mut self, text: impl Into<String>) -> Self {
        self.identities.push(text.into());
        self
    }

    /// What the run was given.
    pub fn input(mut self, input: impl Serialize + Send + 'static) -> Self {
        self.trace.input = Some(Value::new(input));
        self
    }

    /// What the run did next. A record keeps 10,000 steps; more are counted in `truncation`.
    pub fn step(mut self, step: impl Into<AnyStep>) -> Self {
        self.trace.steps.push(step.into());
        self
    }

    /// What went wrong.
    pub fn error(mut self, error: impl Into<Error>) -> Self {
        self.trace.errors.push(error.into());
        self
    }

    /// What the run answered in the end.
    pub fn final_response(mut self, content: impl Into<String>) -> Self {
        let confidence = self.trace.final_response.take().and_then(|r| r.confidence);
        self.trace.final_response = Some(FinalResponse { content: content.into(), confidence });
        self
    }

    /// How sure the run is of its answer, usually from 0 to 1.
    pub fn final_confidence(mut self, confidence: f64) -> Self {
        let response = self
            .trace
            .final_response
            .get_or_insert_with(|| FinalResponse { content: String::new(), confidence: None });
        response.confidence = Some(confidence);
        self
    }

    /// The host's own final state: any value, moved, serialized when the record is sealed.
    pub fn state(mut self, state: impl Serialize + Send + 'static) -> Self {
        self.trace.state = Some(Value::new(state));
        self
    }

    fn ending(&self) -> Ending {
        if let Some(own) = &self.own {
            return own.ending();
        }
        let has_failed = self.trace.errors.iter().any(|error| !error.is_handled());
        let default = if has_failed { Status::Failed } else { Status::Success };
        self.ending.unwrap_or_else(|| default.into())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
