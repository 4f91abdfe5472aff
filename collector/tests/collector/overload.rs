//! More than the server can take is refused for the moment; what it took is never lost.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::limits;
use crate::process::{Process, until};
use crate::server::{id, record, record_with};
use crate::synced::Held;

/// Sends all of these requests while nothing can be synced. Some are refused for the moment; all
/// others are answered once it can, and exactly those are stored.
async fn refuses_some_and_loses_none(requests: Vec<Vec<Value>>) {
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Arc::new(Held::start(data.path(), tools.path()));
    let [ingest, read] = held.process.keys.clone().unwrap();
    held.hold();
    let (answered, mut answers) = mpsc::unbounded_channel();
    for records in requests {
        let (held, key, answered) = (Arc::clone(&held), ingest.clone(), answered.clone());
        tokio::spawn(async move {
            let ids: Vec<_> = records.iter().map(id).collect();
            let answer = held.process.post(&key, Value::from(records).to_string()).await.unwrap();
            answered.send((ids, answer)).unwrap();
        });
    }
    drop(answered);
    // As long as nothing is synced, whoever is answered is refused.
    let (_, answer) = answers.recv().await.unwrap();
    assert_eq!(answer, (503, Some(1)));
    held.let_go();
    let mut stored = Vec::new();
    while let Some((ids, answer)) = answers.recv().await {
        if answer == (200, None) {
            stored.extend(ids);
        } else {
            assert_eq!(answer, (503, Some(1)));
        }
    }
    let mut shown = held.process.shown(&read, "").await;
    stored.sort_unstable();
    shown.sort_unstable();
    assert!(!stored.is_empty() && shown == stored, "{} of {}", shown.len(), stored.len());
    let (status, _) = held.process.post(&ingest, record("demo").to_string()).await.unwrap();
    assert_eq!(status, 200, "it recovers by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_and_recovers() {
    // More than may wait for the writer.
    const CROWD: u64 = 1_200;
    assert_eq!(limits::connections(CROWD, CROWD), CROWD, "more files have to be allowed");
    refuses_some_and_loses_none((0..CROWD).map(|_| vec![record("demo")]).collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_fill_the_room_are_refused_until_there_is_room_again() {
    // Four of them have room, each as it came and as records.
    let large = || {
        let note = json!({"note": "x".repeat(900_000)});
        (0..8).map(|_| record_with("demo", &note)).collect()
    };
    refuses_some_and_loses_none((0..12).map(|_| large()).collect()).await;
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
    let address = held.process.url.strip_prefix("http://").unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    held.hold();
    let sent = record("demo");
    let mut answer = std::pin::pin!(held.process.post(&ingest, sent.to_string()));
    tokio::select! {
        _ = answer.as_mut() => panic!("answered without a sync"),
        () = held.reached() => {}
    }
    held.process.terminate();
    until("nobody listens", async || TcpStream::connect(address).await.is_err()).await;
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "who asks nothing holds nobody up");
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
