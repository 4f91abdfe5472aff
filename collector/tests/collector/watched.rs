//! Whoever watches the server learns how it is, and nothing of the records.

use crate::server::{Server, record};
use epilogue_collector::KeyScope;

#[tokio::test]
async fn the_server_tells_how_it_is() {
    let server = Server::start().await;
    let key = server.key("quite-a-client", KeyScope::Ingest).await;
    server.post(&key, record("quite-a-client").to_string()).await;
    server.post(&key, "nonsense").await;
    let told = async |path: &str| {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    };
    assert_eq!(told("/healthz").await, "ok\n");
    assert_eq!(told("/readyz").await, "ready\n");
    let metrics = told("/metrics").await;
    for name in [
        "epilogue_ingest_requests_total{status=\"200\"}",
        "epilogue_ingest_requests_total{status=\"400\"}",
        "epilogue_records_total{outcome=\"accepted\"}",
        "epilogue_ingest_seconds_bucket",
        "epilogue_commit_size_bucket",
        "epilogue_write_queue_requests",
    ] {
        assert!(metrics.contains(name), "{name} is not told:\n{metrics}");
    }
    assert!(!metrics.contains("quite-a-client"), "a client is named to whoever asks");
}
