//! What happened around one ticket of a customer.

use std::time::{Duration, SystemTime};

use epilogue::Record;
use epilogue::record::{
    Action, Activity, AttemptStatus, Audit, Event, NlpParsing, ParsedEntity, SyncAttempt,
    SyncDirection, TaskSync, WebhookEvent,
};
use serde_json::{Value, json};

const TICKET: &str = "12345";
const MAIL: &str = "Hi, I am Maria Lindqvist. Invoice A-1017 was charged twice to my card 4111 \
                    1111 1111 1111. You reach me at maria.lindqvist@example.com.";

pub(crate) fn customer() -> Value {
    json!({
        "name": "Maria Lindqvist",
        "email": "maria.lindqvist@example.com",
        "card": "4111 1111 1111 1111",
        "password": "correct-horse-42",
    })
}

/// A mail was to be sent, and the provider refused.
pub(crate) fn action() -> Event<Action> {
    Record::action("email_send", "sendgrid")
        .ticket_id(TICKET)
        .took(Duration::from_millis(412))
        .request_payload(json!({"recipient": customer(), "subject": "Your refund"}))
        .response_data(
            json!({"code": 403, "key": "sk-proj-0123456789abcdefEPILOGUEabcdef0123456789"}),
        )
        .failed("403: maria.lindqvist@example.com has unsubscribed")
}

/// An agent changed what the system knows of the customer.
pub(crate) fn audit() -> Event<Audit> {
    let mut after = customer();
    after["email"] = "m.lindqvist@example.com".into();
    after["preferences"] = json!({"newsletter": false});
    Record::audit("update", "customer")
        .resource_id("C-17")
        .user_id("u-204")
        .ip_address("203.0.113.77")
        .user_agent("Mozilla/5.0 (X11; Linux x86_64) Firefox/144.0")
        .changes(json!({"customer": customer()}), json!({"customer": after}))
}

/// The mail was taken for a complaint.
pub(crate) fn activity() -> Event<Activity> {
    Record::activity("email", "msg-17")
        .ticket_id(TICKET)
        .classified("BILLING", 0.93)
        .fact("language", "en")
        .created_by("classifier")
        .description(MAIL)
        .metadata(json!({"sender": customer()}))
}

/// The ticket went to another system at the second try.
pub(crate) fn task_sync() -> Event<TaskSync> {
    Record::task_sync("jira", "OPS-17")
        .ticket_id(TICKET)
        .sync_direction(SyncDirection::Export)
        .attempt_made(
            SyncAttempt::new(AttemptStatus::Failed)
                .http_status_code(503)
                .error_log("no healthy upstream for Maria Lindqvist's ticket"),
        )
        .attempt_made(
            SyncAttempt::new(AttemptStatus::Success)
                .http_status_code(201)
                .request_payload(json!({"summary": MAIL, "reporter": customer()})),
        )
        .last_sync_message("created for Maria Lindqvist")
}

/// The same without what the kind requires.
pub(crate) fn without_direction() -> Event<TaskSync> {
    Record::task_sync("jira", "OPS-17")
}

/// The customer wrote once more, by another way.
pub(crate) fn webhook_event() -> Event<WebhookEvent> {
    let now = SystemTime::now();
    let update = json!({"update_id": 846_190, "message": {
        "from": {"first_name": "Maria", "last_name": "Lindqvist"},
        "text": "Maria here. Is there any news?",
    }});
    Record::webhook_event("telegram", "evt-846190")
        .ticket_id(TICKET)
        .update_id(846_190)
        .chat_id(-100_204)
        .received_at(now)
        .payload(now, update.to_string())
        .handler_function("on_message")
        .completed()
}

/// A parser read the mail.
pub(crate) fn nlp_parsing() -> Event<NlpParsing> {
    let found = |entity_type: &'static str, value: &str| {
        let start = MAIL.find(value).unwrap_or_default();
        ParsedEntity::new(entity_type, value).at(start..start + value.len()).confidence(0.97)
    };
    Record::nlp_parsing(MAIL)
        .ticket_id(TICKET)
        .source_document("msg-17")
        .parser_version("2.3.1")
        .took(Duration::from_millis(35))
        .confidence_score(0.91)
        .entity(found("PERSON", "Maria Lindqvist"))
        .entity(found("INVOICE_NUMBER", "A-1017"))
        .entity(found("EMAIL", "maria.lindqvist@example.com"))
}
