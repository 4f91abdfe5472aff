//! What each kind of record tells beside the envelope, and in which form.

use serde_json::{Map, Value};

use crate::wire::MAX_IDENTIFIER_BYTES;

use super::fields::Fields;
use super::form::begins_like_rfc3339;
use super::refusal::Refusal;

/// The longest line of free text outside of the trace, in bytes.
const MAX_LINE_BYTES: usize = 1_024;
/// The most elements of a list, and the most facts.
const MAX_ITEMS: usize = 64;

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
enum Form {
    Identifier,
    /// A text, or the number that another system gave.
    ExternalId,
    Line,
    Number,
    Count,
    Time,
    OneOf(&'static [&'static str]),
    Identifiers,
    /// A keyed hash in hexadecimal.
    Hash,
    /// Numbers, booleans and short words by name.
    Facts,
    Counts,
    Attempts,
}

/// A field with its form.
type Known = (&'static str, Form);

const ACTION: [Known; 4] = [
    ("action_type", Form::Identifier),
    ("provider_name", Form::Identifier),
    ("execution_time_ms", Form::Number),
    ("error_message", Form::Line),
];

const AUDIT: [Known; 7] = [
    ("user_id", Form::Identifier),
    ("action", Form::Identifier),
    ("resource_type", Form::Identifier),
    ("resource_id", Form::Identifier),
    ("changed_fields", Form::Identifiers),
    ("ip_address", Form::Identifier),
    ("user_agent", Form::Line),
];

const ACTIVITY: [Known; 7] = [
    ("entity_type", Form::Identifier),
    ("entity_id", Form::Identifier),
    ("event_type", Form::Identifier),
    ("event_category", Form::OneOf(&["system", "user", "workflow", "rule", "integration"])),
    ("user_id", Form::Identifier),
    ("created_by", Form::Identifier),
    ("facts", Form::Facts),
];

const TASK_SYNC: [Known; 6] = [
    ("external_ticket_id", Form::Identifier),
    ("source_system", Form::Identifier),
    ("sync_direction", Form::OneOf(&["Import", "Export", "Bidirectional"])),
    ("last_sync_message", Form::Line),
    ("related_doc", Form::Identifier),
    ("attempts", Form::Attempts),
];

const ATTEMPT: [Known; 4] = [
    ("attempt_timestamp", Form::Time),
    ("attempt_status", Form::OneOf(&["Success", "Failed", "Timeout"])),
    ("http_status_code", Form::Count),
    ("error_log", Form::Line),
];

const WEBHOOK_EVENT: [Known; 10] = [
    ("event_id", Form::Identifier),
    ("source", Form::Identifier),
    ("update_id", Form::ExternalId),
    ("chat_id", Form::ExternalId),
    ("received_at", Form::Time),
    ("handler_function", Form::Identifier),
    ("retry_count", Form::Count),
    ("last_retry_at", Form::Time),
    ("error_message", Form::Line),
    ("payload_size_bytes", Form::Count),
];

const NLP_PARSING: [Known; 7] = [
    ("source_text_hash", Form::Hash),
    ("source_document", Form::Identifier),
    ("parser_version", Form::Identifier),
    ("processing_time_ms", Form::Number),
    ("confidence_score", Form::Number),
    ("error_details", Form::Line),
    ("entity_counts", Form::Counts),
];

/// The statuses of a kind; none of `activity`.
pub(super) fn statuses(kind: &str) -> &'static [&'static str] {
    match kind {
        "workflow" => {
            &["SUCCESS", "FAILED", "PARTIAL", "ESCALATED", "TIMEOUT", "CANCELLED", "CRASHED"]
        }
        "action" => &["pending", "success", "failure", "timeout", "retry"],
        "audit" => &["success", "failure"],
        "webhook_event" => &["Pending", "Processing", "Completed", "Failed"],
        "task_sync" | "nlp_parsing" => &["Pending", "Success", "Failed", "Partial"],
        _ => &[],
    }
}

/// Refuses a record whose status or whose own fields are none of its kind's. Fields that are not
/// known are kept.
pub(super) fn check(fields: &Fields) -> Result<(), Refusal> {
    let kind = fields.text("kind").unwrap_or_default();
    if kind == "workflow" {
        return Ok(());
    }
    check_status(kind, fields)?;
    match fields.get(kind) {
        None => Ok(()),
        Some(Value::Object(own)) => check_object(own, of(kind)),
        Some(_) => Err(wrong(kind)),
    }
}

/// The fields of a kind that stand outside of its own; what only the trace may hold.
pub(super) fn has_misplaced(fields: &Fields) -> bool {
    let kind = fields.text("kind").unwrap_or_default();
    let own = fields.get(kind).and_then(Value::as_object);
    own.is_some_and(|own| traced(kind).iter().any(|name| own.contains_key(*name)))
}

fn of(kind: &str) -> &'static [Known] {
    match kind {
        "action" => &ACTION,
        "audit" => &AUDIT,
        "activity" => &ACTIVITY,
        "task_sync" => &TASK_SYNC,
        "webhook_event" => &WEBHOOK_EVENT,
        "nlp_parsing" => &NLP_PARSING,
        _ => &[],
    }
}

fn traced(kind: &str) -> &'static [&'static str] {
    match kind {
        "action" => &["request_payload", "response_data", "metadata"],
        "audit" => &["changes", "metadata"],
        "activity" => &["description", "metadata"],
        "task_sync" => &["sync_metadata"],
        "webhook_event" => &["payload_history"],
        "nlp_parsing" => &["source_text_preview", "parsed_entities", "source_text"],
        _ => &[],
    }
}

