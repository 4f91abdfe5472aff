//! What one store takes the other takes as well, and shows it alike: above all what JSONB, texts and
//! indexes of PostgreSQL refuse by themselves.

use epilogue_collector::{Config, KeyScope, Limits};
use serde_json::{Value, json};

use crate::database::Database;
use crate::home::Home;
use crate::process::until;
use crate::server::{Server, id, record_with};

/// A server of either store, with its keys.
struct Side {
    server: Server,
    ingest: String,
    read: String,
}

impl Side {
    async fn over(home: Home) -> Self {
        let limits =
            Limits { max_record_bytes: 40 << 20, max_request_bytes: 80 << 20, ..Limits::default() };
        let server = Server::over(home, Config { limits, ..Config::default() }).await;
        let ingest = server.key("demo", KeyScope::Ingest).await;
        let read = server.key("demo", KeyScope::Read).await;
        Self { server, ingest, read }
    }
}

/// Both of them, and where they differ.
struct Both {
    sides: [Side; 2],
    differences: Vec<String>,
}

/// The answer without what differs by itself: places in a list, the last digits of sums, which depend on
/// their order, and the sign of zero, which JSONB has not.
fn comparable(answer: Value) -> Value {
    match answer {
        Value::Object(fields) => {
            let own = fields.into_iter().filter(|(name, _)| name != "next_cursor");
            own.map(|(name, value)| (name, comparable(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(comparable).collect(),
        Value::Number(number) if number.is_f64() => {
            format!("{:.12e}", number.as_f64().unwrap() + 0.0).into()
        }
        other => other,
    }
}

impl Both {
    /// `None` where there is no PostgreSQL.
    async fn start() -> Option<Self> {
        let server = std::env::var("EPILOGUE_TEST_POSTGRES").ok()?;
        let sides = [
            Side::over(Home::embedded()).await,
            Side::over(Home::over(Database::of(server))).await,
        ];
        Some(Self { sides, differences: Vec::new() })
    }

    /// Has both answer a question.
    async fn show(&mut self, path: &str) -> u16 {
        let mut answers = Vec::new();
        for Side { server, read, .. } in &self.sides {
            let (status, answer) = server.get(read, path).await;
            answers.push((status.as_u16(), comparable(answer)));
        }
        self.compare(path, &answers)
    }

    /// Has both take or refuse a body.
    async fn take(&mut self, body: &str) -> u16 {
        let mut answers = Vec::new();
        for Side { server, ingest, .. } in &self.sides {
            let (status, answer) = server.post(ingest, body.to_owned()).await;
            answers.push((status.as_u16(), answer));
        }
        self.compare(body, &answers)
    }

    /// Ready when everything that was taken is found by its words.
    async fn index(&mut self) {
        self.take(&record_with("demo", &json!({"ticket_id": "lastword"})).to_string()).await;
        for Side { server, read, .. } in &self.sides {
            until("the last record is found", async || {
                let (_, list) = server.get(read, "/v1/logs?q=lastword").await;
                list["items"].as_array().is_some_and(|items| !items.is_empty())
            })
            .await;
        }
    }

    fn compare(&mut self, what: &str, answers: &[(u16, Value)]) -> u16 {
        let told = |text: &str| text.chars().take(500).collect::<String>();
        let [own, other] = answers else { panic!("there are two") };
        if own != other || own.0 >= 500 {
            let [own, other] =
                [own, other].map(|(status, answer)| (status, told(&answer.to_string())));
            self.differences.push(format!("{}: {own:?} and {other:?}", told(what)));
        }
        own.0
    }

    fn are_alike(self) {
        assert!(self.differences.is_empty(), "{}", self.differences.join("\n"));
    }
}

/// A record with `HERE` in place of a value that no `Value` can hold.
fn with_text(fields: &Value, value: &str) -> (String, String) {
    let record = record_with("demo", fields);
    (id(&record), record.to_string().replace("\"HERE\"", value))
}

/// What JSON may say and hardly anybody says.
fn odd_values() -> Vec<String> {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let keys = |count: usize| {
        let pairs: Vec<_> = (0..count).map(|at| format!("\"k{at}\":{at}")).collect();
        format!("{{{}}}", pairs.join(","))
    };
    vec![
        "\"a\\u0000b\"".to_owned(),
        "{\"a\\u0000b\":\"\\u0000\"}".to_owned(),
        "\"\\ud800 \\udc00\\ud800 \\ud83d\\ude00\"".to_owned(),
        "{\"\\ud800\":1,\"\\udc00\":2}".to_owned(),
        "\"\u{1}\"".to_owned(),
        "\"\\u0001\\u001f\\u007f \u{85}\u{2028}\u{feff}\u{10ffff}\"".to_owned(),
        "{\"a\":1,\"a\":2,\"b\":{\"c\":1,\"c\":null}}".to_owned(),
        "{\"\":\"\"}".to_owned(),
        "1e308".to_owned(),
        "-1.7e308".to_owned(),
        "123456789012345678901234567890".to_owned(),
        format!("0.{}1", "0".repeat(250)),
        "-0.0".to_owned(),
        "5e-324".to_owned(),
        nested(100),
        nested(127),
        nested(200),
        nested(20_000),
        keys(20_000),
        format!("\"{}\"", "x".repeat(16 << 20)),
        format!("\"{}\"", "\\u0000".repeat(2 << 20)),
        format!("[{}0]", "0,".repeat(1 << 20)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_values_are_taken_and_shown_alike() {
    let Some(mut both) = Both::start().await else { return };
    for value in odd_values() {
        let (id, body) = with_text(&json!({"trace": "HERE", "level": "FULL_TRACE"}), &value);
        both.take(&body).await;
        both.show(&format!("/v1/logs/{id}")).await;
        let (id, body) = with_text(&json!({"own": "HERE"}), &value);
        both.take(&body).await;
        both.show(&format!("/v1/logs/{id}")).await;
    }
    // What no program can count with is what JSONB keeps of it, and taken by either.
    for number in ["1e400", "-1e999999", "1e-999999", &format!("1{}", "0".repeat(200_000))] {
        let (_, body) = with_text(&json!({"own": "HERE"}), number);
        assert_eq!(both.take(&body).await, 200, "{}", &number[..5]);
    }
    both.show("/v1/logs?limit=1000").await;
    both.show("/v1/stats").await;
    both.are_alike();
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_are_taken_refused_and_found_alike() {
    let Some(mut both) = Both::start().await else { return };
    let long = |bytes: usize| "ä".repeat(bytes / 2);
    let names = ["ticket_id", "status", "category", "environment", "workflow_name", "currency"];
    for name in names {
        for text in [
            &long(256),
            &long(258),
            &long(10_000),
            "",
            " ",
            "a\u{0}b",
            "\u{10ffff}",
            "%_\\'\"$1;--",
        ] {
            let record = record_with("demo", &json!({name: text}));
            both.take(&record.to_string()).await;
        }
    }
    // All of what one index holds is as long as it may be.
    for (kind, status, own) in [
        (
            "audit",
            "success",
            json!({"user_id": long(256), "resource_type": long(256),
            "resource_id": long(256), "action": long(256)}),
        ),
        (
            "activity",
            "none",
            json!({"entity_type": long(256),
            "entity_id": long(256), "event_type": long(256), "event_category": long(256)}),
        ),
        (
            "task_sync",
            "Failed",
            json!({"external_ticket_id": long(256), "source_system": long(256),
            "attempts": [{"attempt_status": "Failed", "error_log": long(100_000),
                "attempt_timestamp": "2026-01-31T12:00:00.000Z"}]}),
        ),
        (
            "webhook_event",
            "Failed",
            json!({"event_id": long(256), "source": long(256),
            "handler_function": long(256), "retry_count": i64::MAX}),
        ),
        (
            "nlp_parsing",
            "Failed",
            json!({"parser_version": long(256),
            "processing_time_ms": 1e300, "confidence_score": -1e308}),
        ),
    ] {
        let mut record = record_with("demo", &json!({"kind": kind, "status": status, kind: own}));
        if kind == "activity" {
            record.as_object_mut().unwrap().remove("status");
        }
        assert_eq!(both.take(&record.to_string()).await, 200, "{kind}");
    }
    for figure in [i64::MAX, i64::MAX] {
        let metrics = json!({"metrics": {"input_tokens": figure, "error_count": figure},
            "attempt": figure, "sdk": {"instance": long(256), "lost": {"expired": u64::MAX}}});
        both.take(&record_with("demo", &metrics).to_string()).await;
    }
    for at in ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1900-01-01T00:00:00Z"] {
        let record = record_with("demo", &json!({"executed_at": at}));
        both.take(&record.to_string()).await;
    }
    for record_id in
        ["00000000-0000-7000-8000-000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff"]
    {
        let record = record_with("demo", &json!({"record_id": record_id}));
        both.take(&record.to_string()).await;
        both.show(&format!("/v1/logs/{record_id}")).await;
    }
    both.index().await;
    questions(&mut both).await;
    both.are_alike();
}

/// What is asked for may be as odd.
async fn questions(both: &mut Both) {
    let odd = ["%00", "a%00b", "%ED%A0%80", "%FF", "%F4%8F%BF%BF", "%27%3B--", "%25_", "%5C", ""];
    let long = "x".repeat(9_000);
    for value in odd.iter().copied().chain([long.as_str()]) {
        for path in [
            "/v1/logs?ticket_id=",
            "/v1/logs?status=",
            "/v1/logs?q=",
            "/v1/logs?cursor=",
            "/v1/logs?since=",
            "/v1/logs?user_id=",
            "/v1/logs?client_id=",
            "/v1/logs?category=",
            "/v1/stats?category=",
            "/v1/stats?provider_name=",
            "/v1/stats/series?bucket=day&status=",
            "/v1/tickets/",
            "/v1/timeline/email/",
            "/v1/audit/user/",
            "/v1/logs/",
            "/v1/export?format=csv&ticket_id=",
        ] {
            both.show(&format!("{path}{value}")).await;
        }
    }
    for path in [
        "/v1/logs?limit=1000",
        "/v1/logs?limit=1000&sort=duration",
        "/v1/logs/failed?minutes=60",
        "/v1/logs?min_confidence=NaN",
        "/v1/logs?max_confidence=1e999",
        "/v1/logs?min_confidence=-1e999",
        "/v1/logs?since=0000-01-01T00:00:00Z",
        "/v1/logs?until=9999-12-31T23:59:59.999Z",
        "/v1/logs?since=-262143-01-01T00:00:00Z",
        "/v1/stats",
        "/v1/stats?group_by=status",
        "/v1/stats?since=2026-01-31T12:00:00.000Z&until=2026-01-31T12:00:00.001Z",
        "/v1/stats?since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59.999Z",
        "/v1/tickets/12345",
    ] {
        both.show(path).await;
    }
}
