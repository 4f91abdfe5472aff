//! A source with everything in it that a store may hold.

use epilogue_collector::{ClientId, Config, KeyScope, Operator, Role, TotpSecret, revoke_key};
use epilogue_collector::{Clock, UserName, disable_user};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use crate::browser::{Browser, PASSWORD, Stopped, new_user};
use crate::home::Home;
use crate::server::{Server, id, record_with};

/// The clients.
pub(super) const CLIENTS: [&str; 3] = ["acme", "globex Ünïcode 😀", "initech"];
/// The words that some records hold.
pub(super) const WORD: &str = "reimbursement";

/// What was put into a source.
pub(super) struct Filled {
    /// For each client a key to read by; then a provider's.
    pub(super) keys: Vec<String>,
    /// A key to store by, of the first client, and one that was revoked.
    pub(super) ingest: String,
    pub(super) revoked: String,
    /// The ids of each client's records.
    pub(super) ids: Vec<Vec<String>>,
    /// Of the user `maria`.
    pub(super) secret: TotpSecret,
    pub(super) codes: Vec<String>,
    pub(super) clock: Stopped,
}

/// The settings of servers that go by this clock.
pub(super) fn config(clock: &Stopped) -> Config {
    let own = clock.clone();
    Config { clock: Clock::new(move || own.now()), ..Config::default() }
}

/// Fills a store that holds nothing, and ends its server.
pub(super) async fn filled(home: Home) -> (Home, Filled) {
    let clock = Stopped::new();
    let server = Server::over(home, config(&clock)).await;
    let (mut keys, mut ids, mut ingest) = (Vec::new(), Vec::new(), String::new());
    for client in CLIENTS.iter().rev() {
        ingest = server.key(client, KeyScope::Ingest).await;
        keys.insert(0, server.key(client, KeyScope::Read).await);
        let records = records(client);
        ids.insert(0, records.iter().map(id).collect());
        let (status, answer) = server.post(&ingest, Value::from(records).to_string()).await;
        assert_eq!((status.as_u16(), &answer["rejected"]), (200, &json!([])), "{answer}");
    }
    keys.push(server.key("provider", KeyScope::Provider).await);
    let revoked = server.key(CLIENTS[0], KeyScope::Read).await;
    let operator = Operator::at_the_command_line();
    let last = server.store.keys(&operator).await.unwrap().last().unwrap().id;
    assert!(revoke_key(server.store.as_ref(), &operator, last).await.unwrap());
    let (secret, codes) = people(&server, &clock).await;
    let home = server.end().await;
    (home, Filled { keys, ingest, revoked, ids, secret, codes, clock })
}

/// One with a second factor, one of a client, one who is disabled, and one who was never there.
async fn people(server: &Server, clock: &Stopped) -> (TotpSecret, Vec<String>) {
    let mut maria = Browser::of_new_user(server, "maria", Role::Provider).await;
    let (secret, codes) = maria.enrol(clock).await;
    clock.go_on(60);
    let mut again = Browser::new(server);
    again.log_in("maria", PASSWORD).await;
    again.get("/login/code").await;
    let used = again.post("/login/code", &[("code", &codes[0])]).await;
    assert_eq!(used.location(), "/", "{}", used.text);
    let role = Role::Client(ClientId::new(CLIENTS[1]).unwrap());
    drop(Browser::of_new_user(server, "carla", role).await);
    new_user(server, "newcomer", Role::Provider).await;
    new_user(server, "gone", Role::Provider).await;
    let operator = Operator::at_the_command_line();
    let gone = UserName::new("gone").unwrap();
    disable_user(server.store.as_ref(), &operator, gone).await.unwrap();
    (secret, codes)
}

/// Records of all kinds, and odd ones. Sums of their numbers are exact, in whatever order.
fn records(client: &str) -> Vec<Value> {
    let mut records = Vec::new();
    for turn in 0..5 {
        let day = format!("2026-0{}-1{turn}T0{turn}:00:00.250Z", turn + 1);
        for (kind, status, own) in kinds(turn) {
            let mut record = record_with(
                client,
                &json!({
                    "kind": kind, "executed_at": day, "status": status, "level": "FULL_TRACE",
                    "ticket_id": format!("ticket-{turn}"), "environment": "production",
                    "workflow_version": format!("v{}", turn % 2), "execution_time_seconds": null,
                    "metrics": {
                        "overall_confidence": 0.125 * f64::from(turn), "cost": 0.125,
                        "input_tokens": 100 + turn, "output_tokens": 7, "error_count": turn % 2,
                    },
                    "currency": if turn % 2 == 0 { "EUR" } else { "USD" },
                    "trace": trace(turn),
                    "sdk": {"name": "epilogue", "version": "1", "instance": format!("i{turn}"),
                        "lost": {"expired": turn + 1, "queue_full": 3}},
                }),
            );
            record[kind] = own;
            if kind == "workflow" {
                record["execution_time_seconds"] = json!(0.25 + f64::from(turn));
            }
            records.push(record);
        }
    }
    records.extend(odd(client));
    records
}

