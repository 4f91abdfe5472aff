//! What a producer missed is masked before it is stored, and counted.

use crate::server::{Server, id, record_with};
use epilogue_collector::KeyScope;
use serde_json::{Value, json};

async fn stored(sent: &Value) -> Value {
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let (status, answer) = server.post(&ingest, sent.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    server.get(&read, &format!("/v1/logs/{}", id(sent))).await.1
}

#[tokio::test]
async fn what_was_missed_is_masked_and_counted() {
    let sent = record_with(
        "demo",
        &json!({
            "status_reason": "maria.lindqvist@example.com did not answer",
            "masking": {"policy": "own/1", "key_id": "k", "counts": {"EMAIL": 2},
                "server_counts": {"EMAIL": 99}},
            "level": "FULL_TRACE",
            "trace": {"state": {"customer": {"name": "Maria Lindqvist"},
                "note": "call Maria Lindqvist", "password": "correct-horse-42"}},
        }),
    );
    let whole = stored(&sent).await;
    let text = whole.to_string();
    for secret in ["lindqvist", "Lindqvist", "correct-horse-42"] {
        assert!(!text.contains(secret), "{secret} is left: {text}");
    }
    assert_eq!(whole["masking"]["counts"], json!({"EMAIL": 2}));
    assert_eq!(whole["masking"]["server_counts"]["EMAIL"], 1);
    assert!(whole["masking"]["server_counts"]["NAME"].as_u64() >= Some(1));
    for same in ["record_id", "ticket_id", "metrics", "executed_at", "client_id"] {
        assert_eq!(whole[same], sent[same], "{same}");
    }
}

#[tokio::test]
async fn what_lies_too_deep_to_be_masked_is_not_stored() {
    let mut deep = json!("maria.lindqvist@example.com");
    for _ in 0..100 {
        deep = json!({"in": deep});
    }
    // Deeper than a JSON value can be made of by `serde_json`: as text.
    let sent = record_with("demo", &json!({"trace": "HERE"}));
    let nested = format!("{}{deep}{}", "[".repeat(100), "]".repeat(100));
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let (status, _) = server.post(&ingest, sent.to_string().replace("\"HERE\"", &nested)).await;
    assert_eq!(status, 200);
    let path = format!("/v1/logs/{}", id(&sent));
    let whole = server.request(reqwest::Method::GET, &path, &read).send().await.unwrap();
    assert!(!whole.text().await.unwrap().contains("lindqvist"));
}

#[tokio::test]
async fn nul_is_stored_as_the_replacement_character() {
    let whole = stored(&record_with("demo", &json!({"tags": ["a\0b", "c\\u0000"]}))).await;
    assert_eq!(whole["tags"], json!(["a\u{fffd}b", "c\\u0000"]));
}

#[tokio::test]
async fn half_a_character_hides_nothing() {
    // A text that nobody can decode is none that the masking reads, and none that a reader gets.
    let sent = record_with("demo", &json!({"trace": {"note": "HALF"}, "level": "FULL_TRACE"}));
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let odd = sent.to_string().replace("HALF", "\\ud800 maria.lindqvist@example.com \\uDC00!");
    let (status, answer) = server.post(&ingest, odd).await;
    assert_eq!(status, 200, "{answer}");
    let (_, whole) = server.get(&read, &format!("/v1/logs/{}", id(&sent))).await;
    let note = whole["trace"]["note"].as_str().unwrap();
    assert!(note.starts_with("\u{fffd} ") && note.ends_with(" \u{fffd}!"), "{note}");
    assert!(!note.contains("lindqvist"), "{note}");
}

#[tokio::test]
async fn a_persons_data_is_masked_wherever_it_stands() {
    let address = "maria.lindqvist@example.com";
    let sent = record_with(
        "demo",
        &json!({
            "category": format!("of {address}"),
            "workflow_name": address,
            "degraded": address,
            "metrics": {address: 7, "step_count": 4},
            "sdk": {"name": "epilogue", "version": "0.1.0", "instance": "0f3a", "by": address,
                "lost": {"expired": 3}},
            "truncation": {"dropped_steps": 2,
                "fields": [{"path": format!("trace.{address}"), "original_bytes": 9}]},
            "masking": {"policy": "own/1", "note": address},
        }),
    );
    let whole = stored(&sent).await;
    assert!(!whole.to_string().contains("lindqvist"), "{whole}");
    assert!(whole["masking"]["server_counts"]["EMAIL"].as_u64() >= Some(5), "{whole}");
    assert_eq!(whole["masking"]["policy"], "own/1");
    assert_eq!(whole["metrics"]["step_count"], 4);
    assert_eq!(whole["metrics"].as_object().unwrap().len(), 2);
    for same in ["name", "version", "instance", "lost"] {
        assert_eq!(whole["sdk"][same], sent["sdk"][same]);
    }
    assert_eq!(whole["truncation"]["dropped_steps"], 2);
    assert_eq!(whole["truncation"]["fields"][0]["original_bytes"], 9);
}

#[tokio::test]
async fn a_producer_does_not_speak_for_the_collector() {
    let sent = record_with("demo", &json!({"masking": {"policy": "own/1", "HERE": {"EMAIL": 99}}}));
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    for name in ["server_counts", r"server\u005fcounts"] {
        let record = record_with("demo", &json!({"masking": sent["masking"]}));
        let text = record.to_string().replace("HERE", name);
        assert_eq!(server.post(&ingest, text).await.0, 200);
        let (_, whole) = server.get(&read, &format!("/v1/logs/{}", id(&record))).await;
        assert_eq!(whole["masking"], json!({"policy": "own/1"}), "{name}");
    }
}
