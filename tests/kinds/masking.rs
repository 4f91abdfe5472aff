//! Whatever stands in a field is masked: by form, by field name, by the host's rules, and where the
//! record tells a name anywhere, in the fields that are always sent as well.

use epilogue::mask::Action;
use epilogue::record::{AttemptStatus, ParsedEntity, SyncAttempt, SyncDirection};
use epilogue::{IntoRecord, Level, Record};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::sealed::{Sealed, rules, sealed, sealed_by};
use super::snapshots::time;

/// What stands in every free text below, as it must not be sent.
const NOTE: &str =
    "maria.lindqvist@example.com paid with 4111 1111 1111 1111,\npassword=hunter2hunter2";
const SECRETS: [&str; 4] = ["lindqvist", "4111", "hunter2", "\\n"];

fn is_clean(record: &Sealed) {
    let shown = record.0.to_lowercase();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[test]
fn every_free_text_is_masked_as_a_line_at_both_levels() {
    fn check<E: IntoRecord>(event: impl Fn() -> E) {
        for level in [Level::MetricsOnly, Level::FullTrace] {
            let record = sealed(event(), level);
            is_clean(&record);
            assert!(record.0.contains("[EMAIL:") && record.0.contains("[CARD]"), "{}", record.0);
        }
    }
    check(|| Record::action("a", "b").error_message(NOTE));
    check(|| Record::audit("a", "b").user_agent(NOTE));
    check(|| Record::activity("a", "b").read().status_reason(NOTE));
    check(|| Record::task_sync("a", "b").last_sync_message(NOTE));
    check(|| {
        let attempt = SyncAttempt::new(AttemptStatus::Failed).error_log(NOTE);
        Record::task_sync("a", "b").attempt_made(attempt)
    });
    check(|| Record::webhook_event("a", "b").error_message(NOTE));
    check(|| Record::nlp_parsing("a").error_details(NOTE));
}

#[test]
fn every_body_is_masked_in_the_trace() {
    let body = || json!({"note": NOTE.replace('\n', " "), "card": "4111 1111 1111 1111"});
    let raw = || body().to_string();
    let attempt =
        || SyncAttempt::new(AttemptStatus::Failed).request_payload(body()).response_payload(raw());
    let action =
        Record::action("a", "b").request_payload(body()).response_data(raw()).metadata(body());
    for record in [
        sealed(action, Level::FullTrace),
        sealed(Record::audit("a", "b").changes((), body()).metadata(raw()), Level::FullTrace),
        sealed(Record::audit("a", "b").changes(body(), raw()), Level::FullTrace),
        sealed(Record::activity("a", "b").description(raw()).metadata(body()), Level::FullTrace),
        sealed(Record::task_sync("a", "b").attempt_made(attempt()), Level::FullTrace),
        sealed(Record::task_sync("a", "b").sync_metadata(body()), Level::FullTrace),
        sealed(Record::webhook_event("a", "b").payload(time(0), raw()), Level::FullTrace),
        sealed(Record::nlp_parsing(raw()), Level::FullTrace),
        sealed(
            Record::nlp_parsing("a").entity(ParsedEntity::new("NOTE", NOTE.replace('\n', " "))),
            Level::FullTrace,
        ),
    ] {
        is_clean(&record);
        assert!(record.text("trace").contains("[CARD]"), "{}", record.0);
    }
}

#[test]
fn a_name_that_the_trace_tells_is_masked_in_the_fields_that_are_always_sent() {
    let body = || json!({"customer": {"first_name": "Wilhelmina", "email": "w@example.com"}});
    let name = "Wilhelmina";
    let line = "Wilhelmina called from w@example.com";
    for level in [Level::MetricsOnly, Level::FullTrace] {
        for record in [
            sealed(Record::action("a", "b").request_payload(body()).error_message(line), level),
            sealed(
                Record::audit("a", "b")
                    .metadata(body())
                    .user_id(name)
                    .resource_id(name)
                    .user_agent(line),
                level,
            ),
            sealed(
                Record::activity("a", name)
                    .read()
                    .metadata(body())
                    .user_id(name)
                    .created_by(name)
                    .fact("method", name)
                    .fact("word", name)
                    .fact(name, 1)
                    .description(line),
                level,
            ),
            sealed(
                Record::task_sync("a", name)
                    .sync_metadata(body())
                    .last_sync_message(line)
                    .related_doc(name)
                    .attempt_made(SyncAttempt::new(AttemptStatus::Failed).error_log(line)),
                level,
            ),
            sealed(
                Record::webhook_event("a", name)
                    .payload(time(0), body().to_string())
                    .chat_id(name)
                    .update_id(name)
                    .error_message(line),
                level,
            ),
            sealed(
                Record::nlp_parsing(line)
                    .source_document(name)
                    .error_details(line)
                    .entity(ParsedEntity::new("B-PER", name)),
                level,
            ),
        ] {
            assert!(!record.0.contains(name), "{}", record.0);
            assert!(record.0.contains("[NAME"), "{}", record.0);
        }
    }
}

#[test]
fn an_identifier_that_holds_something_personal_is_hashed_whole_and_stays_one() {
    let of = |id: &str| sealed(Record::audit("a", "b").user_id(id), Level::MetricsOnly).json();
    let shown = |id: &str| of(id)["audit"]["user_id"].as_str().unwrap().to_owned();
    assert_eq!(shown("u-204"), "u-204");
    assert!(shown("maria@example.com").starts_with("[EMAIL:"));
    assert_eq!(shown("maria@example.com"), shown("Maria@Example.com"));
    assert_ne!(shown("card 4111 1111 1111 1111"), shown("card 5500 0000 0000 0004"));
    let json = shown(r#"{"home_address":"Elm Row 5"}"#);
    assert!(json.starts_with("[ID:") || json.starts_with("[REMOVED:"), "{json}");
}

#[test]
fn an_entity_is_masked_as_its_type_says() {
    let shown = |entity_type: &'static str, value: &str| {
        let parsing = Record::nlp_parsing("a text").entity(ParsedEntity::new(entity_type, value));
        let trace = sealed(parsing, Level::FullTrace).text("trace");
        serde_json::from_str::<serde_json::Value>(&trace).unwrap()["parsed_entities"][0]["entity_value"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (entity_type, value, masked) in [
        ("PERSON", "Ms Unknown", "[NAME]"),
        ("B-PER", "Will", "[NAME]"),
        ("customer", "Li", "[NAME]"),
        ("EMAIL_ADDRESS", "maria at example@com", "[EMAIL:hash]"),
        ("PHONE_NUMBER", "555 0143", "[PHONE:hash]"),
        ("US_SSN", "536904399", "[SSN]"),
        ("DATE_OF_BIRTH", "5 April", "[REMOVED]"),
        ("ADDRESS", "Elm Row 5", "[REMOVED]"),
        ("INVOICE_NUMBER", "4711", "4711"),
        ("ORG", "Acme", "Acme"),
        ("ORG", "maria@example.com", "[EMAIL:hash]"),
    ] {
        assert_eq!(shown(entity_type, value), masked, "{entity_type}: {value}");
    }
}

#[test]
fn a_preview_is_masked_before_it_is_cut() {
    let text = format!("{} maria.lindqvist@example.com and more", "x".repeat(190));
    let record = sealed(Record::nlp_parsing(text), Level::FullTrace);
    assert_eq!(record.json()["trace"]["source_text_preview"], format!("{} ", "x".repeat(190)));
    let text = json!({"customer": {"name": "Zyzzyva"}, "filler": "x".repeat(400)}).to_string();
    let record = sealed(Record::nlp_parsing(text), Level::FullTrace);
    let preview = record.json()["trace"]["source_text_preview"].as_str().unwrap().to_owned();
    assert_eq!(preview.chars().count(), 200);
    assert!(preview.starts_with(r#"{"customer":{"name":"[NAME]"}"#), "{preview}");
    let record = sealed(Record::nlp_parsing("\u{f6}".repeat(300)), Level::FullTrace);
    assert_eq!(record.json()["trace"]["source_text_preview"], "\u{f6}".repeat(200));
}

#[test]
fn the_hash_of_a_text_is_keyed() {
    let hash = |policy: &epilogue::mask::Policy, text: &str| {
        let record = sealed_by(policy, Record::nlp_parsing(text), Level::MetricsOnly);
        record.json()["nlp_parsing"]["source_text_hash"].as_str().unwrap().to_owned()
    };
    let policy = rules().build().unwrap();
    let other = policy.with_key(epilogue::mask::MaskKey::new([8; 32]).unwrap());
    assert_eq!(hash(&policy, "a text").len(), 64);
    assert_eq!(hash(&policy, "a text"), hash(&policy, "a text"));
    assert_ne!(hash(&policy, "a text"), hash(&policy, "another"));
    assert_ne!(hash(&policy, "a text"), hash(&other, "a text"));
}

#[test]
fn the_hosts_rules_hold_by_name_and_by_path() {
    let policy = rules()
        .hash_key("user_id")
        .path("audit.resource_id", Action::Mask)
        .path("audit.user_agent", Action::Drop)
        .path("trace.changes.*.salary", Action::Drop)
        .path("activity.facts.score", Action::Drop)
        .build()
        .unwrap();
    let audit = Record::audit("a", "b")
        .user_id("u-204")
        .resource_id("C-17")
        .user_agent("curl")
        .status_reason("asked for by u-204")
        .changes(json!({"salary": 1, "plan": 1}), json!({"salary": 2, "plan": 2}));
    let audit = sealed_by(&policy, audit, Level::FullTrace);
    assert_eq!(
        audit.text("audit"),
        r#"{"user_id":"[ID:hash]","action":"a","resource_type":"b","resource_id":"[REMOVED]","changed_fields":["plan"]}"#
    );
    assert_eq!(audit.text("trace"), r#"{"changes":{"before":{"plan":1},"after":{"plan":2}}}"#);
    assert_eq!(audit.text("status_reason"), r#""asked for by [ID:hash]""#);
    let activity = Record::activity("a", "b").read().fact("score", 7).fact("level", 7);
    let activity = sealed_by(&policy, activity, Level::MetricsOnly);
    assert_eq!(activity.json()["activity"]["facts"], json!({"level": 7}));
}

#[test]
fn what_the_host_leaves_out_is_left_out_also_where_nothing_is_masked() {
    let policy = rules()
        .path("audit.changed_fields", Action::Drop)
        .path("nlp_parsing.source_text_hash", Action::Drop)
        .path("nlp_parsing.entity_counts", Action::Drop)
        .path("activity.facts", Action::Drop)
        .path("webhook_event.received_at", Action::Drop)
        .build()
        .unwrap();
    let own = |event: Record| {
        let kind = event.outcome().kind().to_owned();
        sealed_by(&policy, event, Level::MetricsOnly).text(&kind)
    };
    let audit = Record::audit("a", "b").changes(json!({"x": 1}), json!({"x": 2}));
    assert_eq!(own(audit.into_record()), r#"{"action":"a","resource_type":"b"}"#);
    let parsing = Record::nlp_parsing("a").entity(ParsedEntity::new("ORG", "Acme"));
    assert_eq!(own(parsing.into_record()), "");
    let activity = Record::activity("a", "b").event("c").fact("d", 1).fact("e", "f");
    let told = r#"{"entity_type":"a","entity_id":"b","event_type":"c"}"#;
    assert_eq!(own(activity.into_record()), told);
    let webhook = Record::webhook_event("a", "b").received_at(time(0));
    assert_eq!(own(webhook.into_record()), r#"{"event_id":"b","source":"a"}"#);

    let policy = rules().path("audit.changed_fields", Action::Mask).build().unwrap();
    let audit = Record::audit("a", "b").changed_field("of maria");
    let json = sealed_by(&policy, audit, Level::MetricsOnly).json();
    assert_eq!(json["audit"]["changed_fields"], json!(["[REMOVED]"]));
}

#[test]
fn a_number_that_is_an_id_is_hashed_whole_and_stays_one() {
    let of = |id: i64| {
        let json = sealed(Record::webhook_event("a", "b").chat_id(id), Level::MetricsOnly).json();
        json["webhook_event"]["chat_id"].clone()
    };
    assert_eq!(of(-1_001_234_567_890), json!(-1_001_234_567_890_i64));
    let (one, other) = (of(4_111_111_111_111_111), of(5_500_000_000_000_004));
    assert!(one.as_str().unwrap().starts_with("[ID:"), "{one}");
    assert_ne!(one, other);
    assert_eq!(one, of(4_111_111_111_111_111));
}

#[test]
fn the_name_of_a_changed_field_or_a_fact_is_masked_and_two_stay_two() {
    let facts =
        Record::activity("a", "b").read().fact("maria@example.com", 1).fact("nils@example.com", 2);
    let record = sealed(facts.identity("rule").fact("method", "x"), Level::MetricsOnly);
    let facts = record.json()["activity"]["facts"].as_object().unwrap().clone();
    assert_eq!(facts.len(), 3, "{facts:?}");
    assert!(facts.keys().all(|name| !name.contains("example")), "{facts:?}");
    let audit =
        Record::audit("a", "b").changes(json!({"of": {"maria@example.com": 1}}), json!({"of": {}}));
    let record = sealed(audit, Level::MetricsOnly);
    assert_eq!(record.json()["audit"]["changed_fields"].as_array().unwrap().len(), 1);
    assert!(!record.0.contains("maria") && record.0.contains("of.[EMAIL:"), "{}", record.0);
}

#[test]
fn a_text_of_the_hosts_own_code_is_not_somebodys_name_by_chance() {
    let event = Record::action("chase", "chase").request_payload(json!({"last_name": "Chase"}));
    let record = sealed(event.error_message("Chase called"), Level::FullTrace);
    assert_eq!(
        record.text("action"),
        r#"{"action_type":"chase","provider_name":"chase","error_message":"[NAME] called"}"#
    );
    let wrong = sealed(Record::action("mail to maria@example.com", "b"), Level::MetricsOnly);
    assert!(!wrong.0.contains("maria@"), "{}", wrong.0);
}

/// Names somebody at first, and then somebody else whom nobody looked for.
struct TwoStories(std::sync::atomic::AtomicU32);

impl Serialize for TwoStories {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = ["Ferdinanda", "Wilhelmina", "Theodora", "Zyzzyva"];
        let asked = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) as usize;
        json!({"first_name": names[asked % 4]}).serialize(serializer)
    }
}

struct Panics;

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("on purpose")
    }
}

#[test]
fn a_value_that_cannot_be_sent_costs_the_trace_and_the_lines_that_it_protects() {
    let two_stories = || TwoStories(0.into());
    for record in [
        sealed(Record::action("a", "b").metadata(two_stories()), Level::FullTrace),
        sealed(Record::audit("a", "b").changes(two_stories(), two_stories()), Level::FullTrace),
        sealed(Record::audit("a", "b").changes(Panics, 1).user_id("two words"), Level::FullTrace),
        sealed(Record::audit("a", "b").metadata(Panics).user_agent("x"), Level::FullTrace),
    ] {
        let json = record.json();
        assert_eq!(
            (&json["level"], &json["degraded"]),
            (&json!("METRICS_ONLY"), &json!("unserializable"))
        );
        for name in ["Ferdinanda", "Wilhelmina", "Theodora", "Zyzzyva", "two words", "\"x\""] {
            assert!(!record.0.contains(name), "{}", record.0);
        }
    }
    let unknown = sealed(Record::audit("a", "b").changes(Panics, 1), Level::FullTrace);
    assert!(unknown.cuts().contains(&"audit.changed_fields".to_owned()), "{}", unknown.0);
}

#[test]
fn a_direction_is_told_whoever_is_called_so() {
    let event =
        Record::task_sync("a", "1").sync_direction(SyncDirection::Import).identity("Import");
    assert!(sealed(event, Level::MetricsOnly).0.contains(r#""sync_direction":"Import""#));
}
