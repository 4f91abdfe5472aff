//! Whatever a body holds: an answer comes, it is none of the server's own failures, it quotes
//! nothing, and the next valid record is stored.

use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use epilogue_collector::{Config, KeyScope, Limits};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::server::{Server, record, record_with};

/// Must not stand in any answer.
const CANARY: &str = "canary-7c1e";
/// What an answer may take; far more than any does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Values as nobody should send them.
static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut values: Vec<String> = [
        "null", "true", "-1", "0", "1e999", "-1e308", "1e308", "1.7976931348623157e308", "{}", "[]",
        "18446744073709551616", "123456789012345678901234567890123456789012345678901234567890",
        "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\u{0}\"", "\"\u{1}\"",
        "\"canary-7c1e\"", "\"canary-7c1e@example.com\"", "\"1970-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59.999Z\"", "\"2026-02-30T12:00:00Z\"", "\"SUCCESS\"", "\"action\"",
        "{\"canary-7c1e\": \"canary-7c1e\"}", "{\"a\": 1e308, \"a\": -1e308}",
        "{\"cost\": 1e308, \"overall_confidence\": 1e308}",
        "{\"cost\": -1e308, \"overall_confidence\": -1e308, \"input_tokens\": 9e99}",
        "{\"instance\": \"canary-7c1e\", \"lost\": {\"canary-7c1e\": 18446744073709551615}}",
        "{\"server_counts\": \"canary-7c1e\"}", "[[[[[[[[[[\"canary-7c1e\"]]]]]]]]]]",
        "{\"action_type\": \"\", \"execution_time_ms\": -1e308, \"facts\": {\"confidence\": 1e308}}",
    ]
    .map(str::to_owned)
    .into();
    for depth in [100, 127, 128, 129, 5_000] {
        values.push(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        values.push(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)));
        values.push("[".repeat(depth));
    }
    for length in [255, 256, 257, 30_000] {
        values.push(format!("\"{}\"", "ä".repeat(length / 2)));
        values.push(format!("\"{}\"", "\\u0000".repeat(length)));
    }
    for count in [64, 65, 5_000] {
        values.push(format!("[{}]", vec!["\"x\""; count].join(",")));
        let numbers: Vec<_> = (0..count).map(|at| format!("\"m{at}\":{at}")).collect();
        values.push(format!("{{{}}}", numbers.join(",")));
    }
    values
});

const NAMES: [&str; 34] = [
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
    "level",
    "degraded",
    "masking",
    "truncation",
    "sdk",
    "trace",
    "workflow",
    "action",
    "audit",
    "activity",
    "task_sync",
    "webhook_event",
    "nlp_parsing",
    "canary-7c1e",
    "",
    "\\u0000",
    "\\ud800",
];

/// One record with some fields made hostile; a name may then stand twice.
fn a_record() -> impl Strategy<Value = Vec<u8>> {
    let field = (select(&NAMES[..]), select(VALUES.clone()), any::<bool>());
    vec(field, 0..4).prop_map(|fields| {
        let mut json = record("demo");
        let mut more = String::new();
        for (name, value, replaces) in fields {
            if replaces {
                json.as_object_mut().unwrap().remove(name);
            }
            more = format!("{more}\"{name}\":{value},");
        }
        json.to_string().replacen('{', &format!("{{{more}"), 1).into_bytes()
    })
}

/// What happens to bytes on a bad day.
#[derive(Clone, Debug)]
enum Accident {
    CutOff(Index),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Repeat(Index, Index),
}

fn accident() -> impl Strategy<Value = Accident> {
    let odd = select(vec![
        b"\xff".to_vec(),
        b"\xed\xa0\x80".to_vec(),
        b"\0".to_vec(),
        b"\\u0000".to_vec(),
        b"\\ud800".to_vec(),
        b"\"".to_vec(),
        b"}".to_vec(),
        b"[".to_vec(),
        b",".to_vec(),
        b"\n".to_vec(),
        b"\\".to_vec(),
        b"1e999".to_vec(),
        b"\xef\xbb\xbf".to_vec(),
        vec![b'['; 9_000],
    ]);
    prop_oneof![
        any::<Index>().prop_map(Accident::CutOff),
        (any::<Index>(), any::<u8>()).prop_map(|(at, bits)| Accident::Flip(at, bits)),
        (any::<Index>(), odd).prop_map(|(at, bytes)| Accident::Insert(at, bytes)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Accident::Repeat(from, to)),
    ]
}

fn happens(accidents: Vec<Accident>, bytes: &mut Vec<u8>) {
    for accident in accidents {
        if bytes.is_empty() {
            return;
        }
        match accident {
            Accident::CutOff(at) => bytes.truncate(at.index(bytes.len())),
            Accident::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Accident::Insert(at, odd) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, odd);
            }
            Accident::Repeat(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.extend(part);
            }
        }
    }
}

/// Records in one of the forms that are taken, or anything at all.
fn plain() -> impl Strategy<Value = Vec<u8>> {
    let records = || vec(a_record(), 0..6);
    prop_oneof![
        4 => a_record(),
        2 => records().prop_map(|records| records.join(&b'\n')),
        2 => records().prop_map(|records| [b"[", &records.join(&b',')[..], b"]"].concat()),
        1 => vec(any::<u8>(), 0..2_000),
        1 => any::<String>().prop_map(String::into_bytes),
        1 => select(VALUES.clone()).prop_map(String::into_bytes),
        // At the limit of records, and beyond it.
        1 => (99..103_usize).prop_map(|count| vec!["{}"; count].join("\n").into_bytes()),
        1 => (60_000..260_000_usize).prop_map(|bytes| vec![b' '; bytes]),
    ]
}

