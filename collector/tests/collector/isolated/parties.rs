//! Two clients that have records of every kind, alike in half of what they hold.

use std::time::SystemTime;

use epilogue_collector::store::Kind;
use epilogue_collector::{KeyScope, rfc3339};
use serde_json::{Value, json};

use crate::server::{Server, id, record_with};

/// The clients. Whatever one of them has alone begins with its name.
pub(super) const NAMES: [&str; 2] = ["only-a", "only-b"];
/// How that begins which both have.
const BOTH: &str = "both";

/// The fields of every record that hold any text and are parameters as well, and those of some kinds.
const OF_ALL: [&str; 5] =
    ["category", "environment", "workflow_name", "workflow_version", "ticket_id"];
const OF_KINDS: [&str; 9] = [
    "provider_name",
    "action_type",
    "event_type",
    "event_category",
    "resource_type",
    "resource_id",
    "entity_type",
    "entity_id",
    "user_id",
];
/// The part of a record that holds the words.
const WORDS: &str = "words";

/// The event of an activity that failed.
pub(super) const ERROR: &str = "error";

/// The types of the entities that some kinds have without naming them.
pub(super) const ENTITIES: [&str; 3] = ["external_ticket", "webhook_event", "document"];

/// The statuses of workflows: what both clients have, then what one has alone, which has failed.
pub(super) const STATUSES: [&str; 3] = ["SUCCESS", "TIMEOUT", "CRASHED"];

/// What the records have in this field: what both clients have, then what one has alone; `None`
/// where it does not hold any text.
pub(super) fn texts(field: &str) -> Option<[String; 3]> {
    let is_text = OF_ALL.contains(&field) || OF_KINDS.contains(&field);
    is_text.then(|| each(field))
}

/// The words that can be looked for, in the same order.
pub(super) fn words() -> [String; 3] {
    each(WORDS)
}

fn each(field: &str) -> [String; 3] {
    let [a, b] = NAMES;
    [BOTH, a, b].map(|whose| text(whose, field))
}

fn text(whose: &str, field: &str) -> String {
    format!("{whose}-{field}")
}

/// One client: its keys, and what it has stored.
pub(super) struct Party {
    pub(super) name: &'static str,
    pub(super) ingest: String,
    pub(super) read: String,
    pub(super) sent: Vec<Value>,
}

