//! The contract between producers and collectors: names, limits, the record and the answer as
//! they travel. What is absent is left out, never `null`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The version of the record's layout that this crate writes.
pub const SCHEMA_VERSION: u32 = 1;
/// Where a collector of ours takes records; the path of a usual `LOG_COLLECTOR_URL`.
pub const LOGS_PATH: &str = "/v1/logs";

/// The header with the client's key.
pub const API_KEY_HEADER: &str = "x-api-key";
/// The header with the `record_id`, when the body is one record.
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
/// The media type of one record.
pub const JSON: &str = "application/json";
/// The media type of several records, one a line.
pub const NDJSON: &str = "application/x-ndjson";

/// The longest identifier or name, in bytes.
pub const MAX_IDENTIFIER_BYTES: usize = 256;
/// The most tags of a record.
pub const MAX_TAGS: usize = 64;
/// The most metrics of a record.
pub const MAX_METRICS: usize = 64;
/// The largest record that a collector takes by default, in bytes.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
/// The largest request that a collector takes by default, in bytes after decompression.
pub const MAX_REQUEST_BYTES: usize = 8 << 20;
/// The most records that a collector takes by default in one request.
pub const MAX_REQUEST_RECORDS: usize = 10_000;

/// A record as it is received.
///
/// Fields that this version does not know are kept in [`Envelope::other`], and so are those of the
/// kinds other than `workflow`: [`Envelope::own`] gives them.
///
/// ```
/// use epilogue::wire::Envelope;
///
/// let envelope: Envelope = serde_json::from_str(r#"{
///     "schema_version": 1, "record_id": "019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11",
///     "kind": "workflow", "client_id": "demo", "executed_at": "2026-01-31T12:00:00.000Z",
///     "status": "SUCCESS", "level": "METRICS_ONLY"
/// }"#)?;
/// assert_eq!(envelope.status.as_deref(), Some("SUCCESS"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Envelope {
    /// The version of the layout: 1.
    pub schema_version: u32,
    /// `UUIDv7`; the same in every retry.
    pub record_id: Uuid,
    /// What the record is about: `workflow`, `action`, …
    pub kind: String,
    /// Who produced it.
    pub client_id: String,
    /// `production`, `staging`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Which workflow ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_name: Option<String>,
    /// In which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_version: Option<String>,
    /// The ticket, or other unit of work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<String>,
    /// 1 for the first run of the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u64>,
    /// When the run started: RFC 3339, UTC, milliseconds.
    pub executed_at: String,
    /// How long it took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_time_seconds: Option<f64>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why, in one masked line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// `PRODUCT_SUPPORT`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Masked labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// ISO 4217 code of `metrics.cost`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Numbers by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    /// What this record holds: `METRICS_ONLY` or `FULL_TRACE`.
    pub level: String,
    /// Why a configured trace is missing: `pressure`, `too_large`, `shutdown`, `unserializable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
    /// What was masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masking: Option<Masking>,
    /// What was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncation: Option<Truncation>,
    /// Who wrote the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdk: Option<Sdk>,
    /// What happened: input, steps, errors, final response and the host's state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Value>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Envelope {
    /// What a record of another kind than `workflow` tells beside the envelope, at every level: the
    /// field named after its kind.
    ///
    /// ```
    /// use epilogue::wire::Envelope;
    ///
    /// let envelope: Envelope = serde_json::from_str(r#"{
    ///     "schema_version": 1, "record_id": "019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11",
    ///     "kind": "action", "client_id": "demo", "executed_at": "2026-01-31T12:00:00.000Z",
    ///     "status": "success", "action": {"action_type": "email_send", "provider_name": "sendgrid"},
    ///     "level": "METRICS_ONLY"
    /// }"#)?;
    /// assert_eq!(envelope.own().unwrap()["provider_name"], "sendgrid");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn own(&self) -> Option<&Map<String, Value>> {
        self.other.get(&self.kind)?.as_object()
    }
}

/// The masking that a record went through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Masking {
    /// Name and version of the policy, such as `default/1`.
    pub policy: String,
    /// Which key the hashes were made with; `ephemeral` for a key of the process's own.
    pub key_id: String,
    /// How many values were masked, by type.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
}

/// What was cut from a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Truncation {
    /// Steps that were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped_steps: u64,
    /// Metrics that were left out: not a number, or too many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped_metrics: u64,
    /// Values that were shortened or left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<TruncatedField>,
}

/// One value that was cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TruncatedField {
    /// Where it stands, such as `trace.steps[3].output`.
    pub path: String,
    /// How many bytes it had; left out where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_bytes: Option<u64>,
}

/// The SDK that wrote a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sdk {
    /// Its name: `epilogue`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// A random id of the producing process.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instance: String,
    /// Records lost since that process started, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<String, u64>,
}

/// A collector's answer to stored records.
///
/// ```
/// use epilogue::wire::Answer;
///
/// let answer: Answer = serde_json::from_str(r#"{"accepted": 3, "duplicates": 1}"#)?;
/// assert!(answer.rejected.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// Records stored by this request.
    pub accepted: u64,
    /// Records that were stored before.
    #[serde(default)]
    pub duplicates: u64,
    /// Records that will never be stored.
    #[serde(default)]
    pub rejected: Vec<Rejection>,
}

/// One record that a collector refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rejection {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Its id, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Why, for the developer.
    #[serde(default)]
    pub error: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
