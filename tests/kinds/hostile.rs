//! Whatever stands in any field, a record is JSON, holds no `null` of the SDK's, no U+0000 and no
//! name that the record knows, and keeps every limit.

use epilogue::record::{AttemptStatus, ParsedEntity, SyncAttempt, SyncDirection};
use epilogue::{IntoRecord, Level, Record};
use proptest::prelude::*;
use serde_json::Value;

use super::sealed::sealed;
use super::snapshots::time;

/// Somebody whom every record knows.
const NAME: &str = "Zyzzyva";

/// Texts that could break the frame, outgrow it, or slip through it.
const PIECES: [&str; 24] = [
    "\0",
    "\"",
    "\\",
    "\n",
    "\u{7f}",
    "\u{2028}",
    "{\"a\":null}",
    "{\"first_name\":\"Zyzzyva\"}",
    "[1,",
    "null",
    "maria@example.com",
    "4111 1111 1111 1111",
    "+1 202 555 0143",
    "[NAME]",
    "[EMAIL:0123456789abcdef]",
    "\u{e9}\u{10ffff}",
    "\u{202e}",
    "PERSON",
    "trace",
    "level",
    "  ",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ".",
    "#2",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES.to_vec());
    prop_oneof![
        6 => prop::collection::vec(piece.clone(), 0..6).prop_map(|pieces| pieces.concat()),
        1 => (piece, 1..300_usize).prop_map(|(piece, times)| piece.repeat(times)),
        1 => any::<String>(),
    ]
}

/// An event of each kind with these texts in every field that takes one.
fn events(texts: &[String], number: f64) -> Vec<Record> {
    let text = |index: usize| texts[index % texts.len()].clone();
    // What the host's own code says names nobody.
    let code = |index: usize| text(index).replace(NAME, "Code");
    let attempt = |_| {
        SyncAttempt::new(AttemptStatus::Failed)
            .error_log(text(0))
            .request_payload(text(1))
            .response_payload(Option::<u8>::None)
    };
    let action = Record::action(code(0), code(1))
        .ticket_id(text(2))
        .status_reason(text(3))
        .category(text(4))
        .tag(text(5))
        .metric(text(6), number)
        .error_message(text(8))
        .request_payload(Option::<u8>::None)
        .response_data(text(9))
        .metadata(number);
    let mut audit = Record::audit(code(0), code(1))
        .user_id(text(2))
        .resource_id(text(3))
        .changes(serde_json::json!({text(4): {text(5): 1}}), serde_json::json!({text(6): text(7)}))
        .ip_address(text(8))
        .user_agent(text(9));
    for index in 0..70 {
        audit = audit.changed_field(format!("{} {index}", text(index)));
    }
    let mut activity = Record::activity(code(0), text(1))
        .event(code(2))
        .user_id(text(3))
        .created_by(text(4))
        .fact("workflow_name", text(5))
        .fact("confidence", number)
        .description(text(6))
        .metadata(Option::<u8>::None);
    for index in 0..70 {
        activity = activity.fact(format!("{} {index}", text(index)), text(index + 1));
    }
    let sync = Record::task_sync(code(0), text(1))
        .sync_direction(SyncDirection::Bidirectional)
        .last_sync_message(text(2))
        .related_doc(text(3))
        .sync_metadata(text(4));
    let sync = (0..70).map(attempt).fold(sync, epilogue::record::Event::attempt_made);
    let webhook = Record::webhook_event(code(0), text(1))
        .update_id(text(2))
        .chat_id(i64::MIN)
        .handler_function(code(3))
        .error_message(text(4))
        .payload(time(0), text(5))
        .payload(time(u64::from(u32::MAX) << 8), text(6));
    let mut parsing = Record::nlp_parsing(text(0))
        .source_document(text(1))
        .parser_version(code(2))
        .confidence_score(number)
        .error_details(text(3));
    for index in 0..70 {
        let entity_type = format!("{} {}", text(index), index % 66);
        let entity = ParsedEntity::new(entity_type, text(index + 1)).confidence(number);
        parsing = parsing.entity(entity.at(index..index + 1));
    }
    vec![
        action.identity(NAME).into_record(),
        audit.identity(NAME).into_record(),
        activity.identity(NAME).into_record(),
        sync.identity(NAME).into_record(),
        webhook.identity(NAME).into_record(),
        parsing.identity(NAME).into_record(),
    ]
}

