//! `/metrics` tells what producers have lost, and names clients to a provider's key alone.

use crate::home::Home;
use crate::process::Process;
use crate::server::record_with;
use crate::together::keys;
use serde_json::{Value, json};

fn telling(client: &str, instance: &str, lost: &Value) -> String {
    let sdk = json!({"name": "epilogue", "version": "1", "instance": instance, "lost": lost});
    record_with(client, &json!({"sdk": sdk})).to_string()
}

/// The figures of one name, as they stand in the page.
fn figures(page: &str, name: &str) -> Vec<String> {
    let mut lines: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix('{'))
        .map(str::to_owned)
        .collect();
    lines.sort_unstable();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_figure_of_each_process_is_summed_up() {
    let data = Home::new();
    let mut process = Process::start(data.path());
    let create = async |client, scope| {
        keys(data.path(), &["create", "--client", client, "--scope", scope]).await
    };
    let (a, b) = (create("client-a", "ingest").await, create("client-b", "ingest").await);
    let (provider, read) = (create("p", "provider").await, create("client-a", "read").await);
    let records = [
        (&a, telling("client-a", "one", &json!({"expired": 2, "queue_full": 9}))),
        (&a, telling("client-a", "one", &json!({"expired": 5}))),
        (&a, telling("client-a", "one", &json!({"expired": 3}))),
        (&a, telling("client-a", "two", &json!({"expired": 1, "of its own": 4}))),
        (&b, telling("client-b", "one", &json!({"expired": 10}))),
        (&b, record_with("client-b", &json!({"sdk": {"lost": "no figures"}})).to_string()),
    ];
    for (key, record) in &records {
        // The second time it is a duplicate, and tells nothing new.
        for _ in 0..2 {
            assert_eq!(process.post(key, record.clone()).await.unwrap().0, 200);
        }
    }
    let lost = "epilogue_producer_lost_records_total";
    let expected = ["reason=\"expired\"} 16", "reason=\"other\"} 4", "reason=\"queue_full\"} 9"];
    assert_eq!(figures(&process.metrics(None).await, lost), expected);
    process.kill();
    process = Process::start(data.path());
    for key in [None, Some(read.as_str()), Some(a.as_str()), Some("unknown")] {
        let page = process.metrics(key).await;
        assert_eq!(figures(&page, lost), expected, "a restart loses no figure");
        assert!(!page.contains("client-"), "a client is named:\n{page}");
    }
    for (key, record) in &records {
        process.post(key, record.clone()).await.unwrap();
    }
    process.post(&b, record_with("client-b", &json!({})).to_string()).await.unwrap();
    let page = process.metrics(Some(&provider)).await;
    assert_eq!(figures(&page, lost), expected);
    let by_client = [
        "client=\"client-a\",reason=\"expired\"} 6",
        "client=\"client-a\",reason=\"other\"} 4",
        "client=\"client-a\",reason=\"queue_full\"} 9",
        "client=\"client-b\",reason=\"expired\"} 10",
    ];
    assert_eq!(figures(&page, "epilogue_client_lost_records_total"), by_client);
    let brought = [
        "client=\"client-a\",outcome=\"duplicate\"} 4",
        "client=\"client-b\",outcome=\"accepted\"} 1",
        "client=\"client-b\",outcome=\"duplicate\"} 2",
    ];
    assert_eq!(figures(&page, "epilogue_client_records_total"), brought);
    assert!(!process.metrics(None).await.contains("client-"), "asked after the provider did");
}
