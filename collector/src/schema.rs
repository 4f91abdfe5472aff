//! What the contract with producers fixes, for the description of the interface.

use std::collections::HashMap;

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use uuid::Uuid;

use crate::store::{Kind, Outcome};

/// The kinds.
pub(crate) fn kind() -> Object {
    one_of(Kind::ALL.map(Kind::as_str))
}

/// The outcomes.
pub(crate) fn outcome() -> Object {
    one_of([Outcome::Ok, Outcome::Failed, Outcome::Open].map(Outcome::as_str))
}

/// The levels.
pub(crate) fn level() -> Object {
    one_of(["METRICS_ONLY", "FULL_TRACE"])
}

/// A type that describes a parameter which is one of a few texts. A function (`schema_with`) would
/// lose what the parameter's own comment says, and that it has to be given.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident, $schema:expr) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::Schema::from($schema).into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use choice;

choice! {
    /// A kind's name.
    KindName, kind()
}

choice! {
    /// An outcome's name.
    OutcomeName, outcome()
}

/// One of a few texts.
pub(crate) fn one_of<const N: usize>(texts: [&str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(texts)).build()
}

/// One finished run, or something else that happened, as `epilogue::wire` has it. Fields that are
/// not named here are kept.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes what is passed on as it stands")]
#[expect(clippy::struct_field_names, reason = "the contract has these names")]
pub(crate) struct Record {
    /// 1.
    #[schema(minimum = 1, maximum = 1)]
    schema_version: u32,
    /// A `UUIDv7`; the idempotency key.
    record_id: Uuid,
    #[schema(schema_with = kind)]
    kind: String,
    /// Who produced it: the client of the key.
    #[schema(max_length = 256)]
    client_id: String,
    #[schema(max_length = 256, nullable = false)]
    environment: Option<String>,
    #[schema(max_length = 256, nullable = false)]
    workflow_name: Option<String>,
    #[schema(max_length = 256, nullable = false)]
    workflow_version: Option<String>,
    /// The ticket, or another unit of work.
    #[schema(max_length = 256, nullable = false)]
    ticket_id: Option<String>,
    /// 1 for the first run of the ticket.
    #[schema(nullable = false)]
    attempt: Option<i64>,
    /// When it began.
    #[schema(format = DateTime)]
    executed_at: String,
    /// How long it took.
    #[schema(nullable = false)]
    execution_time_seconds: Option<f64>,
    /// One of the kind's own; an activity has none.
    #[schema(nullable = false)]
    status: Option<String>,
    /// One line, masked.
    #[schema(nullable = false)]
    status_reason: Option<String>,
    #[schema(max_length = 256, nullable = false)]
    category: Option<String>,
    #[schema(max_items = 64, nullable = false)]
    tags: Option<Vec<String>>,
    /// ISO 4217, of `metrics.cost`.
    #[schema(max_length = 256, nullable = false)]
    currency: Option<String>,
    /// 64 at most.
    #[schema(nullable = false)]
    metrics: Option<HashMap<String, f64>>,
    #[schema(schema_with = level)]
    level: String,
    /// Why the trace is not here.
    #[schema(nullable = false)]
    degraded: Option<String>,
    #[schema(value_type = Option<Object>, nullable = false)]
    masking: Option<Value>,
    #[schema(value_type = Option<Object>, nullable = false)]
    truncation: Option<Value>,
    #[schema(value_type = Option<Object>, nullable = false)]
    sdk: Option<Value>,
    /// Of an action.
    #[schema(value_type = Option<Object>, nullable = false)]
    action: Option<Value>,
    /// Of an audit.
    #[schema(value_type = Option<Object>, nullable = false)]
    audit: Option<Value>,
    /// Of an activity.
    #[schema(value_type = Option<Object>, nullable = false)]
    activity: Option<Value>,
    /// Of a synchronisation of tasks.
    #[schema(value_type = Option<Object>, nullable = false)]
    task_sync: Option<Value>,
    /// Of a webhook's event.
    #[schema(value_type = Option<Object>, nullable = false)]
    webhook_event: Option<Value>,
    /// Of a text that was parsed.
    #[schema(value_type = Option<Object>, nullable = false)]
    nlp_parsing: Option<Value>,
    /// Only at `FULL_TRACE`.
    #[schema(value_type = Option<Object>, nullable = false)]
    trace: Option<Value>,
}

/// One record, or an array of them.
#[derive(Debug, ToSchema)]
#[schema(as = Submission)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes what is read as it stands")]
pub(crate) enum Submission {
    One(Box<Record>),
    Several(Vec<Record>),
}

/// What became of the records of a request.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes an answer of the contract with producers")]
pub(crate) struct Answer {
    /// Stored by this request.
    accepted: u64,
    /// Stored before.
    duplicates: u64,
    /// Will never be stored.
    rejected: Vec<Rejection>,
}

/// A record that is refused.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes an answer of the contract with producers")]
pub(crate) struct Rejection {
    /// Its place in the request, from 0.
    index: usize,
    /// Its id, where it could be read.
    #[schema(nullable = false)]
    record_id: Option<String>,
    /// Why, for the developer.
    error: String,
}
