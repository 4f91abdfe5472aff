//! Every kind beside the table of the contract, field by field, at both levels.

use std::time::{Duration, SystemTime};

use epilogue::mask::{Action, Marked, marked};
use epilogue::record::{
    AttemptStatus, AuditStatus, EventCategory, Fields, ParsedEntity, ParsingStatus, SyncAttempt,
    SyncDirection, WebhookStatus,
};
use epilogue::{IntoRecord, Level, Record};
use serde_json::json;

use super::sealed::{Sealed, sealed};

/// 2023-11-14T22:13:20Z and so many seconds.
pub(crate) fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

/// The record at both levels: what is queryable is the same, and the trace is in one of them.
fn both<E: IntoRecord>(kind: &str, event: impl Fn() -> E, own: &str, trace: &str) -> Sealed {
    let full = sealed(event(), Level::FullTrace);
    let metrics = sealed(event(), Level::MetricsOnly);
    assert_eq!(full.text(kind), own);
    assert_eq!(metrics.text(kind), own);
    assert_eq!(full.text("trace"), trace);
    assert_eq!(metrics.text("trace"), "");
    assert_eq!(full.text("kind"), format!("{kind:?}"));
    metrics
}

/// The fields between the status and the level.
fn around(kind: &str) -> Vec<String> {
    ["metrics", kind, "level", "masking", "sdk"].map(str::to_owned).to_vec()
}

