//! Keys act at once, whichever process makes or revokes them, and no oftener than they may.

use std::num::NonZeroU32;

use crate::home::store_of;
use crate::server::{Server, record, record_with};
use epilogue_collector::store::{self};
use epilogue_collector::{ClientId, Config, KeyScope, Operator, create_key, revoke_key};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn another_process_makes_and_revokes_keys_at_once() {
    let server = Server::start().await;
    let first = server.key("demo", KeyScope::Ingest).await;
    assert_eq!(server.post(&first, record("demo").to_string()).await.0, 200);
    // A second store over the same records is what another process has.
    let address = store_of(server.directory());
    let other = store::open(address.as_deref(), server.directory()).await.unwrap();
    let operator = Operator::at_the_command_line();
    let client = ClientId::new("demo").unwrap();
    for scope in [KeyScope::Ingest, KeyScope::Read] {
        let key = create_key(other.as_ref(), &operator, client.clone(), scope).await.unwrap();
        let body = record("demo").to_string();
        let tried = async |key: &str| match scope {
            KeyScope::Ingest => server.post(key, body.clone()).await.0,
            _ => server.get(key, "/v1/logs").await.0,
        };
        assert_eq!(tried(key.reveal()).await, 200);
        let id = other.keys(&operator).await.unwrap().last().unwrap().id;
        assert!(revoke_key(other.as_ref(), &operator, id).await.unwrap());
        assert_eq!(tried(key.reveal()).await, 401, "{scope}");
    }
    assert_eq!(server.post(&first, record("demo").to_string()).await.0, 200);
    other.close().await;
}

#[tokio::test]
async fn a_key_that_is_used_too_often_has_to_wait() {
    let rate = NonZeroU32::new(3);
    let server = Server::with(Config { rate, ..Config::default() }).await;
    let flood = server.key("flood", KeyScope::Ingest).await;
    let other = server.key("other", KeyScope::Ingest).await;
    let mut refused = 0;
    for _ in 0..20 {
        let request = server.request(Method::POST, "/v1/logs", &flood);
        let request = request.header("content-type", "application/json");
        let response = request.body(record("flood").to_string()).send().await.unwrap();
        if response.status() == 429 {
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            refused += 1;
        }
    }
    assert!(refused > 0);
    assert_eq!(server.post(&other, record("other").to_string()).await.0, 200);
}

#[tokio::test]
async fn a_revoked_key_is_told_so_whatever_it_sends() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let foreign = record("other").to_string();
    let bodies = [
        ("nonsense".to_owned(), 400),
        (json!([record_with("demo", &json!({"kind": "party"}))]).to_string(), 200),
        (foreign, 403),
        (" ".repeat(9 << 20), 413),
    ];
    for (body, expected) in &bodies {
        assert_eq!(server.post(&key, body.clone()).await.0, *expected);
    }
    let operator = Operator::at_the_command_line();
    for (body, _) in bodies {
        // Each as the first that the server hears of a revoked key.
        let key = server.key("demo", KeyScope::Ingest).await;
        assert_eq!(server.post(&key, record("demo").to_string()).await.0, 200);
        let id = server.store.keys(&operator).await.unwrap().last().unwrap().id;
        assert!(revoke_key(server.store.as_ref(), &operator, id).await.unwrap());
        assert_eq!(server.post(&key, body).await.0, 401);
    }
}
