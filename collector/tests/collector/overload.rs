//! More than the server can take is refused for the moment; what it took is never lost.

use std::fs;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use epilogue_collector::{Config, KeyScope, Limits};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::home::Home;
use crate::limits;
use crate::process::{Process, new_key, until};
use crate::server::{Server, id, record, record_with};
use crate::synced::Held;

/// Sends all of these requests while nothing can be synced. Some are refused for the moment; all
/// others are answered once it can, and exactly those are stored. Another client is not refused.
async fn refuses_some_and_loses_none(requests: Vec<Vec<Value>>, others: Vec<Value>) {
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Arc::new(Held::start(data.path(), tools.path()));
    let [ingest, read] = held.process.keys.clone().unwrap();
    let other = new_key(data.path(), "other", "ingest");
    held.hold();
    let (answered, mut answers) = mpsc::unbounded_channel();
    let mut requests = requests.into_iter();
    let first = requests.next().unwrap();
    tokio::spawn(send(Arc::clone(&held), ingest.clone(), first, answered.clone()));
    // From here on nobody else's sync comes first.
    held.reached().await;
    for records in requests {
        tokio::spawn(send(Arc::clone(&held), ingest.clone(), records, answered.clone()));
    }
    drop(answered);
    // As long as nothing is synced, whoever is answered is refused.
    let (_, answer) = answers.recv().await.unwrap();
    assert_eq!(answer, (503, Some(1)));
    let (other_answered, mut other_answers) = mpsc::unbounded_channel();
    let mut sending = pin!(send(Arc::clone(&held), other, others, other_answered));
    // All that is to be refused is, and the other one is not.
    let mut refused = 1;
    while refused < REFUSED_AT_LEAST {
        tokio::select! {
            () = sending.as_mut() => panic!("the other client is refused"),
            answer = answers.recv() => assert_eq!(answer.unwrap().1, (503, Some(1))),
        }
        refused += 1;
    }
    held.let_go();
    sending.await;
    assert_eq!(other_answers.recv().await.unwrap().1, (200, None));
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

/// The ids of a request's records, its status, and after how many seconds to come back.
type Answered = (Vec<String>, (u16, Option<u64>));

async fn send(
    held: Arc<Held>,
    key: String,
    records: Vec<Value>,
    answered: mpsc::UnboundedSender<Answered>,
) {
    let ids = records.iter().map(id).collect();
    let answer = held.process.post(&key, Value::from(records).to_string()).await.unwrap();
    answered.send((ids, answer)).unwrap();
}

/// More than one key may have waiting for the writer, and more than may wait in all.
const CROWD: u64 = 1_200;
/// How many of either crowd are refused at least.
const REFUSED_AT_LEAST: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_and_recovers() {
    assert_eq!(limits::connections(CROWD, CROWD), CROWD, "more files have to be allowed");
    let crowd = (0..CROWD).map(|_| vec![record("demo")]).collect();
    refuses_some_and_loses_none(crowd, vec![record("other")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_fill_the_room_are_refused_until_there_is_room_again() {
    // Two of one key have room, each as it came and as records.
    let large = |client: &str| {
        let note = json!({"note": "x".repeat(900_000)});
        (0..8).map(|_| record_with(client, &note)).collect::<Vec<_>>()
    };
    refuses_some_and_loses_none((0..12).map(|_| large("demo")).collect(), large("other")).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_gives_no_room_back_that_is_still_taken() {
    // As many as a key may have waiting, and some more.
    let (waiting, refused) = (256, 40);
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Arc::new(Held::start(data.path(), tools.path()));
    let [ingest, _] = held.process.keys.clone().unwrap();
    let files = || fs::read_dir(format!("/proc/{}/fd", held.process.id())).unwrap().count();
    let before = files();
    held.hold();
    let (answered, mut answers) = mpsc::unbounded_channel();
    let mut crowd = JoinSet::new();
    for _ in 0..waiting + refused {
        let records = vec![record("demo")];
        crowd.spawn(send(Arc::clone(&held), ingest.clone(), records, answered.clone()));
    }
    for _ in 0..refused {
        assert_eq!(answers.recv().await.unwrap().1, (503, Some(1)));
    }
    crowd.shutdown().await;
    until("the server sees them go", async || files() < before + waiting / 2).await;
    let answer = held.process.post(&ingest, record("demo").to_string()).await.unwrap();
    assert_eq!(answer, (503, Some(1)), "their records still wait");
    held.let_go();
    until("there is room again", async || {
        held.process.post(&ingest, record("demo").to_string()).await.unwrap().0 == 200
    })
    .await;
}

#[tokio::test]
async fn a_key_whose_bodies_do_not_arrive_starves_no_other() {
    let limits = Limits {
        max_request_bytes: 256 << 10,
        body_budget_bytes: 4 << 20,
        body_timeout: Duration::from_secs(3_600),
        ..Limits::default()
    };
    let server = Server::with(Config { limits, ..Config::default() }).await;
    let slow = server.key("slow", KeyScope::Ingest).await;
    let other = server.key("other", KeyScope::Ingest).await;
    let large =
        |client: &str| record_with(client, &json!({"note": "x".repeat(200 << 10)})).to_string();
    // They would fill all of the room, if they could.
    let mut stalled = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {slow}\r\n\
             content-type: application/json\r\ncontent-length: 262144\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 200 << 10]).await.unwrap();
        stalled.push(stream);
    }
    until("the key has no room left", async || {
        server.post(&slow, large("slow")).await.0.as_u16() == 503
    })
    .await;
    let (status, answer) = server.post(&other, large("other")).await;
    assert_eq!(status, 200, "{answer}");
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
    let data = Home::new();
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
