//! A collector that is killed in the middle of its work costs nothing: neither records, nor answers to
//! those who send through the balancer.

use std::time::Duration;

use epilogue::{Client, Record, Status};
use tokio::task::JoinSet;

use super::balanced::{Balancer, Collectors};
use super::load::{Load, is_all_there};

/// How many producers use the SDK, and how many runs each of them has.
const PRODUCERS: usize = 3;
const RUNS: usize = 400;
/// How many runs a producer has before it waits until they have arrived.
const AT_ONCE: usize = 20;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often one of them is killed: 30 times with `EPILOGUE_LONG=1`.
fn rounds() -> usize {
    if std::env::var_os("EPILOGUE_LONG").is_some() { 30 } else { 3 }
}

/// Ships runs until all have arrived, and tells how many were lost.
async fn produce(url: String, key: String, producer: usize) -> u64 {
    let builder = Client::builder().url(url).api_key(key).client_id("demo");
    let client = builder.build().unwrap();
    for run in 0..RUNS {
        let record = Record::workflow(format!("sdk-{producer}-{run}"));
        client.ship(record.status(Status::Success).took(Duration::from_millis(1_500)));
        if run % AT_ONCE == 0 {
            assert!(client.flush(PATIENCE).await.is_complete());
        }
    }
    assert!(client.shutdown(PATIENCE).await.is_complete());
    let stats = client.stats();
    assert_eq!(stats.delivered(), RUNS as u64);
    stats.lost()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_killed_costs_nothing() {
    let Some(mut collectors) = Collectors::start().await else { return };
    let Some(balancer) = Balancer::before(&collectors).await else { return };
    let mut load = Load::start(&balancer.url, &collectors.ingest, 6);
    let mut producers = JoinSet::new();
    for producer in 0..PRODUCERS {
        let url = format!("{}/v1/logs", balancer.url);
        producers.spawn(produce(url, collectors.ingest.clone(), producer));
    }
    for round in 0..rounds() {
        load.goes_on(150).await;
        let number = round % collectors.all.len();
        collectors.kill_and_start(number).await;
    }
    load.goes_on(50).await;
    let lost: u64 = producers.join_all().await.iter().sum();
    assert_eq!(lost, 0, "the SDK lost records");
    let sent = load.end().await;
    is_all_there(&collectors, &sent, PRODUCERS * RUNS).await;
    let sql = "SELECT count(DISTINCT ticket_id) FROM workflow_logs WHERE ticket_id LIKE 'sdk-%'";
    assert_eq!(collectors.number(sql).await, i64::try_from(PRODUCERS * RUNS).unwrap());
}
