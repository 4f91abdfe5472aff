//! Whoever makes or revokes a key leaves a record of it, which a provider reads.

use crate::home::Home;
use crate::process::Process;
use crate::together::keys;
use epilogue_collector::COLLECTOR_CLIENT;

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_reads_who_made_and_revoked_keys() {
    let data = Home::new();
    let process = Process::start(data.path());
    let [_, read] = process.keys.clone().unwrap();
    let create = ["create", "--client", "p", "--scope", "provider"];
    let provider = keys(data.path(), &create).await;
    keys(data.path(), &["revoke", "1"]).await;
    // Reading them changes nothing, and who opens the file could do so anyway.
    keys(data.path(), &["list"]).await;
    let (status, list) = process.get(&provider, "/v1/logs?kind=audit&resource_type=api_key").await;
    assert_eq!(status, 200);
    let acts: Vec<_> = list["items"].as_array().unwrap().iter().collect();
    let told = |name: &str| -> Vec<_> {
        acts.iter().map(|act| act[name].as_str().unwrap_or("-")).collect()
    };
    assert_eq!(told("action_type"), ["revoke", "create", "create", "create"]);
    assert_eq!(told("user_id"), ["cli", "cli", "server", "server"]);
    assert_eq!(told("resource_id"), ["1", "3", "2", "1"]);
    assert!(acts.iter().all(|act| act["client_id"] == COLLECTOR_CLIENT));
    let path = format!("/v1/logs/{}", acts[1]["record_id"].as_str().unwrap());
    let (_, whole) = process.get(&provider, &path).await;
    assert_eq!(whole["trace"]["metadata"]["client"], "p");
    assert_eq!(whole["trace"]["metadata"]["scope"], "provider");
    assert!(!whole.to_string().contains(&provider));
    // Whoever reads for one client has no part in it.
    assert_eq!(process.get(&read, &path).await.0, 404);
    let (_, own) = process.get(&read, "/v1/logs?kind=audit").await;
    assert_eq!(own["items"].as_array().unwrap().len(), 0);
}
