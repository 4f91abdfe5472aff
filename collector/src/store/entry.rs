//! One record as it is stored: a narrow row for lists and statistics, and the whole of it.

use std::fmt;

use uuid::Uuid;

use super::detail::Detail;
use super::fingerprint::Fingerprint;
use super::lost::Lost;
use crate::auth::ClientId;
use crate::time;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A run of a workflow.
    Workflow,
    /// A call of an outside provider.
    Action,
    /// A change to the system.
    Audit,
    /// Something that happened to an entity.
    Activity,
    /// A synchronisation of tasks.
    TaskSync,
    /// A webhook's event.
    WebhookEvent,
    /// A text that was parsed.
    NlpParsing,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Workflow,
        Self::Action,
        Self::Audit,
        Self::Activity,
        Self::TaskSync,
        Self::WebhookEvent,
        Self::NlpParsing,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Action => "action",
            Self::Audit => "audit",
            Self::Activity => "activity",
            Self::TaskSync => "task_sync",
            Self::WebhookEvent => "webhook_event",
            Self::NlpParsing => "nlp_parsing",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What became of it, whatever the kind calls that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did what it was for.
    Ok,
    /// It could not.
    Failed,
    /// Neither: it is not finished, was done in part, was stopped, or lies with a person.
    Open,
}

impl Outcome {
    /// The name in the store and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Open => "open",
        }
    }

    /// The outcome of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Ok, Self::Failed, Self::Open].into_iter().find(|outcome| outcome.as_str() == name)
    }
}

/// What lists and statistics need of a record. Its client is whoever stores it.
///
/// A row is small, whatever the record is: names hold 256 bytes at most, and in place of control
/// characters U+FFFD. The payload has them as they came.
#[derive(Clone, PartialEq)]
pub struct Row {
    /// The idempotency key.
    pub record_id: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// When it happened, in milliseconds since 1970.
    pub executed_at: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// The kind's own word for that.
    pub status: Option<String>,
    /// Why, in one masked line; no more than its first 1,024 bytes, the payload has the rest.
    pub status_reason: Option<String>,
    /// What it was about.
    pub category: Option<String>,
    /// `production`, `staging`, …
    pub environment: Option<String>,
    /// Which workflow ran.
    pub workflow_name: Option<String>,
    /// In which version.
    pub workflow_version: Option<String>,
    /// The ticket.
    pub ticket_id: Option<String>,
    /// 1 for the first run of the ticket.
    pub attempt: Option<i64>,
    /// How long it took.
    pub execution_time_seconds: Option<f64>,
    /// How sure it was, from 0 to 1.
    pub confidence: Option<f64>,
    /// Tokens that models read.
    pub input_tokens: Option<i64>,
    /// Tokens that models wrote.
    pub output_tokens: Option<i64>,
    /// What it cost.
    pub cost: Option<f64>,
    /// In which currency.
    pub currency: Option<String>,
    /// How many errors it met.
    pub error_count: Option<i64>,
    /// Which provider was called, or which system an event came from.
    pub provider_name: Option<String>,
    /// What was done.
    pub action_type: Option<String>,
    /// What happened.
    pub event_type: Option<String>,
    /// To which group that belongs.
    pub event_category: Option<String>,
    /// What kind of thing was changed.
    pub resource_type: Option<String>,
    /// Which one.
    pub resource_id: Option<String>,
    /// What kind of thing it happened to.
    pub entity_type: Option<String>,
    /// Which one.
    pub entity_id: Option<String>,
    /// Who did it.
    pub user_id: Option<String>,
    /// What the record holds.
    pub level: String,
    /// Numbers by name, as JSON; at most 64, written anew.
    pub metrics: Option<String>,
}

impl Row {
    /// A row with what every record has.
    pub fn new(record_id: Uuid, kind: Kind, executed_at: i64, outcome: Outcome) -> Self {
        Self {
            record_id,
            kind,
            executed_at,
            outcome,
            status: None,
            status_reason: None,
            category: None,
            environment: None,
            workflow_name: None,
            workflow_version: None,
            ticket_id: None,
            attempt: None,
            execution_time_seconds: None,
            confidence: None,
            input_tokens: None,
            output_tokens: None,
            cost: None,
            currency: None,
            error_count: None,
            provider_name: None,
            action_type: None,
            event_type: None,
            event_category: None,
            resource_type: None,
            resource_id: None,
            entity_type: None,
            entity_id: None,
            user_id: None,
            level: String::new(),
            metrics: None,
        }
    }

    /// When the record was made, as its id tells; 0 where the id is no `UUIDv7`.
    pub fn recorded_at(&self) -> i64 {
        time::of_uuid_v7(self.record_id).unwrap_or_default()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("record_id", &self.record_id)
            .field("kind", &self.kind)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// One record as it is stored.
#[derive(Clone)]
pub struct Entry {
    /// What lists and statistics need of it.
    pub row: Row,
    /// All of it, masked: one JSON object. Empty where the whole of a record is gone already, as it
    /// may be in a store that it is copied from.
    pub payload: String,
    /// What its producer has lost so far, where it tells that.
    pub lost: Option<Lost>,
    /// The errors that it tells of.
    pub errors: Vec<Fingerprint>,
    /// What its kind has beside the row, where it is one of those that have.
    pub detail: Option<Detail>,
}

impl Entry {
    /// A record, of a producer that tells of no losses, without errors and details.
    pub fn new(row: Row, payload: String) -> Self {
        Self { row, payload, lost: None, errors: Vec::new(), detail: None }
    }
}

/// A record on its way into the tables, with its number there.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) seq: i64,
    pub(super) client: ClientId,
    pub(super) entry: Entry,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("record_id", &self.row.record_id)
            .field("bytes", &self.payload.len())
            .field("lost", &self.lost)
            .field("errors", &self.errors.len())
            .field("detail", &self.detail)
            .finish()
    }
}
