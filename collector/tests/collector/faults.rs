//! What was answered 200 is there whatever happens to the process and its disk, and none is twice.

use std::collections::HashSet;
use std::process::Command;
use std::sync::Arc;

use reqwest::Client;
use tokio::sync::mpsc;

use crate::home::Home;
use crate::process::{Process, until, without_settings};
use crate::server::{id, record_with};
use crate::sums;
use serde_json::json;

/// How often the process is killed: 50 times with `EPILOGUE_LONG=1`.
fn rounds() -> usize {
    if std::env::var_os("EPILOGUE_LONG").is_some() { 50 } else { 5 }
}

/// Stores record after record, and tells of each that was answered 200, until nobody answers.
async fn store(http: Client, url: Arc<str>, key: Arc<str>, stored: mpsc::UnboundedSender<String>) {
    let figures = json!({"metrics": {
        "overall_confidence": 0.75, "input_tokens": 100, "output_tokens": 7, "cost": 0.25,
        "error_count": 2,
    }, "currency": "EUR"});
    loop {
        let record = record_with("demo", &figures);
        let request = http.post(&*url).header("x-api-key", &*key);
        let request = request.header("content-type", "application/json").body(record.to_string());
        match request.send().await {
            Ok(response) if response.status() == 200 => stored.send(id(&record)).unwrap(),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// Waits until every record's words are indexed.
async fn indexed(process: &Process) {
    until("the index has caught up", async || {
        let page = process.metrics(None).await;
        page.lines().any(|line| line == "epilogue_text_index_lag_records 0")
    })
    .await;
}

/// How `/readyz` answers.
async fn ready(process: &Process) -> u16 {
    let url = format!("{}/readyz", process.url);
    process.http.get(url).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_kill() {
    let data = Home::new();
    let mut process = Process::start(data.path());
    let [ingest, read] = process.keys.clone().unwrap();
    let (mut all, key): (_, Arc<str>) = (HashSet::new(), ingest.into());
    for round in 0..rounds() {
        let (stored, mut answered) = mpsc::unbounded_channel();
        let url: Arc<str> = format!("{}/v1/logs", process.url).into();
        for _ in 0..16 {
            let (http, url, key) = (process.http.clone(), Arc::clone(&url), Arc::clone(&key));
            tokio::spawn(store(http, url, key, stored.clone()));
        }
        drop(stored);
        for _ in 0..100 + 37 * round {
            all.insert(answered.recv().await.unwrap());
        }
        process.kill();
        while let Some(id) = answered.recv().await {
            all.insert(id);
        }
        process = Process::start(data.path());
        let shown = process.shown(&read, "").await;
        let distinct: HashSet<_> = shown.iter().cloned().collect();
        assert_eq!(distinct.len(), shown.len(), "a record is there twice");
        assert_eq!(all.difference(&distinct).count(), 0, "an answered record is lost");
        sums::agree(data.path()).await;
        indexed(&process).await;
        assert_eq!(sums::found(data.path(), "support").await, shown.len());
    }
}

/// A limit of the file's size stands for a full disk: both fail the write and change nothing else.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_recovered_from() {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    // The signal of such a write would end the process.
    command.args(["-c", "trap '' XFSZ; ulimit -S -f 4000; exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_epilogue-collector"));
    without_settings(&mut command);
    let process = Process::run(&mut command, data.path());
    let [ingest, read] = process.keys.clone().unwrap();
    let post = async || {
        let large = record_with("demo", &json!({"note": "x".repeat(500_000)}));
        let request = process.http.post(format!("{}/v1/logs", process.url));
        let request = request.header("x-api-key", &ingest).body(large.to_string());
        let response = request.header("content-type", "application/json").send().await.unwrap();
        (response.status(), response.headers().contains_key("retry-after"), id(&large))
    };
    let mut stored = Vec::new();
    let refused = loop {
        let (status, has_retry_after, id) = post().await;
        match status.as_u16() {
            200 => stored.push(id),
            _ => break (status.as_u16(), has_retry_after),
        }
    };
    assert_eq!(refused, (503, true));
    let (status, _) = process.get(&read, &format!("/v1/logs/{}", stored[0])).await;
    assert_eq!(status, 200, "reading goes on");
    assert_eq!(ready(&process).await, 503, "whoever stores is sent elsewhere");
    let page = process.metrics(None).await;
    assert!(page.contains("epilogue_store_failures_total{reason="), "{page}");
    let id = process.id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status();
    assert!(raised.unwrap().success());
    until("it is ready by itself", async || ready(&process).await == 200).await;
    let (status, _, id) = post().await;
    assert_eq!(status, 200, "it recovers without a restart");
    stored.push(id);
    let shown: HashSet<_> = process.shown(&read, "").await.into_iter().collect();
    assert!(stored.iter().all(|id| shown.contains(id)));
}
