//! Whether one record is valid.

use serde_json::{Value, error::Category};
use uuid::{Uuid, Version};

use crate::wire::{Envelope, MAX_IDENTIFIER_BYTES, MAX_METRICS, MAX_TAGS, SCHEMA_VERSION};

use super::fields::{Fields, TRACE};
use super::refusal::Refusal;
use super::rules::Rules;
use super::{conduct, form, kinds};

const KINDS: [&str; 7] =
    ["workflow", "action", "audit", "activity", "task_sync", "webhook_event", "nlp_parsing"];
const REQUIRED: [&str; 6] =
    ["schema_version", "record_id", "kind", "client_id", "executed_at", "level"];
/// The identifiers and names; those of the metrics are checked with them.
const IDENTIFIERS: [&str; 9] = [
    "kind",
    "client_id",
    "environment",
    "workflow_name",
    "workflow_version",
    "ticket_id",
    "status",
    "category",
    "currency",
];

/// A valid record.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its JSON, exactly as it was written.
    pub(super) text: String,
    pub(super) envelope: Envelope,
    /// What it does that a producer should not, though it can be stored.
    pub(super) oddities: Vec<String>,
}

/// Reads one record and checks all that makes it storable.
pub(super) fn check(text: &str, rules: &Rules) -> Result<Record, Refusal> {
    if text.len() > rules.max_record_bytes {
        return Err(Refusal::new(413, "record_too_large", "the record is too large"));
    }
    let fields: Fields = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    if holds_nul(text) {
        return Err(Refusal::invalid("U+0000 cannot be stored"));
    }
    check_names(&fields)?;
    check_values(&fields)?;
    check_identifiers(&fields)?;
    kinds::check(&fields)?;
    let oddities = conduct::of_record(&fields);
    let envelope = envelope(fields, rules)?;
    check_envelope(&envelope)?;
    check_client(&envelope, rules)?;
    Ok(Record { text: text.to_owned(), envelope, oddities })
}

/// The parser's own message quotes what it found, so it is not passed on.
fn unreadable(error: &serde_json::Error) -> Refusal {
    match error.classify() {
        Category::Data => Refusal::invalid("the record is not an object"),
        _ => Refusal::new(400, "malformed_body", "the record is not JSON"),
    }
}

fn check_names(fields: &Fields) -> Result<(), Refusal> {
    if let Some(missing) = REQUIRED.into_iter().find(|name| fields.get(name).is_none()) {
        return Err(Refusal::invalid(format!("the field {missing} is missing")));
    }
    if fields.get("status").is_none() && fields.text("kind") != Some("activity") {
        return Err(Refusal::invalid("the field status is missing"));
    }
    let mut names: Vec<_> = fields.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < fields.len() {
        return Err(Refusal::invalid("a field stands twice"));
    }
    Ok(())
}

fn check_values(fields: &Fields) -> Result<(), Refusal> {
    let version = fields.get("schema_version").and_then(Value::as_u64);
    if version != Some(u64::from(SCHEMA_VERSION)) {
        return Err(Refusal::new(422, "unknown_version", "the schema_version is not known"));
    }
    if !fields.text("kind").is_some_and(|kind| KINDS.contains(&kind)) {
        return Err(Refusal::new(422, "unknown_kind", "the kind is not known"));
    }
    for (name, value) in fields.iter() {
        // What the host handed over may hold `null`; where the SDK writes, absent is left out.
        if name != TRACE && holds_null(value) {
            return Err(Refusal::invalid("a value is null, it must be left out"));
        }
    }
    if fields.trace() == Some("null") {
        return Err(Refusal::invalid("the trace is null, it must be left out"));
    }
    Ok(())
}

/// The record, without its trace where records are only counted.
fn envelope(fields: Fields, rules: &Rules) -> Result<Envelope, Refusal> {
    let wrong = |_| Refusal::invalid("a field has the wrong type");
    let kept = fields.trace().filter(|_| !rules.counting_only);
    let trace = kept.map(serde_json::from_str).transpose().map_err(wrong)?;
    let map = Value::Object(fields.into_map());
    let envelope: Envelope = serde_json::from_value(map).map_err(wrong)?;
    Ok(Envelope { trace, ..envelope })
}

fn check_envelope(envelope: &Envelope) -> Result<(), Refusal> {
    if envelope.record_id.get_version() != Some(Version::SortRand) {
        return Err(Refusal::invalid("the record_id is not a UUIDv7"));
    }
    if !matches!(envelope.level.as_str(), "METRICS_ONLY" | "FULL_TRACE") {
        return Err(Refusal::invalid("the level is neither METRICS_ONLY nor FULL_TRACE"));
    }
    if !form::begins_like_rfc3339(&envelope.executed_at) {
        return Err(Refusal::invalid("executed_at is not RFC 3339"));
    }
    if envelope.tags.len() > MAX_TAGS || envelope.metrics.len() > MAX_METRICS {
        return Err(Refusal::invalid("there are too many tags or metrics"));
    }
    if envelope.metrics.keys().any(|name| name.len() > MAX_IDENTIFIER_BYTES) {
        return Err(Refusal::invalid("a metric's name is longer than 256 bytes"));
    }
    Ok(())
}

