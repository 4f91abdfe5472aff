//! Every wrong request has its status and one JSON form of error, which quotes nothing.

use std::io::Write;

use crate::server::{Server, answer, id, record, record_with};
use epilogue_collector::{Config, KeyScope, Limits};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "maria.lindqvist@example.com";

async fn server() -> (Server, String) {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    (server, key)
}

#[tokio::test]
async fn an_invalid_record_is_told_what_is_wrong() {
    let (server, key) = server().await;
    let long = "x".repeat(257);
    let cases: [(Value, u16, &str); 16] = [
        (json!({"record_id": null}), 422, "invalid_record"),
        (json!({"record_id": "8c2f2a3e-6f0e-4d6e-9d3c-2f1f0a9b8c7d"}), 422, "invalid_record"),
        (json!({"kind": "party"}), 422, "unknown_kind"),
        (json!({"kind": 7}), 422, "invalid_record"),
        (json!({"schema_version": 2}), 422, "unknown_version"),
        (json!({"client_id": "other"}), 403, "foreign_client"),
        (json!({"client_id": null}), 422, "invalid_record"),
        (json!({"status": null}), 422, "invalid_record"),
        (json!({"status": SECRET}), 422, "invalid_record"),
        (json!({"executed_at": SECRET}), 422, "invalid_record"),
        (json!({"level": "OFF"}), 422, "invalid_record"),
        (json!({"ticket_id": long}), 422, "invalid_record"),
        (json!({"metrics": {SECRET: "high"}}), 422, "invalid_record"),
        (json!({"tags": vec!["x"; 65]}), 422, "invalid_record"),
        (json!({"execution_time_seconds": SECRET}), 422, "invalid_record"),
        (
            json!({"kind": "action", "status": "success", "action": {"action_type": 1}}),
            422,
            "invalid_record",
        ),
    ];
    for (fields, expected, code) in cases {
        let (status, error) = server.post(&key, record_with("demo", &fields).to_string()).await;
        assert_eq!(
            (status.as_u16(), &error["error"]["code"]),
            (expected, &json!(code)),
            "{fields}"
        );
        assert!(!error.to_string().contains(SECRET), "{error}");
    }
    let with_null = record("demo").to_string().replace("\"12345\"", "null");
    assert_eq!(server.post(&key, with_null).await.0, 422);
    let twice = record("demo").to_string().replacen('{', "{\"kind\":\"workflow\",", 1);
    assert_eq!(server.post(&key, twice).await.0, 422);
}

#[tokio::test]
async fn what_is_no_record_at_all_is_malformed() {
    let (server, key) = server().await;
    let secret = format!("{{\"note\": {SECRET}");
    for body in ["", " ", "[]", "nonsense", "{", "[{]", "{}{}", secret.as_str()] {
        let (status, error) = server.post(&key, body.to_owned()).await;
        assert_eq!((status.as_u16(), &error["error"]["code"]), (400, &json!("malformed_body")));
        assert!(!error.to_string().contains(SECRET), "{error}");
    }
    for body in ["7", "\"text\"", "null"] {
        assert_eq!(server.post(&key, body).await.0, 422, "{body}");
    }
    assert_eq!(server.post(&key, vec![b'"', 0xff, b'"']).await.0, 400);
}

#[tokio::test]
async fn what_is_not_taken_is_said_so() {
    let (server, key) = server().await;
    for (header, value, expected) in [
        ("content-type", "text/plain", 415),
        ("content-encoding", "br", 415),
        ("content-encoding", "gzip, zstd", 415),
        ("content-encoding", "gzip", 400),
        ("x-api-key", "unknown", 401),
    ] {
        let request = server.request(Method::POST, "/v1/logs", &key);
        let request = request.header("content-type", "application/json");
        let mut request = request.body(record("demo").to_string()).build().unwrap();
        request.headers_mut().insert(header, value.parse().unwrap());
        let response = server.http.execute(request).await.unwrap();
        assert_eq!(response.status(), expected, "{header}: {value}");
        let offers = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(offers("accept-post"), "application/json, application/x-ndjson");
        assert_eq!(offers("accept-encoding"), "zstd, gzip");
        assert_eq!(offers("cache-control"), "no-store");
        let error: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert!(error["error"]["code"].is_string() && error["error"]["message"].is_string());
    }
    let reading = server.key("demo", KeyScope::Read).await;
    assert_eq!(server.post(&reading, record("demo").to_string()).await.0, 403);
    let no_key = server.http.post(server.url("/v1/logs")).body("{}");
    assert_eq!(answer(no_key).await.0, 401);
    assert_eq!(answer(server.request(Method::PUT, "/v1/logs", &key)).await.0, 405);
    assert_eq!(server.get(&key, "/v1/nothing").await.0, 404);
}

