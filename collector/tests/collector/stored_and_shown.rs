//! What was answered 200 is stored once, and is shown at once to whoever may see it.

use crate::home::store_of;
use crate::server::{Server, id, record, record_with};
use epilogue_collector::{Auth, KeyScope, store};
use serde_json::{Value, json};

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
    let read = server.key("demo", KeyScope::Read).await;
    let sent = record("demo");
    server.post(&ingest, sent.to_string()).await;
    let data = server.end().await;
    let address = store_of(data.path());
    let store = store::open(address.as_deref(), data.path()).await.unwrap();
    let auth = Auth::new(store.clone(), None);
    assert!(auth.ingest(Some(ingest.as_bytes())).await.is_ok());
    let scope = auth.read(Some(read.as_bytes())).await.unwrap();
    let shown = store.record(&scope, id(&sent).parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), sent);
    store.close().await;
}

#[tokio::test]
async fn what_is_not_asked_for_rightly_is_refused_as_json() {
    let server = Server::start().await;
    let read = server.key("demo", KeyScope::Read).await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    for (path, status, code) in [
        (format!("/v1/logs/{nobody}"), 404, "not_found"),
        (format!("/v1/logs/{nobody}?x=1"), 400, "bad_parameter"),
        ("/v1/logs/%ff".to_owned(), 404, "not_found"),
        ("/v1/logs?client_id=a%01".to_owned(), 400, "bad_parameter"),
        ("/v1/stats?client_id=a%01".to_owned(), 400, "bad_parameter"),
        ("/v1/stats/series?bucket=day&client_id=a%01".to_owned(), 400, "bad_parameter"),
        ("/v1/export?client_id=a%01".to_owned(), 400, "bad_parameter"),
        ("/v1/tickets/1?client_id=a%01".to_owned(), 400, "bad_parameter"),
    ] {
        let (told, answer) = server.get(&read, &path).await;
        assert_eq!((told.as_u16(), &answer["error"]["code"]), (status, &json!(code)), "{path}");
    }
}
