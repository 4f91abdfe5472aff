//! The SDK ships to this collector, which keeps every run.

use std::time::Duration;

use crate::server::Server;
use epilogue::{Client, Record, Status};
use epilogue_collector::KeyScope;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sdk_ships_is_stored_and_shown() {
    let server = Server::start().await;
    let (ingest, read) =
        (server.key("demo", KeyScope::Ingest).await, server.key("demo", KeyScope::Read).await);
    let client = Client::builder()
        .url(server.url("/v1/logs"))
        .api_key(ingest)
        .client_id("demo")
        .build()
        .unwrap();
    for ticket in 0..200 {
        let state = json!({
            "customer": {"name": "Maria Lindqvist", "password": "correct-horse-42"},
            "note": "Maria Lindqvist called",
            "answer": r#"{"email": "maria@example.com", "date_of_birth": "1980-01-01"}"#,
        });
        client.ship(
            Record::workflow(ticket.to_string())
                .status(Status::Success)
                .category("PRODUCT_SUPPORT")
                .took(Duration::from_millis(1_500))
                .metric("overall_confidence", 0.82)
                .state(state),
        );
    }
    assert!(client.shutdown(Duration::from_secs(30)).await.is_complete());
    assert_eq!(client.stats().delivered(), 200);
    let (_, list) = server.get(&read, "/v1/logs?limit=1000&kind=workflow").await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 200);
    let item = &items[0];
    assert_eq!((&item["outcome"], &item["confidence"]), (&json!("ok"), &json!(0.82)));
    let path = format!("/v1/logs/{}", item["record_id"].as_str().unwrap());
    let (_, whole) = server.get(&read, &path).await;
    assert_eq!(whole["level"], "FULL_TRACE");
    assert!(!whole.to_string().contains("Lindqvist"));
    // What the SDK masked is left as it is.
    assert!(whole["masking"].get("server_counts").is_none());
}
