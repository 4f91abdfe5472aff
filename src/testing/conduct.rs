//! What a producer does against the contract though it can be served.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use crate::wire::{API_KEY_HEADER, IDEMPOTENCY_KEY_HEADER, NDJSON};

use super::fields::Fields;
use super::form::{is_plain_uuid, is_utc_with_millis};
use super::http::{Framing, Head};
use super::kinds;
use super::offers::token;
use super::split::Shape;

/// The record's fields in the order of the contract; others may stand anywhere.
const ORDER: [&str; 29] = [
    "schema_version",
    "record_id",
    "kind",
    "client_id",
    "environment",
    "workflow_name",
    "workflow_version",
    "ticket_id",
    "attempt",
    "executed_at",
    "execution_time_seconds",
    "status",
    "status_reason",
    "category",
    "tags",
    "currency",
    "metrics",
    "action",
    "audit",
    "activity",
    "task_sync",
    "webhook_event",
    "nlp_parsing",
    "level",
    "degraded",
    "masking",
    "truncation",
    "sdk",
    "trace",
];
const DEGRADED: [&str; 4] = ["pressure", "too_large", "shutdown", "unserializable"];

/// What the head of a request does wrong; `offered` is what any answer has offered so far.
pub(super) fn of_head(head: &Head, offered: &HashSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    if !names_the_sdk(head.header("user-agent").unwrap_or_default()) {
        found.push("User-Agent is not epilogue/VERSION".to_owned());
    }
    if head.header(API_KEY_HEADER).is_none() {
        found.push("X-API-Key is missing".to_owned());
    }
    if head.framing() == Framing::Chunked {
        found.push("the body is chunked".to_owned());
    }
    if let Some(coding) = head.header("content-encoding").map(token) {
        if coding != "identity" && !offered.contains(&coding) {
            found.push("Content-Encoding names a coding that was never offered".to_owned());
        }
    }
    found
}

/// What the records of a request do wrong together: `count` of them, the valid ones with these
/// ids.
pub(super) fn of_batch(
    head: &Head,
    shape: Shape,
    ids: &[Uuid],
    count: usize,
    offered: &HashSet<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let batch = shape != Shape::Single;
    if batch && !offered.contains(NDJSON) {
        found.push("a batch was sent though never offered".to_owned());
    }
    let key = head.header(IDEMPOTENCY_KEY_HEADER);
    match (key, ids) {
        (None, _) if !batch => found.push("Idempotency-Key is missing".to_owned()),
        (Some(_), _) if count > 1 => found.push("a batch has an Idempotency-Key".to_owned()),
        (Some(key), [id]) if key != id.to_string() => {
            found.push("Idempotency-Key is not the record_id".to_owned());
        }
        _ => {}
    }
    found
}

/// What one record does wrong.
pub(super) fn of_record(fields: &Fields) -> Vec<String> {
    let claims = [
        (!is_ordered(fields), "the fields are not in the order of the contract"),
        (!is_plain_uuid(fields.text("record_id").unwrap_or_default()), "record_id is not plain"),
        (
            !is_utc_with_millis(fields.text("executed_at").unwrap_or_default()),
            "executed_at is not UTC with milliseconds",
        ),
        (!has_a_known_status(fields), "the status is none of the kind's"),
        (kinds::has_misplaced(fields), "what belongs into the trace stands outside of it"),
        (has_a_forbidden_trace(fields), "there is a trace at METRICS_ONLY"),
        (has_an_unknown_reason(fields), "degraded gives no known reason"),
        (
            writes_null(fields.trace().unwrap_or_default()),
            "the trace holds a null where absent is left out",
        ),
    ];
    let broken = claims.into_iter().filter(|(broken, _)| *broken);
    broken.map(|(_, what)| what.to_owned()).collect()
}

fn names_the_sdk(agent: &str) -> bool {
    agent.strip_prefix("epilogue/").is_some_and(|version| !version.is_empty())
}

fn is_ordered(fields: &Fields) -> bool {
    let places =
        fields.iter().filter_map(|(name, _)| ORDER.iter().position(|&known| known == name));
    places.is_sorted()
}

