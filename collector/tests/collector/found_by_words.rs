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
        let metrics = json!({"order": 4_711_002, "step_count": 4});
        let more = json!({"trace": trace, "level": "FULL_TRACE", "metrics": metrics});
        let record = record_with(client, &more);
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
        ("4711002", 1),
        ("4", 0),
        ("client:%20refund", 0),
        ("refund%20OR%20nothing", 0),
        ("declined%20accepted", 0),
        ("*", 0),
        ("(", 0),
        ("output", 0),
        ("%00", 0),
        ("refund%00declined%20*", 1),
    ] {
        found(&server, &own, odd, records).await;
    }
}

#[tokio::test]
async fn what_is_found_goes_by_storing_and_is_filtered() {
    let server = Server::start().await;
    let ingest = server.key("a", KeyScope::Ingest).await;
    let sent: Vec<_> = (0..12)
        .map(|at| {
            // The newer ones are stored first.
            let fields = json!({
                "executed_at": format!("2026-01-31T12:00:{:02}.000Z", 30 - at),
                "ticket_id": format!("T {}", at % 4), "execution_time_seconds": at,
                "trace": {"input": "everyone says hello"}, "level": "FULL_TRACE",
            });
            record_with("a", &fields)
        })
        .collect();
    server.post(&ingest, json!(sent).to_string()).await;
    let own = server.key("a", KeyScope::Read).await;
    found(&server, &own, "hello", 12).await;
    for (query, expected) in [
        ("limit=5", &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0][..]),
        ("limit=5&order=asc", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("limit=2&ticket_id=T%203", &[11, 7, 3]),
        ("limit=2&ticket_id=T%203&order=asc&min_duration=5", &[7, 11]),
        ("limit=2&since=2026-01-31T12:00:29Z", &[1, 0]),
        ("kind=audit", &[]),
        ("client_id=b", &[]),
    ] {
        let (mut places, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/logs?q=hello&{query}{cursor}");
            let (status, page) = server.get(&own, &path).await;
            assert_eq!(status, 200, "{path}: {page}");
            let ids = page["items"].as_array().unwrap().iter().map(id);
            places.extend(ids.map(|found| sent.iter().position(|one| id(one) == found).unwrap()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(places, expected, "{query}");
    }
}