fn check_identifiers(fields: &Fields) -> Result<(), Refusal> {
    let too_long = |text: &str| text.len() > MAX_IDENTIFIER_BYTES;
    let long = IDENTIFIERS.into_iter().find(|name| fields.text(name).is_some_and(too_long));
    if let Some(name) = long {
        return Err(Refusal::invalid(format!("{name} is longer than 256 bytes")));
    }
    if fields.text("client_id") == Some("") {
        return Err(Refusal::invalid("client_id is empty"));
    }
    Ok(())
}

fn check_client(envelope: &Envelope, rules: &Rules) -> Result<(), Refusal> {
    match &rules.client_id {
        Some(own) if *own != envelope.client_id => {
            Err(Refusal::new(403, "foreign_client", "the record is another client's"))
        }
        _ => Ok(()),
    }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(holds_null),
        Value::Object(fields) => fields.values().any(holds_null),
        _ => false,
    }
}

/// Whether a text or a name in this JSON holds U+0000. JSON can only write it as an escape; one
/// whose backslash is itself escaped is none.
fn holds_nul(json: &str) -> bool {
    let is_escape = |at: usize| {
        let before = json.as_bytes()[..at].iter().rev();
        before.take_while(|&&byte| byte == b'\\').count() % 2 == 0
    };
    json.match_indices("\\u0000").any(|(at, _)| is_escape(at))
}

/// The id of a record that is refused. Only a UUID is given, never what else stands there.
pub(super) fn readable_id(text: &str) -> Option<String> {
    let fields: Fields = serde_json::from_str(text).ok()?;
    fields.text("record_id").filter(|id| Uuid::try_parse(id).is_ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Value {
        json!({
            "schema_version": 1, "record_id": "019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11",
            "kind": "workflow", "client_id": "demo", "executed_at": "2026-01-31T12:00:00.000Z",
            "status": "SUCCESS", "level": "FULL_TRACE", "trace": {"state": {"gone": null}}
        })
    }

    fn with(name: &str, value: Value) -> Result<Record, Refusal> {
        let mut record = record();
        record[name] = value;
        check(&record.to_string(), &Rules::default())
    }

    fn without(name: &str) -> Result<Record, Refusal> {
        let mut record = record();
        record.as_object_mut().unwrap().remove(name);
        check(&record.to_string(), &Rules::default())
    }

    #[test]
    fn a_valid_record_keeps_its_text() {
        let text = record().to_string();
        assert_eq!(check(&text, &Rules::default()).unwrap().text, text);
    }

    #[test]
    fn every_required_field_is_required() {
        for name in REQUIRED.into_iter().chain(["status"]) {
            let refusal = without(name).unwrap_err();
            assert_eq!(refusal.status, 422);
            assert!(refusal.message.contains(name), "{}", refusal.message);
        }
    }

    #[test]
    fn an_activity_needs_no_status() {
        let mut record = record();
        record["kind"] = "activity".into();
        record.as_object_mut().unwrap().remove("status");
        assert!(check(&record.to_string(), &Rules::default()).is_ok());
    }

    #[test]
    fn what_the_contract_forbids_is_refused() {
        let forbidden = [
            ("schema_version", json!(2)),
            ("kind", json!("unheard_of")),
            ("record_id", json!("6a3f0b52-9c1d-4e6e-8f37-2b1c9e5d7a40")),
            ("record_id", json!("no id")),
            ("level", json!("OFF")),
            ("executed_at", json!("yesterday")),
            ("environment", Value::Null),
            ("action", json!({"user_id": null})),
            ("trace", Value::Null),
            ("category", json!("a\u{0}b")),
            ("trace", json!({"input": "a\u{0}b"})),
            ("ticket_id", json!("x".repeat(257))),
            ("client_id", json!("")),
            ("tags", json!(vec!["x"; 65])),
            ("metrics", json!({"cost": "much"})),
            ("metrics", json!({"x".repeat(257): 1})),
        ];
        for (name, value) in forbidden {
            assert_eq!(with(name, value.clone()).unwrap_err().status, 422, "{name}: {value}");
        }
    }

    #[test]
    fn only_an_escape_writes_nul() {
        assert!(holds_nul(r#"{"a": "\u0000"}"#));
        assert!(holds_nul(r#"{"a\\\u0000": 1}"#));
        assert!(!holds_nul(r#"{"a": "\\u0000"}"#));
    }

    #[test]
    fn no_refusal_quotes_the_record() {
        for name in ["record_id", "kind", "level", "metrics", "executed_at"] {
            let refusal = with(name, json!("s3cret")).unwrap_err();
            assert!(!refusal.message.contains("s3cret"), "{}", refusal.message);
        }
    }

    #[test]
    fn what_is_no_json_is_malformed_and_what_is_no_object_is_invalid() {
        let status = |text| check(text, &Rules::default()).unwrap_err().status;
        assert_eq!(status("{\"a\":"), 400);
        assert_eq!(status("7"), 422);
        assert_eq!(status(r#"{"level":"FULL_TRACE","level":"FULL_TRACE"}"#), 422);
    }

    #[test]
    fn the_rules_hold_for_size_and_client() {
        let text = record().to_string();
        let small = Rules { max_record_bytes: text.len() - 1, ..Rules::default() };
        assert_eq!(check(&text, &small).unwrap_err().status, 413);
        let other = Rules { client_id: Some("other".to_owned()), ..Rules::default() };
        assert_eq!(check(&text, &other).unwrap_err().status, 403);
    }
}
