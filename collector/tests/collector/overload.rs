//! More than the server can take is refused for the moment; what it took is never lost.

use std::sync::Arc;

use reqwest::Method;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::limits;
use crate::process::{Process, until};
use crate::server::{Server, id, record, record_with};
use crate::synced::Held;
use epilogue_collector::{Config, KeyScope, Limits};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More requests than may wait for the writer.
const CROWD: u64 = 1_200;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_and_recovers() {
    assert_eq!(limits::connections(CROWD, CROWD), CROWD, "more files have to be allowed");
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Arc::new(Held::start(data.path(), tools.path()));
    let [ingest, read] = held.process.keys.clone().unwrap();
    held.hold();
    let (answered, mut answers) = mpsc::unbounded_channel();
    for _ in 0..CROWD {
        let (held, key, answered) = (Arc::clone(&held), ingest.clone(), answered.clone());
        tokio::spawn(async move {
            let record = record("demo");
            let answer = held.process.post(&key, record.to_string()).await.unwrap();
            answered.send((id(&record), answer)).unwrap();
        });
    }
    drop(answered);
    // As long as nothing is synced, whoever is answered is refused.
    let (_, (status, wait)) = answers.recv().await.unwrap();
    assert_eq!((status, wait), (503, Some(1)));
    held.let_go();
    let (mut stored, mut refused) = (Vec::new(), 1);
    while let Some((id, (status, wait))) = answers.recv().await {
        if status == 200 {
            stored.push(id);
        } else {
            assert_eq!((status, wait), (503, Some(1)));
            refused += 1;
        }
    }
    assert_eq!(stored.len() + refused, usize::try_from(CROWD).unwrap());
    assert_eq!(held.process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    let shown = held.process.shown(&read, "").await;
    assert_eq!(shown.len(), stored.len() + 1, "what was refused is not stored");
    assert!(stored.iter().all(|id| shown.contains(id)));
}

#[tokio::test]
async fn bodies_that_fill_the_room_are_refused_until_there_is_room_again() {
    let limits = Limits { body_budget_bytes: 60_000, ..Limits::default() };
    let server = Server::with(Config { limits, ..Config::default() }).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let body = record_with("demo", &json!({"note": "x".repeat(25_000)})).to_string();
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let (most, last) = body.split_at(body.len() - 1);
    slow.write_all(most.as_bytes()).await.unwrap();
    let other = record_with("demo", &json!({"note": "x".repeat(25_000)})).to_string();
    let refused = async || {
        let request = server.request(Method::POST, "/v1/logs", &key).body(other.clone());
        let response = request.header("content-type", "application/json").send().await.unwrap();
        let wait = response.headers().contains_key("retry-after");
        (response.status() == 503).then(|| assert!(wait)).is_some()
    };
    until("there is no room", refused).await;
    slow.write_all(last.as_bytes()).await.unwrap();
    let mut said = String::new();
    slow.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(!refused().await);
}

/// Stores record after record until nobody answers, and tells which were answered 200.
async fn store_on(process: Arc<Process>, key: String) -> Vec<String> {
    let mut stored = Vec::new();
    loop {
        let record = record("demo");
        match process.post(&key, record.to_string()).await {
            Ok((200, _)) => stored.push(id(&record)),
            Ok((status, wait)) => assert_eq!((status, wait), (503, Some(1))),
            Err(_) => return stored,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_under_load_loses_nothing_that_was_answered() {
    let data = tempfile::tempdir().unwrap();
    let process = Arc::new(Process::start(data.path()));
    let [ingest, read] = process.keys.clone().unwrap();
    let mut load = JoinSet::new();
    for _ in 0..16 {
        load.spawn(store_on(Arc::clone(&process), ingest.clone()));
    }
    until("there are some", async || process.shown(&read, "").await.len() > 100).await;
    process.terminate();
    let stored: Vec<_> = load.join_all().await.into_iter().flatten().collect();
    assert!(process.ended().await.success());
    let shown = Process::start(data.path()).shown(&read, "").await;
    assert!(stored.len() > 100 && stored.iter().all(|id| shown.contains(id)));
    // Not one was under way when the process ended.
    assert_eq!(shown.len(), stored.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_finished_and_what_comes_later_is_refused() {
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Held::start(data.path(), tools.path());
    let [ingest, read] = held.process.keys.clone().unwrap();
    // Connections that nobody uses hold nobody up.
    let _idle = TcpStream::connect(held.process.url.strip_prefix("http://").unwrap()).await;
    held.hold();
    let sent = record("demo");
    let mut answer = std::pin::pin!(held.process.post(&ingest, sent.to_string()));
    tokio::select! {
        _ = answer.as_mut() => panic!("answered without a sync"),
        () = held.reached() => {}
    }
    held.process.terminate();
    let refused = async || match held.process.post(&ingest, record("demo").to_string()).await {
        Ok((status, _)) => status == 503,
        Err(error) => error.is_connect(),
    };
    until("later ones are refused", refused).await;
    held.let_go();
    assert_eq!(answer.await.unwrap().0, 200);
    assert!(held.process.ended().await.success());
    let process = Process::start(data.path());
    assert_eq!(process.get(&read, &format!("/v1/logs/{}", id(&sent))).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_twice_to_end_does_not_wait() {
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Held::start(data.path(), tools.path());
    let [ingest, _] = held.process.keys.clone().unwrap();
    held.hold();
    let mut answer = std::pin::pin!(held.process.post(&ingest, record("demo").to_string()));
    tokio::select! {
        _ = answer.as_mut() => panic!("answered without a sync"),
        () = held.reached() => {}
    }
    held.process.terminate();
    // Two signals at once would be one.
    let address = held.process.url.strip_prefix("http://").unwrap().to_owned();
    until("nobody listens", async || TcpStream::connect(&address).await.is_err()).await;
    held.process.terminate();
    assert!(answer.await.is_err(), "nothing was synced, so nothing is answered");
    assert_eq!(held.process.ended().await.code(), Some(1));
}
