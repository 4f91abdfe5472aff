//! Whoever watches the server learns how it is, and nothing of the records.

use crate::home::Home;
use crate::process::{Process, new_key};
use crate::server::record;

/// A process of its own, since everything in one process counts together.
#[tokio::test]
async fn the_server_tells_how_it_is() {
    let data = Home::new();
    let process = Process::start(data.path());
    let key = new_key(data.path(), "quite-a-client", "ingest");
    process.post(&key, record("quite-a-client").to_string()).await.unwrap();
    process.post(&key, "nonsense".to_owned()).await.unwrap();
    let told = async |path: &str| {
        let response = process.http.get(format!("{}{path}", process.url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    };
    assert_eq!(told("/healthz").await, "ok\n");
    assert_eq!(told("/readyz").await, "ready\n");
    let metrics = told("/metrics").await;
    for line in [
        "epilogue_ingest_requests_total{status=\"200\"} 1",
        "epilogue_ingest_requests_total{status=\"400\"} 1",
        "epilogue_records_total{outcome=\"accepted\"} 1",
        "epilogue_ingest_seconds_count 2",
        "epilogue_commit_size_count 1",
        "epilogue_write_queue_requests 0",
    ] {
        assert!(metrics.lines().any(|told| told == line), "{line} is not told:\n{metrics}");
    }
    assert!(!metrics.contains("quite-a-client"), "a client is named to whoever asks");
}