#[tokio::test]
async fn nobody_on_the_way_keeps_an_answer() {
    let (server, ingest) = server().await;
    let read = server.key("demo", KeyScope::Read).await;
    for (method, path, key) in [
        (Method::GET, "/v1/logs", &read),
        (Method::GET, "/v1/export?format=csv", &read),
        (Method::GET, "/v1/stats", &ingest),
        (Method::GET, "/v1/nothing", &read),
        (Method::DELETE, "/v1/logs", &read),
    ] {
        let answer = server.request(method, path, key).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn what_only_another_kind_has_refuses_no_record() {
    let (server, key) = server().await;
    for (kind, status, own) in [
        ("webhook_event", "Completed", json!({"user_id": 42, "event_id": "e"})),
        ("action", "success", json!({"facts": "x", "user_id": []})),
    ] {
        let record = record_with("demo", &json!({"kind": kind, "status": status, kind: own}));
        let (status, answer) = server.post(&key, record.to_string()).await;
        assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(1)), "{answer}");
    }
}

#[tokio::test]
async fn a_row_is_small_whatever_the_record_is() {
    let (server, key) = server().await;
    let read = server.key("demo", KeyScope::Read).await;
    let sent = record_with(
        "demo",
        &json!({"status_reason": "ä".repeat(2_000), "category": "A\nB\u{1f}", "metrics": "HERE"}),
    );
    let number = format!("{{\"own\": 1.5{}, \"count\": 3}}", "0".repeat(100_000));
    let text = sent.to_string().replace("\"HERE\"", &number);
    assert_eq!(server.post(&key, text).await.0, 200);
    let (_, list) = server.get(&read, "/v1/logs").await;
    let row = &list["items"][0];
    assert_eq!(row["status_reason"], "ä".repeat(512));
    assert_eq!(row["category"], "A\u{fffd}B\u{fffd}");
    assert_eq!(row["metrics"], json!({"own": 1.5, "count": 3}));
    assert!(list.to_string().len() < 5_000);
    // The record itself is what was sent.
    let path = format!("/v1/logs/{}", id(&sent));
    let (_, whole) = server.get(&read, &path).await;
    assert_eq!(whole["metrics"], json!({"own": 1.5, "count": 3}));
    assert_eq!(whole["status_reason"], "ä".repeat(2_000));
}

#[tokio::test]
async fn a_batch_is_taken_record_by_record() {
    let (server, key) = server().await;
    let (good, other) = (record("demo"), record("other"));
    let bad = record_with("demo", &json!({"kind": "party"}));
    let lines = format!("{good}\n{bad}\r\n\n{other}\nnonsense\n");
    let request = server.request(Method::POST, "/v1/logs", &key);
    let request = request.header("content-type", "application/x-ndjson").body(lines);
    let (status, answered) = answer(request).await;
    assert_eq!((status.as_u16(), &answered["accepted"]), (200, &json!(1)));
    let rejected = answered["rejected"].as_array().unwrap();
    let places: Vec<_> = rejected.iter().map(|one| one["index"].as_u64().unwrap()).collect();
    assert_eq!(places, [1, 2, 3]);
    assert_eq!(rejected[0]["record_id"], id(&bad));
    let (status, _) = server.post(&key, json!([other, other]).to_string()).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn every_coding_is_read() {
    let (server, key) = server().await;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(record("demo").to_string().as_bytes()).unwrap();
    let zstd = zstd::encode_all(record("demo").to_string().as_bytes(), 1).unwrap();
    for (coding, body) in [("gzip", gzip.finish().unwrap()), ("zstd", zstd)] {
        let request = server.request(Method::POST, "/v1/logs", &key);
        let request = request.header("content-type", "application/json");
        let (status, answered) =
            answer(request.header("content-encoding", coding).body(body)).await;
        assert_eq!((status.as_u16(), &answered["accepted"]), (200, &json!(1)), "{coding}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_as_a_whole() {
    let limits = Limits {
        max_record_bytes: 2_000,
        max_request_bytes: 10_000,
        max_request_records: 5,
        ..Limits::default()
    };
    let server = Server::with(Config { limits, ..Config::default() }).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let large = record_with("demo", &json!({"note": "x".repeat(2_000)}));
    let (status, error) = server.post(&key, json!([record("demo"), large]).to_string()).await;
    assert_eq!((status.as_u16(), &error["error"]["index"]), (413, &json!(1)));
    let many: Vec<_> = (0..6).map(|_| record("demo")).collect();
    assert_eq!(server.post(&key, json!(many).to_string()).await.0, 413);
    assert_eq!(server.post(&key, " ".repeat(10_001)).await.0, 413);
    let bomb = zstd::encode_all(&vec![b' '; 50 << 20][..], 3).unwrap();
    let request = server.request(Method::POST, "/v1/logs", &key).body(bomb);
    let request = request.header("content-type", "application/json");
    assert_eq!(answer(request.header("content-encoding", "zstd")).await.0, 413);
    let reading = server.key("demo", KeyScope::Read).await;
    let (_, list) = server.get(&reading, "/v1/logs").await;
    assert_eq!(list["items"], json!([]));
}