impl Party {
    /// A client that stores two records of every kind, one with values that both clients have and one
    /// with values that it has alone, and an activity that failed. The first of all has an id that both have.
    pub(super) async fn new(server: &Server, name: &'static str, shared_id: &str) -> Self {
        let ingest = server.key(name, KeyScope::Ingest).await;
        let read = server.key(name, KeyScope::Read).await;
        let mut sent = Vec::new();
        for whose in [BOTH, name] {
            sent.extend(Kind::ALL.map(|kind| filled(name, whose, kind)));
        }
        sent.push(error(name));
        for (record, ago) in sent.iter_mut().zip(1..) {
            record["executed_at"] = rfc3339(now() - 1_000 * ago).into();
        }
        sent[0]["record_id"] = shared_id.into();
        let (status, answer) = server.post(&ingest, json!(sent).to_string()).await;
        assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(sent.len())), "{answer}");
        Self { name, ingest, read, sent }
    }

    /// The ids of its records but the first.
    pub(super) fn own_ids(&self) -> impl Iterator<Item = String> {
        self.sent[1..].iter().map(id)
    }

    /// Every text in its records that no other client has.
    pub(super) fn canaries(&self) -> Vec<String> {
        fn collect(value: &Value, name: &str, found: &mut Vec<String>) {
            match value {
                Value::String(text) if text.starts_with(name) => found.push(text.clone()),
                Value::Array(values) => values.iter().for_each(|it| collect(it, name, found)),
                Value::Object(fields) => {
                    found.extend(fields.keys().filter(|own| own.starts_with(name)).cloned());
                    fields.values().for_each(|it| collect(it, name, found));
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        self.sent.iter().for_each(|record| collect(record, self.name, &mut found));
        found
    }
}

/// In milliseconds since 1970.
pub(super) fn now() -> i64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis().try_into().unwrap()
}

/// A client's record of this kind with every field, which hold what is `whose`.
fn filled(client: &str, whose: &str, kind: Kind) -> Value {
    let text = |field: &str| json!(text(whose, field));
    let mut metrics = json!({"overall_confidence": 0.5, "cost": 0.25, "input_tokens": 7});
    metrics[format!("{whose}-metric")] = json!(1);
    let (own, mut trace) = of_kind(kind, &text);
    trace["input"] = text(WORDS);
    trace["steps"] = json!([{"id": 1, "type": "node", "output": text("output")}]);
    let mut fields = json!({
        "kind": kind.as_str(), "status": status(whose, kind), "status_reason": text("reason"),
        "tags": [text("tag")], "attempt": 1, "metrics": metrics,
        "sdk": {"name": text("sdk"), "instance": text("instance")},
        "a_field_of_tomorrow": text("tomorrow"), "level": "FULL_TRACE", "trace": trace,
        // By it sums tell whose they are.
        "currency": format!("{client}-currency"),
    });
    for field in OF_ALL {
        fields[field] = text(field);
    }
    fields[kind.as_str()] = own;
    record_with(client, &fields)
}

/// The one activity that fails.
fn error(client: &str) -> Value {
    let mut record = filled(client, client, Kind::Activity);
    record["activity"]["event_type"] = ERROR.into();
    record
}

/// What is shared has done its work or is still open, and what is not has failed.
fn status(whose: &str, kind: Kind) -> Option<&'static str> {
    match (kind, whose) {
        (Kind::Workflow, whose) => {
            let place = NAMES.iter().position(|name| *name == whose);
            Some(STATUSES[place.map_or(0, |place| place + 1)])
        }
        (Kind::Activity, _) => None,
        (Kind::Action | Kind::Audit, BOTH) => Some("success"),
        (Kind::Action | Kind::Audit, _) => Some("failure"),
        (_, BOTH) => Some("Pending"),
        (_, _) => Some("Failed"),
    }
}

/// What lies under the kind's own name, and in the trace.
fn of_kind(kind: Kind, text: &dyn Fn(&str) -> Value) -> (Value, Value) {
    match kind {
        Kind::Workflow => (json!({}), json!({"state": text("state")})),
        Kind::Action => (
            json!({
                "provider_name": text("provider_name"), "action_type": text("action_type"),
                "error_message": text("error"),
            }),
            json!({"request_payload": text("request"), "response_data": text("response")}),
        ),
        Kind::Audit => (
            json!({
                "user_id": text("user_id"), "action": text("action_type"),
                "resource_type": text("resource_type"), "resource_id": text("resource_id"),
                "changed_fields": [text("changed")], "user_agent": text("agent"),
            }),
            json!({
                "changes": {"before": text("before"), "after": text("after")},
                "metadata": text("metadata"),
            }),
        ),
        Kind::Activity => (
            json!({
                "entity_type": text("entity_type"), "entity_id": text("entity_id"),
                "event_type": text("event_type"), "event_category": text("event_category"),
                "user_id": text("user_id"), "created_by": text("creator"),
                "facts": {"method": text("method")},
            }),
            json!({"description": text("description"), "metadata": text("metadata")}),
        ),
        Kind::TaskSync => (
            json!({
                "external_ticket_id": text("entity_id"), "source_system": text("provider_name"),
                "last_sync_message": text("message"),
            }),
            json!({"sync_metadata": text("metadata")}),
        ),
        Kind::WebhookEvent => (
            json!({
                "event_id": text("entity_id"), "source": text("provider_name"),
                "handler_function": text("handler"),
            }),
            json!({"payload_history": [{"raw_payload": text("history")}]}),
        ),
        Kind::NlpParsing => (
            json!({"source_document": text("entity_id"), "parser_version": text("parser")}),
            json!({"source_text_preview": text("preview")}),
        ),
    }
}
