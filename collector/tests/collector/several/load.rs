//! Senders who do not stop while something happens to the collectors.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::balanced::Collectors;
use crate::process::until;
use crate::server::{id, record_with};
use crate::sums;

/// The most requests of a sender: nobody sends for ever, whatever becomes of the test.
const MOST: usize = 20_000;
/// What a sender with many records sends in one request.
const BATCH: usize = 20;

/// Those who send to one address. Each of their requests has to be answered 200.
pub(super) struct Load {
    senders: JoinSet<Vec<String>>,
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
}

impl Load {
    /// Has so many send, every other of them many records at once.
    pub(super) fn start(url: &str, key: &str, senders: usize) -> Self {
        let (is_over, answered) = (Arc::default(), Arc::default());
        let mut own = Self { senders: JoinSet::new(), is_over, answered };
        for sender in 0..senders {
            let size = if sender % 2 == 0 { 1 } else { BATCH };
            let (is_over, answered) = (Arc::clone(&own.is_over), Arc::clone(&own.answered));
            let (url, key) = (format!("{url}/v1/logs"), key.to_owned());
            own.senders.spawn(async move {
                let http = Client::builder().no_proxy().build().unwrap();
                let mut ids = Vec::new();
                for _ in 0..MOST {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    ids.extend(send(&http, &url, &key, size).await);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                ids
            });
        }
        own
    }

    /// Waits until so many more requests were answered.
    pub(super) async fn goes_on(&mut self, requests: usize) {
        let wanted = self.answered.load(Ordering::Relaxed) + requests;
        until("more is answered", async || {
            if let Some(ended) = self.senders.try_join_next() {
                panic!("a sender has ended: {:?}", ended.map(|ids| ids.len()));
            }
            self.answered.load(Ordering::Relaxed) >= wanted
        })
        .await;
    }

    /// Ends it, and tells the ids of all records that were sent.
    pub(super) async fn end(self) -> BTreeSet<String> {
        self.is_over.store(true, Ordering::Relaxed);
        self.senders.join_all().await.into_iter().flatten().collect()
    }
}

/// Sends so many records in one request, and tells their ids.
async fn send(http: &Client, url: &str, key: &str, size: usize) -> Vec<String> {
    let figures = json!({"metrics": {
        "overall_confidence": 0.75, "input_tokens": 100, "output_tokens": 7, "cost": 0.25,
        "error_count": 2,
    }, "currency": "EUR"});
    let records: Vec<_> = (0..size).map(|_| record_with("demo", &figures)).collect();
    let ids = records.iter().map(id).collect();
    let request = http.post(url).header("x-api-key", key);
    let request = request.header("content-type", "application/json");
    let response = request.body(Value::from(records).to_string()).send().await.unwrap();
    let status = response.status();
    let answer = response.text().await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let stored = ["accepted", "duplicates"].map(|name| answer[name].as_u64().unwrap());
    assert_eq!(stored.iter().sum::<u64>(), size as u64, "{answer}");
    ids
}

/// Expects that each of these records is stored, once, with so many others of the client `demo`, and
/// that all that is summed up is the sum of them.
pub(super) async fn is_all_there(collectors: &Collectors, sent: &BTreeSet<String>, others: usize) {
    let sql = "SELECT record_id::text FROM workflow_logs WHERE client_id = 'demo'";
    let stored: Vec<(String,)> = collectors.rows(sql).await;
    let (count, stored) = (stored.len(), stored.into_iter().map(|(id,)| id).collect());
    assert_eq!(sent.difference(&stored).count(), 0, "a record that was answered is lost");
    assert_eq!(stored.len(), count, "a record is there twice");
    assert_eq!(count, sent.len() + others, "a record is there that nobody sent");
    sums::agree(collectors.data()).await;
    for (status, answer) in collectors.each_answers(&collectors.read, "/v1/stats").await {
        assert_eq!((status, &answer["total"]["records"]), (200, &json!(count)));
    }
}
