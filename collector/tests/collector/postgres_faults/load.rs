//! Producers that send record after record, each until it is taken.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::house::{House, is_unavailable};
use crate::process::until;
use crate::server::{id, record_with};

const PRODUCERS: usize = 8;
/// After which pause a record is sent again: what a server asks for is a second, which is long here.
const PAUSE: Duration = Duration::from_millis(50);

/// What all producers share.
struct Shared {
    http: Client,
    url: String,
    key: String,
    is_over: AtomicBool,
    taken: AtomicUsize,
    again: AtomicUsize,
}

pub(super) struct Load {
    shared: Arc<Shared>,
    producers: JoinSet<Vec<String>>,
}

impl Load {
    pub(super) fn start(house: &House) -> Self {
        let shared = Arc::new(Shared {
            http: house.process.http.clone(),
            url: format!("{}/v1/logs", house.process.url),
            key: house.ingest.clone(),
            is_over: AtomicBool::new(false),
            taken: AtomicUsize::new(0),
            again: AtomicUsize::new(0),
        });
        let mut producers = JoinSet::new();
        for _ in 0..PRODUCERS {
            producers.spawn(produce(Arc::clone(&shared)));
        }
        Self { shared, producers }
    }

    /// Waits until so many more were taken.
    pub(super) async fn goes_on(&self, records: usize) {
        let enough = self.shared.taken.load(Ordering::Relaxed) + records;
        until("the load goes on", async || self.shared.taken.load(Ordering::Relaxed) >= enough)
            .await;
    }

    /// How many records had been stored when they were sent again.
    pub(super) fn again(&self) -> usize {
        self.shared.again.load(Ordering::Relaxed)
    }

    /// Ends when what is under way was taken, and gives what was.
    pub(super) async fn finish(self) -> HashSet<String> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.producers.join_all().await.concat().into_iter().collect()
    }
}

async fn produce(shared: Arc<Shared>) -> Vec<String> {
    let figures = json!({"category": "LOAD", "currency": "EUR", "metrics": {
        "overall_confidence": 0.75, "input_tokens": 100, "output_tokens": 7, "cost": 0.25,
        "error_count": 2,
    }});
    let mut taken = Vec::new();
    while !shared.is_over.load(Ordering::Relaxed) {
        let record = record_with("demo", &figures);
        while !is_taken(&shared, record.to_string()).await {
            sleep(PAUSE).await;
        }
        taken.push(id(&record));
        shared.taken.fetch_add(1, Ordering::Relaxed);
    }
    taken
}

async fn is_taken(shared: &Shared, body: String) -> bool {
    let request = shared.http.post(&shared.url).header("x-api-key", &shared.key).body(body);
    // An answer comes in time, whatever happens: the client gives up otherwise.
    let response = request.header("content-type", "application/json").send().await.unwrap();
    if response.status() == 200 {
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(answer["rejected"].as_array().map_or(0, Vec::len), 0);
        shared.again.fetch_add(usize::from(answer["duplicates"] == 1), Ordering::Relaxed);
        return true;
    }
    let status = response.status();
    assert!(is_unavailable(response).await, "{status}");
    false
}
