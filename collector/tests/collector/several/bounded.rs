//! A collector takes no more memory the more it stores and exports.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::balanced::Collectors;
use crate::server::record_with;

/// The most that a collector may take, in kilobytes.
const MOST: u64 = 300_000;
/// How many records a request brings, and how large each is.
const BATCH: usize = 500;
const BYTES: usize = 2_048;
const SENDERS: usize = 4;

/// How many records there are: 100,000 with `EPILOGUE_LONG=1`.
fn records() -> usize {
    if std::env::var_os("EPILOGUE_LONG").is_some() { 100_000 } else { 10_000 }
}

/// The most memory that a process had so far, in kilobytes.
fn most_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_small_while_much_is_stored_and_exported() {
    let Some(collectors) = Collectors::start().await else { return };
    let process = &collectors.all[0];
    let mut load = JoinSet::new();
    for _ in 0..SENDERS {
        let (http, key) = (process.http.clone(), collectors.ingest.clone());
        let url = format!("{}/v1/logs", process.url);
        load.spawn(async move {
            for _ in 0..records() / BATCH / SENDERS {
                let text: String = ["all is well "; BYTES / 12 - 32].concat();
                let one = || {
                    record_with(
                        "demo",
                        &json!({"level": "FULL_TRACE",
                    "trace": {"input": text, "steps": [], "errors": []}}),
                    )
                };
                let body = Value::from((0..BATCH).map(|_| one()).collect::<Vec<_>>()).to_string();
                assert!(body.len() > BATCH * BYTES * 9 / 10, "{}", body.len() / BATCH);
                let request = http.post(&url).header("x-api-key", &key);
                let request = request.header("content-type", "application/json");
                let response = request.body(body).send().await.unwrap();
                assert_eq!(response.status(), 200);
            }
        });
    }
    load.join_all().await;
    let stored = most_of(process.id());
    let request = process.http.get(format!("{}/v1/export", process.url));
    let mut response = request.header("x-api-key", &collectors.read).send().await.unwrap();
    let mut lines = 0;
    while let Some(more) = response.chunk().await.unwrap() {
        lines += more.split(|byte| *byte == b'\n').count() - 1;
    }
    assert_eq!(lines, records() / BATCH / SENDERS * SENDERS * BATCH);
    let exported = most_of(process.id());
    println!("{lines} records: {stored} kB to store them, {exported} kB with an export of them");
    assert!(exported < MOST, "{exported} kB");
}