fn check_status(kind: &str, fields: &Fields) -> Result<(), Refusal> {
    let known = statuses(kind);
    let is_known = match fields.get("status") {
        None => known.is_empty(),
        Some(status) => status.as_str().is_some_and(|status| known.contains(&status)),
    };
    if is_known { Ok(()) } else { Err(Refusal::invalid("the status is none of the kind's")) }
}

fn check_object(object: &Map<String, Value>, known: &[Known]) -> Result<(), Refusal> {
    for (name, form) in known {
        if object.get(*name).is_some_and(|value| !form.fits(value)) {
            return Err(wrong(name));
        }
    }
    Ok(())
}

fn wrong(name: &str) -> Refusal {
    Refusal::invalid(format!("the field {name} has the wrong form"))
}

impl Form {
    fn fits(self, value: &Value) -> bool {
        let short = |max| value.as_str().is_some_and(|text| text.len() <= max);
        match self {
            Self::Identifier => short(MAX_IDENTIFIER_BYTES),
            Self::ExternalId => value.is_i64() || value.is_u64() || short(MAX_IDENTIFIER_BYTES),
            Self::Line => short(MAX_LINE_BYTES) && !holds_line_break(value),
            Self::Number => value.is_number(),
            Self::Count => value.is_u64(),
            Self::Time => value.as_str().is_some_and(begins_like_rfc3339),
            Self::OneOf(known) => value.as_str().is_some_and(|text| known.contains(&text)),
            Self::Identifiers => each(value, |name| Self::Identifier.fits(name)),
            Self::Hash => value.as_str().is_some_and(is_hash),
            Self::Facts => each_field(value, |fact| {
                fact.is_number() || fact.is_boolean() || Self::Identifier.fits(fact)
            }),
            Self::Counts => each_field(value, Value::is_u64),
            Self::Attempts => each(value, |attempt| {
                attempt.as_object().is_some_and(|it| check_object(it, &ATTEMPT).is_ok())
            }),
        }
    }
}

fn each(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|all| all.len() <= MAX_ITEMS && all.iter().all(fits))
}

fn each_field(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    let is_short = |name: &String| name.len() <= MAX_IDENTIFIER_BYTES;
    value.as_object().is_some_and(|all| {
        all.len() <= MAX_ITEMS && all.keys().all(is_short) && all.values().all(fits)
    })
}

fn holds_line_break(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains(['\n', '\r']))
}

fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(kind: &str, status: Option<&str>, own: Value) -> Result<(), Refusal> {
        let mut record = json!({"kind": kind});
        record[kind] = own;
        if let Some(status) = status {
            record["status"] = status.into();
        }
        check(&serde_json::from_value(record).unwrap())
    }

    #[test]
    fn each_kind_has_its_own_statuses() {
        for (kind, good, bad) in [
            ("action", Some("timeout"), Some("SUCCESS")),
            ("audit", Some("failure"), Some("timeout")),
            ("activity", None, Some("success")),
            ("task_sync", Some("Partial"), Some("Completed")),
            ("webhook_event", Some("Processing"), Some("Success")),
            ("nlp_parsing", Some("Success"), None),
        ] {
            assert!(judged(kind, good, json!({})).is_ok(), "{kind}");
            assert_eq!(judged(kind, bad, json!({})).unwrap_err().status, 422, "{kind}");
        }
    }

    #[test]
    fn a_field_of_the_wrong_form_is_named_and_not_quoted() {
        for (kind, status, field, value) in [
            ("action", Some("success"), "execution_time_ms", json!("s3cret")),
            ("action", Some("success"), "error_message", json!("s3cret\nin two lines")),
            ("audit", Some("success"), "changed_fields", json!([{"s3cret": 1}])),
            ("audit", Some("success"), "user_id", json!("x".repeat(257))),
            ("activity", None, "event_category", json!("s3cret")),
            ("activity", None, "facts", json!({"nested": {"s3cret": 1}})),
            ("task_sync", Some("Failed"), "sync_direction", json!("import")),
            ("task_sync", Some("Failed"), "attempts", json!([{"attempt_status": "s3cret"}])),
            ("webhook_event", Some("Failed"), "chat_id", json!(1.5)),
            ("nlp_parsing", Some("Failed"), "source_text_hash", json!("s3cret")),
            ("nlp_parsing", Some("Failed"), "entity_counts", json!({"PERSON": -1})),
        ] {
            let refusal = judged(kind, status, json!({field: value})).unwrap_err();
            assert_eq!(refusal.status, 422);
            assert!(refusal.message.contains(field), "{}", refusal.message);
            assert!(!refusal.message.contains("s3cret"), "{}", refusal.message);
        }
        assert_eq!(judged("action", Some("success"), json!("text")).unwrap_err().status, 422);
    }

    #[test]
    fn what_is_not_known_is_kept_and_what_belongs_into_the_trace_is_noticed() {
        assert!(judged("action", Some("success"), json!({"region": {"any": "thing"}})).is_ok());
        let noticed = |own| {
            has_misplaced(
                &serde_json::from_value(json!({"kind": "action", "action": own})).unwrap(),
            )
        };
        assert!(noticed(json!({"request_payload": {}})) && !noticed(json!({"action_type": "a"})));
    }
}
