//! Two processes share one directory: they start at once, and each acts on what the other does.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};
use tokio::task::{JoinSet, spawn_blocking};

use crate::home::Home;
use crate::process::{Process, binary_over};
use crate::server::{id, record};
use crate::sums;

/// Two collectors over one directory, started at the same moment.
async fn two(data: &Path) -> [Arc<Process>; 2] {
    let start = || {
        let data = data.to_owned();
        spawn_blocking(move || Arc::new(Process::start(&data)))
    };
    let (one, other) = (start(), start());
    [one.await.unwrap(), other.await.unwrap()]
}

/// Runs `keys` as a command of its own, and gives back what it printed.
pub(crate) async fn keys(data: &Path, arguments: &[&str]) -> String {
    let mut command = binary_over(data);
    command.arg("keys").args(arguments);
    let output = spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The number of the newest key, which was made by `made`.
async fn newest_key(data: &Path) -> String {
    let list = keys(data, &["list"]).await;
    list.lines().last().unwrap().split('\t').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_start_on_an_empty_directory() {
    for _ in 0..10 {
        let data = Home::new();
        let both = two(data.path()).await;
        let keys = both.iter().find_map(|process| process.keys.clone());
        let [ingest, read] = keys.expect("one of them shows the first keys");
        for process in &both {
            let sent = record("demo");
            assert_eq!(process.post(&ingest, sent.to_string()).await.unwrap().0, 200);
            for other in &both {
                let (status, _) = other.get(&read, &format!("/v1/logs/{}", id(&sent))).await;
                assert_eq!(status, 200, "what one answered the other shows at once");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_records_at_both_are_stored_once() {
    let data = Home::new();
    let [one, other] = two(data.path()).await;
    let [ingest, read] = one.keys.clone().or_else(|| other.keys.clone()).unwrap();
    let records: Arc<Vec<_>> = Arc::new((0..200).map(|_| record("demo")).collect());
    let mut load = JoinSet::new();
    for process in [&one, &other] {
        // Each tenth of them in one request, by ten senders at once.
        for tenth in 0..10 {
            let (process, key, records) = (Arc::clone(process), ingest.clone(), records.clone());
            load.spawn(async move {
                let own = &records[20 * tenth..20 * (tenth + 1)];
                let request = process.http.post(format!("{}/v1/logs", process.url));
                let request = request.header("content-type", "application/json");
                let body = Value::from(own.to_vec()).to_string();
                let response = request.header("x-api-key", key).body(body).send().await.unwrap();
                assert_eq!(response.status(), 200);
                serde_json::from_slice::<Value>(&response.bytes().await.unwrap()).unwrap()
            });
        }
    }
    let answers = load.join_all().await;
    let sum = |name: &str| answers.iter().map(|answer| answer[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("accepted"), sum("duplicates")), (200, 200));
    for process in [&one, &other] {
        let mut shown = process.shown(&read, "").await;
        shown.sort_unstable();
        let mut sent: Vec<_> = records.iter().map(id).collect();
        sent.sort_unstable();
        assert_eq!(shown, sent);
    }
    sums::agree(data.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_revoked_whoever_holds_the_index_of_words() {
    let data = Home::embedded();
    let process = Process::start(data.path());
    let [_, read] = process.keys.clone().unwrap();
    let index = SqliteConnectOptions::new().filename(data.path().join("epilogue-text.db"));
    let mut index = SqliteConnection::connect_with(&index).await.unwrap();
    index.execute("BEGIN IMMEDIATE").await.unwrap();
    keys(data.path(), &["revoke", "2"]).await;
    assert_eq!(process.get(&read, "/v1/logs").await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_act_at_both_at_once_also_under_load() {
    let data = Home::new();
    let both = two(data.path()).await;
    let ingest = both.iter().find_map(|process| process.keys.clone()).unwrap()[0].clone();
    let mut load = JoinSet::new();
    for sender in 0..8 {
        let (process, key) = (Arc::clone(&both[sender % 2]), ingest.clone());
        load.spawn(async move {
            loop {
                assert_eq!(process.post(&key, record("demo").to_string()).await.unwrap().0, 200);
            }
        });
    }
    for scope in ["ingest", "read"] {
        let create = ["create", "--client", "demo", "--scope", scope];
        let key = keys(data.path(), &create).await;
        let id = newest_key(data.path()).await;
        for (expected, revoked) in [(200, false), (401, true)] {
            if revoked {
                keys(data.path(), &["revoke", &id]).await;
            }
            for process in &both {
                let status = match scope {
                    "ingest" => process.post(&key, record("demo").to_string()).await.unwrap().0,
                    _ => process.get(&key, "/v1/logs").await.0.as_u16(),
                };
                assert_eq!(status, expected, "{scope}, revoked: {revoked}");
            }
        }
    }
    load.abort_all();
    while let Some(ended) = load.join_next().await {
        assert!(ended.unwrap_err().is_cancelled(), "the load was answered all the while");
    }
    sums::agree(data.path()).await;
}