fn coded(coding: &str, plain: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(plain).unwrap();
            gzip.finish().unwrap()
        }
        "zstd" => zstd::encode_all(plain, 1).unwrap(),
        _ => plain.to_vec(),
    }
}

/// A request: what it says of itself, and what it holds.
#[derive(Clone)]
struct Sent {
    media_type: &'static str,
    coding: &'static str,
    body: Vec<u8>,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(4_000)]);
        write!(f, "{} {} {} bytes: {body:?}", self.media_type, self.coding, self.body.len())
    }
}

fn sent() -> impl Strategy<Value = Sent> {
    let media_types = vec![
        "application/json",
        "application/json",
        "application/x-ndjson",
        "Application/JSON; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
    ];
    let codings = vec!["identity", "gzip", "zstd"];
    let said = prop_oneof![
        6 => Just(None),
        1 => select(vec![Some("identity"), Some("gzip"), Some("zstd"), Some("br"), Some("gzip, zstd")]),
    ];
    let accidents = || prop_oneof![3 => Just(Vec::new()), 1 => vec(accident(), 1..4)];
    (select(media_types), select(codings), said, plain(), accidents(), accidents()).prop_map(
        |(media_type, coding, said, mut plain, before, after)| {
            happens(before, &mut plain);
            let mut body = coded(coding, &plain);
            happens(after, &mut body);
            Sent { media_type, coding: said.unwrap_or(coding), body }
        },
    )
}

/// The answer's form, by its status.
fn is_well_formed(status: u16, answer: &Value) -> bool {
    match status {
        200 => {
            answer["accepted"].is_u64()
                && answer["duplicates"].is_u64()
                && answer.get("rejected").is_none_or(Value::is_array)
        }
        400 | 403 | 413 | 415 | 422 => {
            answer["error"]["code"].is_string() && answer["error"]["message"].is_string()
        }
        _ => false,
    }
}

async fn is_answered(server: &Server, key: &str, sent: &Sent) -> Result<(), TestCaseError> {
    let request = server.request(Method::POST, "/v1/logs", key);
    let request = request.header("content-type", sent.media_type);
    let request = request.header("content-encoding", sent.coding).body(sent.body.clone());
    let response = timeout(PATIENCE, request.send()).await;
    let response = response.map_err(|_| TestCaseError::fail("no answer"))?;
    let response = response.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    prop_assert!(!text.contains(CANARY), "{status} quotes: {text}");
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    prop_assert!(is_well_formed(status, &answer), "{status}: {text}");
    let (status, answer) = server.post(key, record("demo").to_string()).await;
    prop_assert_eq!((status.as_u16(), answer["accepted"].as_u64()), (200, Some(1)), "{}", answer);
    Ok(())
}

#[test]
fn every_body_is_answered_and_the_next_record_is_stored() {
    let runtime = Runtime::new().unwrap();
    let limits = Limits {
        max_record_bytes: 64 << 10,
        max_request_bytes: 256 << 10,
        max_request_records: 100,
        ..Limits::default()
    };
    let (server, key, read) = runtime.block_on(async {
        let server = Server::with(Config { limits, ..Config::default() }).await;
        let key = server.key("demo", KeyScope::Ingest).await;
        let read = server.key("demo", KeyScope::Read).await;
        (server, key, read)
    });
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&sent(), |sent| runtime.block_on(is_answered(&server, &key, &sent)))
        .unwrap_or_else(|error| panic!("{error}"));
    // What was taken can be shown, and is JSON as everybody reads it.
    runtime.block_on(async {
        let mut cursor = String::new();
        loop {
            let (status, page) = server.get(&read, &format!("/v1/logs?limit=100{cursor}")).await;
            assert_eq!(status, 200, "{page}");
            for item in page["items"].as_array().unwrap() {
                let path = format!("/v1/logs/{}", item["record_id"].as_str().unwrap());
                let whole = server.request(Method::GET, &path, &read).send().await.unwrap();
                assert_eq!(whole.status(), 200);
                let whole = whole.text().await.unwrap();
                // A number may be too large for this reader; it is stored as it was sent.
                let json: Result<Value, _> = serde_json::from_str(&whole);
                let why = json.err().map(|error| error.to_string()).unwrap_or_default();
                assert!(why.is_empty() || why.starts_with("number out of range"), "{why}: {whole}");
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    });
}

#[tokio::test]
async fn figures_beyond_all_measure_keep_nobody_from_being_stored() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    for figure in [1e308, 1e308, -1e308, -1e308, 0.5] {
        let fields = json!({
            "execution_time_seconds": figure,
            "metrics": {"cost": figure, "overall_confidence": figure, "input_tokens": figure},
        });
        // Two of each in one request, so that their own sum is infinite already.
        let pair = [(); 2].map(|()| record_with("demo", &fields));
        let (status, answer) = server.post(&key, json!(pair).to_string()).await;
        assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(2)), "{figure:e}");
    }
}