/// What the SDK writes is never absent; a host's own value that is nothing is left out as well,
/// where it is a field of the contract.
fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(holds_null),
        Value::Object(fields) => fields.values().any(holds_null),
        _ => false,
    }
}

/// Every text outside of the trace, with the names of fields.
fn texts<'v>(value: &'v Value, name: &'v str, all: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::String(text) => all.push((name, text)),
        Value::Array(values) => values.iter().for_each(|value| texts(value, name, all)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            all.push(("a name", name));
            texts(value, name, all);
        }),
        _ => {}
    }
}

fn check(record: Record, level: Level) {
    let kind = record.outcome().kind().to_owned();
    let sealed = sealed(record, level);
    let mut json = sealed.json();
    assert!(!holds_null(&json), "{}", sealed.0);
    assert!(!sealed.0.contains("\\u0000"), "{}", sealed.0);
    assert!(!sealed.0.contains(NAME), "{}", sealed.0);
    json.as_object_mut().unwrap().remove("trace");
    json.as_object_mut().unwrap().remove("truncation");
    let mut all = Vec::new();
    texts(&json, "", &mut all);
    let lines = [
        "status_reason",
        "error_message",
        "user_agent",
        "last_sync_message",
        "error_log",
        "error_details",
    ];
    for (name, text) in all {
        let most = if lines.contains(&name) { 1_024 } else { 256 };
        assert!(text.len() <= most, "{kind}.{name}: {} bytes", text.len());
    }
    for (list, most) in
        [("changed_fields", 64), ("attempts", 64), ("facts", 64), ("entity_counts", 64)]
    {
        let found = &json[&kind][list];
        let len = found.as_array().map(Vec::len).or(found.as_object().map(serde_json::Map::len));
        assert!(len.unwrap_or_default() <= most, "{kind}.{list}: {len:?}");
    }
}

#[test]
fn whatever_stands_in_a_field_the_record_keeps_the_contract() {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { None } else { Some(64) };
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    config.cases = cases.unwrap_or(config.cases);
    let numbers = prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), 0.0..1.0_f64];
    let any = (prop::collection::vec(hostile(), 4..12), numbers);
    let done = proptest::test_runner::TestRunner::new(config).run(&any, |(texts, number)| {
        for level in [Level::MetricsOnly, Level::FullTrace] {
            for record in events(&texts, number) {
                check(record, level);
            }
        }
        Ok(())
    });
    done.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn what_is_too_long_or_too_many_is_cut_and_listed() {
    let long = "y ".repeat(3_000);
    let attempts =
        (0..65).map(|_| SyncAttempt::new(AttemptStatus::Timeout).error_log(long.clone()));
    let sync = attempts.fold(Record::task_sync("jira", "z".repeat(300)), |sync, attempt| {
        sync.attempt_made(attempt)
    });
    let sync = sealed(sync, Level::MetricsOnly);
    assert_eq!(sync.json()["task_sync"]["attempts"].as_array().unwrap().len(), 64);
    let cuts = sync.cuts();
    for path in
        ["task_sync.external_ticket_id", "task_sync.attempts", "task_sync.attempts[0].error_log"]
    {
        assert!(cuts.iter().any(|cut| cut == path), "{path}: {cuts:?}");
    }
    let activity = Record::activity("email", "1").read().fact("note", "a whole sentence");
    assert_eq!(sealed(activity, Level::MetricsOnly).cuts(), ["activity.facts.note"]);
}

#[test]
fn a_value_nested_too_deep_is_neither_compared_nor_followed() {
    let mut deep = serde_json::json!(1);
    for _ in 0..2_000 {
        deep = serde_json::json!([deep]);
    }
    let record = sealed(Record::audit("a", "b").changes(deep, 1), Level::FullTrace);
    assert!(record.cuts().contains(&"audit.changed_fields".to_owned()), "{:?}", record.cuts());
    assert_eq!(record.json()["level"], "FULL_TRACE");
}