#[test]
fn an_action() {
    let event = || {
        Record::action("crm_create", "hubspot")
            .environment("production")
            .ticket_id("12345")
            .attempt(2)
            .started_at(time(0))
            .took(Duration::from_micros(412_300))
            .status_reason("the contact exists")
            .category("BILLING")
            .tag("crm")
            .currency("EUR")
            .metric("cost", 0.5)
            .failed("409: a contact\nwith this address exists")
            .request_payload(json!({"note": "new customer"}))
            .response_data(json!({"code": 409}))
            .metadata(json!({"region": "eu"}))
    };
    let record = both(
        "action",
        event,
        r#"{"action_type":"crm_create","provider_name":"hubspot","execution_time_ms":412,"error_message":"409: a contact with this address exists"}"#,
        r#"{"request_payload":{"note":"new customer"},"response_data":{"code":409},"metadata":{"region":"eu"}}"#,
    );
    let names = "schema_version record_id kind client_id environment ticket_id attempt executed_at \
                 execution_time_seconds status status_reason category tags currency metrics action \
                 level masking sdk";
    assert_eq!(record.names(), names.split(' ').collect::<Vec<_>>());
    assert_eq!(record.text("status"), r#""failure""#);
    assert_eq!(record.text("executed_at"), r#""2023-11-14T22:13:20.000Z""#);
    assert_eq!(record.text("execution_time_seconds"), "0.4123");
}

#[test]
fn an_audit() {
    let event = || {
        Record::audit("update", "customer")
            .user_id("u-204")
            .resource_id("C-17")
            .changes(
                json!({"plan": {"name": "basic", "seats": 5}, "active": true}),
                json!({"plan": {"name": "pro", "seats": 5}, "active": false}),
            )
            .changed_field("updated_at")
            .ip_address("203.0.113.77")
            .user_agent("Mozilla/5.0 (X11; Linux x86_64)")
            .metadata(json!({"request": 7}))
            .metric("retries", 1)
            .status(AuditStatus::Failure)
    };
    let record = both(
        "audit",
        event,
        r#"{"user_id":"u-204","action":"update","resource_type":"customer","resource_id":"C-17","changed_fields":["updated_at","active","plan.name"],"ip_address":"[IP:hash]","user_agent":"Mozilla/5.0 (X11; Linux x86_64)"}"#,
        r#"{"changes":{"before":{"active":true,"plan":{"name":"basic","seats":5}},"after":{"active":false,"plan":{"name":"pro","seats":5}}},"metadata":{"request":7}}"#,
    );
    assert!(record.names().ends_with(&around("audit")));
    assert_eq!(record.text("status"), r#""failure""#);
}

#[test]
fn a_changed_field_is_told_once() {
    let change = || {
        Record::audit("a", "b")
            .changed_field("plan.name")
            .changes(json!({"plan": {"name": 1}}), json!({"plan": {"name": 2}}))
    };
    let record = sealed(change(), Level::MetricsOnly);
    assert_eq!(record.json()["audit"]["changed_fields"], json!(["plan.name"]));
}

#[test]
fn a_change_that_shows_itself_to_the_masking_alone_may_be_missing_and_that_is_told() {
    #[derive(serde::Serialize)]
    struct Customer {
        account: Marked<&'static str>,
        plan: &'static str,
    }
    let marked = |account, action, plan| Customer { account: marked(account, action), plan };
    let secret = |account, plan| marked(account, Action::Hash, plan);
    let record = sealed(
        Record::audit("a", "b").changes(secret("1", "x"), secret("2", "y")),
        Level::FullTrace,
    );
    assert_eq!(record.json()["audit"]["changed_fields"], json!(["plan"]));
    assert_eq!(record.cuts(), ["audit.changed_fields[1]"]);
    let fields = |plan: &'static str| Fields::new().field("plan", plan);
    let record =
        sealed(Record::audit("a", "b").changes(fields("x"), fields("y")), Level::FullTrace);
    assert_eq!(record.cuts(), ["audit.changed_fields"]);
    let kept = |account| marked(account, Action::Keep, "x");
    let record = sealed(Record::audit("a", "b").changes(kept("1"), kept("2")), Level::FullTrace);
    assert_eq!(record.json()["audit"]["changed_fields"], json!(["account"]));
    assert_eq!(record.cuts(), [""; 0]);
}

#[test]
fn an_activity() {
    let event = || {
        Record::activity("email", "msg-17")
            .classified("Invoice received", 0.93)
            .event_category(EventCategory::Rule)
            .user_id("u-204")
            .created_by("classifier")
            .fact("workflow_id", "wf-3")
            .fact("steps_completed", 4)
            .fact("is_reply", false)
            .fact("language", "de")
            .description("The mail was taken for an invoice.")
            .metadata(json!({"model": "v3"}))
            .metric("tokens", 9)
    };
    let record = both(
        "activity",
        event,
        r#"{"entity_type":"email","entity_id":"msg-17","event_type":"classified","event_category":"rule","user_id":"u-204","created_by":"classifier","facts":{"classification":"Invoice received","confidence":0.93,"workflow_id":"wf-3","steps_completed":4,"is_reply":false,"language":"de"}}"#,
        r#"{"description":"The mail was taken for an invoice.","metadata":{"model":"v3"}}"#,
    );
    assert!(record.names().ends_with(&around("activity")));
    assert_eq!(record.text("status"), "");
}

#[test]
fn a_task_sync() {
    let event = || {
        Record::task_sync("jira", "OPS-17")
            .sync_direction(SyncDirection::Export)
            .last_sync_message("created")
            .related_doc("TASK-2023-0001")
            .attempt_made(
                SyncAttempt::new(AttemptStatus::Timeout).at(time(0)).error_log("no answer in 10 s"),
            )
            .attempt_made(
                SyncAttempt::new(AttemptStatus::Success)
                    .at(time(30))
                    .http_status_code(201)
                    .request_payload(json!({"subject": "Refund"}))
                    .response_payload(json!({"key": "OPS-17"})),
            )
            .sync_metadata(json!({"board": 4}))
            .metric("fields", 12)
    };
    let record = both(
        "task_sync",
        event,
        r#"{"external_ticket_id":"OPS-17","source_system":"jira","sync_direction":"Export","last_sync_message":"created","related_doc":"TASK-2023-0001","attempts":[{"attempt_timestamp":"2023-11-14T22:13:20.000Z","attempt_status":"Timeout","error_log":"no answer in 10 s"},{"attempt_timestamp":"2023-11-14T22:13:50.000Z","attempt_status":"Success","http_status_code":201}]}"#,
        r#"{"attempts":[{},{"request_payload":{"subject":"Refund"},"response_payload":{"key":"OPS-17"}}],"sync_metadata":{"board":4}}"#,
    );
    assert!(record.names().ends_with(&around("task_sync")));
    assert_eq!(record.text("status"), r#""Success""#);
}

#[test]
fn a_webhook_event() {
    let event = || {
        Record::webhook_event("telegram", "evt-1")
            .update_id(846_190)
            .chat_id("C024BE91L")
            .received_at(time(0))
            .handler_function("on_message")
            .retry_count(2)
            .last_retry_at(time(60))
            .error_message("the handler gave up")
            .payload(time(0), r#"{"text":"hi"}"#)
            .payload(time(60), r#"{"text":"hi again"}"#)
            .metric("bytes", 20)
            .status(WebhookStatus::Processing)
    };
    let record = both(
        "webhook_event",
        event,
        r#"{"event_id":"evt-1","source":"telegram","update_id":846190,"chat_id":"C024BE91L","received_at":"2023-11-14T22:13:20.000Z","handler_function":"on_message","retry_count":2,"last_retry_at":"2023-11-14T22:14:20.000Z","error_message":"the handler gave up","payload_size_bytes":19}"#,
        r#"{"payload_history":[{"storage_timestamp":"2023-11-14T22:13:20.000Z","raw_payload":"{\"text\":\"hi\"}"},{"storage_timestamp":"2023-11-14T22:14:20.000Z","raw_payload":"{\"text\":\"hi again\"}"}]}"#,
    );
    assert!(record.names().ends_with(&around("webhook_event")));
    assert_eq!(record.text("status"), r#""Processing""#);
}

#[test]
fn an_nlp_parsing() {
    let event = || {
        Record::nlp_parsing("Invoice 4711 of Maria Lindqvist")
            .source_document("doc-9")
            .parser_version("2.3.1")
            .took(Duration::from_millis(35))
            .confidence_score(0.91)
            .error_details("one line was not read")
            .entity(ParsedEntity::new("PERSON", "Maria Lindqvist").at(16..31).confidence(0.98))
            .entity(ParsedEntity::new("INVOICE_NUMBER", "4711").at(8..12))
            .metric("lines", 1)
            .status(ParsingStatus::Partial)
    };
    let record = both(
        "nlp_parsing",
        event,
        r#"{"source_text_hash":"hash","source_document":"doc-9","parser_version":"2.3.1","processing_time_ms":35,"confidence_score":0.91,"error_details":"one line was not read","entity_counts":{"INVOICE_NUMBER":1,"PERSON":1}}"#,
        r#"{"source_text_preview":"Invoice 4711 of [NAME]","parsed_entities":[{"entity_type":"PERSON","entity_value":"[NAME]","start_position":16,"end_position":31,"confidence":0.98},{"entity_type":"INVOICE_NUMBER","entity_value":"4711","start_position":8,"end_position":12}]}"#,
    );
    assert!(record.names().ends_with(&around("nlp_parsing")));
    assert_eq!(record.text("status"), r#""Partial""#);
}
