//! What was answered 200 is stored once, and is shown at once to whoever may see it.

use crate::server::{Server, id, record, record_with};
use epilogue_collector::KeyScope;
use serde_json::json;

#[tokio::test]
async fn a_stored_record_is_there_as_it_was_sent() {
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let sent = record_with("demo", &json!({"a_field_of_tomorrow": {"x": [1, 2.50]}}));
    let (status, answer) = server.post(&ingest, sent.to_string()).await;
    assert_eq!(status, 200);
    assert_eq!(answer["accepted"], 1);
    let (status, shown) = server.get(&read, &format!("/v1/logs/{}", id(&sent))).await;
    assert_eq!((status.as_u16(), shown), (200, sent));
}

#[tokio::test]
async fn the_same_record_is_stored_once() {
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let one = record("demo");
    let twice = json!([one, record("demo"), one]);
    let (_, answer) = server.post(&ingest, twice.to_string()).await;
    assert_eq!((&answer["accepted"], &answer["duplicates"]), (&json!(2), &json!(1)));
    let (_, answer) = server.post(&ingest, twice.to_string()).await;
    assert_eq!((&answer["accepted"], &answer["duplicates"]), (&json!(0), &json!(3)));
    let (_, list) = server.get(&read, "/v1/logs").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_list_is_newest_first_and_goes_on_where_it_stopped() {
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let all = server.key("provider", KeyScope::Provider).await;
    // Two of each moment: the moment alone would lose one of them between two pages.
    let records: Vec<_> = (0..10)
        .map(|at| {
            let executed_at = format!("2026-01-31T12:00:0{}.000Z", at / 2);
            record_with("demo", &json!({"executed_at": executed_at}))
        })
        .collect();
    server.post(&ingest, json!(records).to_string()).await;
    for (key, also) in [(&read, 0), (&all, 3)] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let (_, page) = server.get(key, &format!("/v1/logs?limit=3{cursor}")).await;
            seen.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        seen.retain(|item| item["client_id"] == "demo" || also > 0);
        assert_eq!(seen.len(), 10 + also);
        assert!(seen.is_sorted_by_key(|item| {
            std::cmp::Reverse(item["executed_at"].as_str().unwrap().to_owned())
        }));
    }
}

#[tokio::test]
async fn a_reader_sees_its_own_client_alone() {
    let server = Server::start().await;
    let ingest = server.key("a", KeyScope::Ingest).await;
    let sent = record("a");
    server.post(&ingest, sent.to_string()).await;
    let path = format!("/v1/logs/{}", id(&sent));
    for (client, scope, sees) in
        [("a", KeyScope::Read, true), ("b", KeyScope::Read, false), ("b", KeyScope::Provider, true)]
    {
        let key = server.key(client, scope).await;
        assert_eq!(server.get(&key, &path).await.0, if sees { 200 } else { 404 });
        let (_, list) = server.get(&key, "/v1/logs?kind=workflow").await;
        assert_eq!(list["items"].as_array().unwrap().len(), usize::from(sees));
    }
    assert_eq!(server.get(&ingest, &path).await.0, 403);
    assert_eq!(server.get("unknown", &path).await.0, 401);
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let server = Server::start().await;
    let ingest = server.key("demo", KeyScope::Ingest).await;
    let sent = record("demo");
    server.post(&ingest, sent.to_string()).await;
    let data = server.end().await;
    let store = epilogue_collector::store::open(None, data.path()).await.unwrap();
    let read = epilogue_collector::Auth::new(store.clone(), None);
    assert!(read.ingest(Some(ingest.as_bytes())).await.is_ok());
    store.close().await;
}