fn has_a_known_status(fields: &Fields) -> bool {
    let known = kinds::statuses(fields.text("kind").unwrap_or_default());
    match fields.text("status") {
        Some(status) => known.contains(&status),
        None => known.is_empty(),
    }
}

fn has_a_forbidden_trace(fields: &Fields) -> bool {
    fields.text("level") == Some("METRICS_ONLY") && fields.trace().is_some()
}

fn has_an_unknown_reason(fields: &Fields) -> bool {
    fields.text("degraded").is_some_and(|reason| !DEGRADED.contains(&reason))
}

/// Whether an object that the SDK writes itself has a field that is `null`: the trace, its final
/// response, a step, an error. What lies deeper is the host's and may hold `null`.
fn writes_null(trace: &str) -> bool {
    // Most traces hold no `null`, and reading one takes longer than all other checks.
    if !trace.contains("null") {
        return false;
    }
    let trace: Value = serde_json::from_str(trace).unwrap_or_default();
    let parts = ["steps", "errors"].into_iter().filter_map(|name| trace[name].as_array()).flatten();
    parts.chain([&trace, &trace["final_response"]]).any(has_null_field)
}

fn has_null_field(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.values().any(Value::is_null))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"schema_version":1,"record_id":"019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11",
        "kind":"workflow","client_id":"demo","executed_at":"2026-01-31T12:00:00.000Z",
        "status":"SUCCESS","level":"FULL_TRACE","trace":{"input":{"gone":null},"steps":[{"id":1}]}}"#;

    fn oddities(from: &str, to: &str) -> usize {
        assert!(GOOD.contains(from));
        of_record(&serde_json::from_str(&GOOD.replace(from, to)).unwrap()).len()
    }

    fn head(lines: &[(&str, &str)]) -> Head {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Head { headers: lines.iter().map(owned).collect(), ..Head::default() }
    }

    #[test]
    fn a_good_record_does_nothing_wrong() {
        assert_eq!(oddities("SUCCESS", "SUCCESS"), 0);
    }

    #[test]
    fn each_oddity_is_found() {
        assert_eq!(
            oddities(
                r#""kind":"workflow","client_id":"demo""#,
                r#""client_id":"demo","kind":"workflow""#
            ),
            1
        );
        assert_eq!(oddities("019a9e3c", "019A9E3C"), 1);
        assert_eq!(oddities(".000Z", "+00:00"), 1);
        assert_eq!(oddities("SUCCESS", "success"), 1);
        assert_eq!(oddities("FULL_TRACE", "METRICS_ONLY"), 1);
        assert_eq!(oddities(r#""trace""#, r#""degraded":"whim","trace""#), 1);
        assert_eq!(oddities(r#""id":1"#, r#""id":1,"parent":null"#), 1);
        assert_eq!(oddities(r#"{"gone":null}"#, "null"), 1);
    }

    #[test]
    fn a_head_is_looked_at() {
        let offered = HashSet::from(["gzip".to_owned()]);
        let good = head(&[
            ("x-api-key", "k"),
            ("user-agent", "epilogue/1.0"),
            ("content-encoding", "gzip"),
        ]);
        assert!(of_head(&good, &offered).is_empty());
        let bad = head(&[
            ("user-agent", "curl/8"),
            ("content-encoding", "zstd"),
            ("transfer-encoding", "chunked"),
        ]);
        assert_eq!(of_head(&bad, &offered).len(), 4);
    }

    #[test]
    fn a_batch_must_be_offered_and_has_no_key() {
        let keyed = head(&[(IDEMPOTENCY_KEY_HEADER, "k")]);
        let offered = HashSet::from([NDJSON.to_owned()]);
        assert_eq!(of_batch(&keyed, Shape::Lines, &[], 2, &HashSet::new()).len(), 2);
        assert_eq!(of_batch(&head(&[]), Shape::Lines, &[], 2, &offered).len(), 0);
        assert_eq!(of_batch(&head(&[]), Shape::Single, &[], 1, &offered).len(), 1);
    }
}
