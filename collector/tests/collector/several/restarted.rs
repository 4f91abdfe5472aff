//! A new version comes in by restarting one collector after the other: nobody notices.

use reqwest::Client;
use tokio::task::JoinSet;

use super::balanced::{Balancer, Collectors};
use super::load::{Load, is_all_there};
use crate::server::id;

/// How often all are restarted: 10 times with `EPILOGUE_LONG=1`.
fn rounds() -> usize {
    if std::env::var_os("EPILOGUE_LONG").is_some() { 10 } else { 1 }
}

/// Reads again and again; every answer has to be whole.
async fn read(url: String, key: String) {
    let http = Client::builder().no_proxy().build().unwrap();
    loop {
        for path in ["/v1/logs?limit=50", "/v1/stats", "/v1/export?ticket_id=nobody"] {
            let request = http.get(format!("{url}{path}")).header("x-api-key", &key);
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            response.bytes().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_restarted_and_nobody_notices() {
    let Some(mut collectors) = Collectors::start().await else { return };
    let Some(balancer) = Balancer::before(&collectors).await else { return };
    let mut load = Load::start(&balancer.url, &collectors.ingest, 6);
    let mut readers = JoinSet::new();
    for _ in 0..2 {
        readers.spawn(read(balancer.url.clone(), collectors.read.clone()));
    }
    for _ in 0..rounds() {
        for number in 0..collectors.all.len() {
            load.goes_on(100).await;
            collectors.restart(number).await;
        }
    }
    load.goes_on(50).await;
    readers.abort_all();
    while let Some(ended) = readers.join_next().await {
        assert!(ended.unwrap_err().is_cancelled(), "readers were answered all the while");
    }
    let sent = load.end().await;
    is_all_there(&collectors, &sent, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_under_way_is_finished_by_the_one_that_ends() {
    let Some(mut collectors) = Collectors::start().await else { return };
    let records: Vec<_> = (0..3_000).map(|_| crate::server::record("demo")).collect();
    let body = serde_json::Value::from(records.clone()).to_string();
    assert_eq!(collectors.all[0].post(&collectors.ingest, body).await.unwrap().0, 200);
    let ending = &collectors.all[0];
    let request = ending.http.get(format!("{}/v1/export", ending.url));
    let mut response = request.header("x-api-key", &collectors.read).send().await.unwrap();
    let mut lines = response.chunk().await.unwrap().unwrap().to_vec();
    ending.terminate();
    while let Some(more) = response.chunk().await.unwrap() {
        lines.extend(more);
    }
    let lines = String::from_utf8(lines).unwrap();
    let exported = lines.lines().map(|line| id(&serde_json::from_str(line).unwrap()));
    assert_eq!(exported.collect::<std::collections::BTreeSet<_>>().len(), 3_000);
    assert!(collectors.all.remove(0).ended().await.success());
}
