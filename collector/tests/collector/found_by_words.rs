//! Words in the records are found, a moment after the commit, by whoever may see the record.

use std::time::Duration;

use crate::server::{Server, id, record_with};
use epilogue_collector::KeyScope;
use serde_json::{Value, json};
use tokio::time::timeout;

/// What is found, as soon as the index has caught up.
async fn found(server: &Server, key: &str, words: &str, expected: usize) -> Vec<Value> {
    let asking = async {
        loop {
            let (status, list) = server.get(key, &format!("/v1/logs?q={words}")).await;
            assert_eq!(status, 200, "{words}: {list}");
            let items = list["items"].as_array().unwrap();
            if items.len() == expected {
                return items.clone();
            }
        }
    };
    timeout(Duration::from_secs(20), asking).await.unwrap_or_else(|_| panic!("{words}"))
}

#[tokio::test]
async fn words_are_found_within_the_scope() {
    let server = Server::start().await;
    let mut sent = Vec::new();
    for client in ["a", "b"] {
        let key = server.key(client, KeyScope::Ingest).await;
        let trace = json!({"steps": [{"output": "The refund was Declined, twice"}]});
        let record = record_with(client, &json!({"trace": trace, "level": "FULL_TRACE"}));
        server.post(&key, record.to_string()).await;
        sent.push(id(&record));
    }
    let all = server.key("p", KeyScope::Provider).await;
    found(&server, &all, "declined%20refund", 2).await;
    let own = server.key("a", KeyScope::Read).await;
    assert_eq!(found(&server, &own, "declined%20refund", 1).await[0]["record_id"], sent[0]);
    // What an expression is made of elsewhere is a word here, or nothing; names of fields are none.
    for (odd, records) in [
        ("%22refund", 1),
        ("client:%20refund", 0),
        ("refund%20OR%20nothing", 0),
        ("declined%20accepted", 0),
        ("*", 0),
        ("(", 0),
        ("output", 0),
    ] {
        found(&server, &own, odd, records).await;
    }
}
