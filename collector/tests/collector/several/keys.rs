//! A key that is made is good at all collectors, and one that is revoked is good at none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::RequestBuilder;
use tokio::task::JoinSet;

use super::balanced::Collectors;
use crate::process::{Process, until};
use crate::server::{answer, record};

/// How many keys are made and revoked.
const ROUNDS: usize = 6;
/// How many senders each collector has meanwhile.
const SENDERS: usize = 3;

/// One of those who use a key until it is refused: how often, and whether a request that was begun
/// after the revocation was answered is among them.
#[derive(Debug, Default)]
struct Used {
    times: usize,
    is_too_late: bool,
}

/// Uses a key until it is refused, or once after it was revoked.
async fn use_key(request: impl Fn() -> RequestBuilder, is_revoked: Arc<AtomicBool>) -> Used {
    let mut used = Used::default();
    while !used.is_too_late {
        let was_revoked = is_revoked.load(Ordering::SeqCst);
        match answer(request()).await.0.as_u16() {
            200 => used.times += 1,
            401 => return used,
            other => panic!("{other}"),
        }
        used.is_too_late = was_revoked;
    }
    used
}

/// What those do who have a key for this.
fn request(
    process: &Process,
    client: &str,
    scope: &str,
    key: &str,
) -> impl Fn() -> RequestBuilder + use<> {
    let url = format!("{}/v1/logs", process.url);
    let (http, client, key) = (process.http.clone(), client.to_owned(), key.to_owned());
    let stores = scope == "ingest";
    move || {
        let request = if stores {
            let body = record(&client).to_string();
            http.post(&url).header("content-type", "application/json").body(body)
        } else {
            http.get(&url)
        };
        request.header("x-api-key", &key)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_by_all_from_then_on() {
    let Some(collectors) = Collectors::start().await else { return };
    for (round, scope) in (0..ROUNDS).zip(["ingest", "read"].into_iter().cycle()) {
        let client = format!("c{round}");
        let create = ["keys", "create", "--client", &client, "--scope", scope];
        let key = collectors.command(&create).await;
        let list = collectors.command(&["keys", "list"]).await;
        let number = list.lines().last().unwrap().split('\t').next().unwrap().to_owned();
        let is_revoked = Arc::new(AtomicBool::new(false));
        let mut using = JoinSet::new();
        for process in collectors.all.iter().cycle().take(SENDERS * collectors.all.len()) {
            let request = request(process, &client, scope, &key);
            using.spawn(use_key(request, Arc::clone(&is_revoked)));
        }
        let stored = format!("SELECT count(*) FROM workflow_logs WHERE client_id = '{client}'");
        if scope == "ingest" {
            until("all are storing", async || collectors.number(&stored).await > 30).await;
        }
        collectors.command(&["keys", "revoke", &number]).await;
        is_revoked.store(true, Ordering::SeqCst);
        let before = collectors.number(&stored).await;
        let used = using.join_all().await;
        assert!(used.iter().all(|own| !own.is_too_late), "{scope}: {used:?}");
        let times: usize = used.iter().map(|own| own.times).sum();
        assert!(times > 0, "{scope}: {used:?}");
        // Not even what was under way; and all of what was answered.
        let expected = if scope == "ingest" { i64::try_from(times).unwrap() } else { 0 };
        let after = collectors.number(&stored).await;
        assert_eq!((before, after), (expected, expected), "{scope}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_taken_by_all_at_once() {
    let Some(collectors) = Collectors::start().await else { return };
    for round in 0..5 {
        let client = format!("c{round}");
        let create = ["keys", "create", "--client", &client, "--scope"];
        let ingest = collectors.command(&[&create[..], &["ingest"]].concat()).await;
        let read = collectors.command(&[&create[..], &["read"]].concat()).await;
        for process in &collectors.all {
            let sent = process.post(&ingest, record(&client).to_string()).await.unwrap();
            assert_eq!(sent.0, 200);
        }
        for (status, list) in collectors.each_answers(&read, "/v1/logs").await {
            assert_eq!((status, list["items"].as_array().unwrap().len()), (200, 3));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_of_a_key_at_all_of_them_add_up() {
    let Some(collectors) = Collectors::start().await else { return };
    let create = ["keys", "create", "--client", "demo", "--scope", "read"];
    let another = collectors.command(&create).await;
    for process in &collectors.all {
        for _ in 0..20 {
            assert_eq!(process.get(&collectors.read, "/v1/logs").await.0, 200);
            assert_eq!(process.get(&another, "/v1/logs").await.0, 200);
        }
    }
    // At their end they note what they counted: all at the same moment.
    for process in &collectors.all {
        process.terminate();
    }
    for process in &collectors.all {
        assert!(process.ended().await.success());
    }
    let sql = "SELECT key_id, sum(requests)::bigint FROM key_uses GROUP BY 1 ORDER BY 1";
    let uses: Vec<(i64, i64)> = collectors.rows(sql).await;
    assert_eq!(uses, [(2, 60), (3, 60)]);
}