fn trace(turn: i32) -> Value {
    json!({
        "input": format!("the {WORD} of order {turn}"),
        "steps": [{"id": 1, "type": "node", "status": "error", "error": {"message": {"b": 1, "a": 2}}}],
        "errors": [{"type": "Timeout", "message": format!("order {turn} was late")}],
    })
}

fn kinds(turn: i32) -> Vec<(&'static str, Value, Value)> {
    let failed = |bad: &'static str, good: &'static str| if turn % 2 == 0 { bad } else { good };
    vec![
        ("workflow", json!(failed("FAILED", "SUCCESS")), json!({})),
        (
            "action",
            json!(failed("timeout", "success")),
            json!({"action_type": "email_send", "provider_name": "mail", "execution_time_ms": 250}),
        ),
        (
            "audit",
            json!("success"),
            json!({"user_id": "u", "action": "update", "resource_type": "order",
                "resource_id": format!("{turn}"), "changed_fields": ["a"]}),
        ),
        (
            "activity",
            Value::Null,
            json!({"entity_type": "email", "entity_id": "e1", "event_type": "classified",
                "event_category": "system", "facts": {"confidence": 0.5}}),
        ),
        (
            "task_sync",
            json!(failed("Failed", "Success")),
            json!({"external_ticket_id": "t1", "source_system": "jira", "attempts": [
                {"attempt_timestamp": format!("2026-01-01T00:00:0{turn}.000Z"),
                    "attempt_status": "Failed", "http_status_code": 503, "error_log": "no"},
                {"attempt_timestamp": "2026-01-01T00:00:09.000Z", "attempt_status": "Success"}]}),
        ),
        (
            "webhook_event",
            json!(failed("Processing", "Completed")),
            json!({"event_id": "w1", "source": "telegram", "handler_function": "h",
                "retry_count": turn, "received_at": "2026-01-01T00:00:00.000Z"}),
        ),
        (
            "nlp_parsing",
            json!(failed("Failed", "Success")),
            json!({"source_document": "d", "parser_version": format!("p{}", turn % 2),
                "processing_time_ms": 125, "confidence_score": 0.75, "entity_counts": {"A": turn}}),
        ),
    ]
}

/// What stores may keep in ways of their own.
fn odd(client: &str) -> Vec<Value> {
    let made = |millis| Builder::from_unix_timestamp_millis(millis, &random()).into_uuid();
    vec![
        record_with(client, &json!({"record_id": made(0), "executed_at": "1970-01-01T00:00:00Z"})),
        record_with(
            client,
            &json!({"record_id": made((1 << 48) - 1), "executed_at": "9999-12-31T23:59:59.999Z"}),
        ),
        record_with(
            client,
            &json!({
                "category": "a\u{0}b\u{1f}\u{7f}", "status_reason": "\u{202e}e\u{301}\u{fffd}\u{0}😀",
                "ticket_id": "\u{1f600}'; --\\", "level": "FULL_TRACE",
                "trace": {"state": {"\u{0}name": "\u{2028}\\u0000", "deep": [[[[{"z": 1, "a": [1.10, -0.0, 1e-7]}]]]]}},
            }),
        ),
        record_with(
            client,
            &json!({"level": "METRICS_ONLY", "degraded": "pressure", "metrics": {"cost": 1e-300, "overall_confidence": 1}}),
        ),
    ]
}

fn random() -> [u8; 10] {
    Uuid::now_v7().as_bytes()[6..].try_into().unwrap()
}

/// A record whose numbers have more digits than programs count with, as its text.
pub(super) fn with_many_digits(client: &str) -> String {
    let digits = "1234567890".repeat(8);
    let trace = json!({"state": {"many": "DIGITS", "small": "SMALL", "huge": "HUGE"}});
    let record = record_with(client, &json!({"level": "FULL_TRACE", "trace": trace}));
    let text = record.to_string().replace("\"DIGITS\"", &digits);
    text.replace("\"SMALL\"", &format!("0.{digits}00")).replace("\"HUGE\"", "1e999999")
}
