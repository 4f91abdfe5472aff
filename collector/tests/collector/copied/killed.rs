//! A copy that is ended in the middle goes on where it was, while records arrive.

use std::collections::HashSet;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use epilogue_collector::store::{self, Entry, Kind, Outcome, Row};
use epilogue_collector::{Auth, ClientId, KeyScope, Operator, create_key};
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use uuid::Uuid;

use super::{address, copy, copying, figure, said, targets};
use crate::cluster::Cluster;
use crate::database::Database;
use crate::home::Home;
use crate::process::{Process, until};
use crate::server::{id, record};
use crate::sums;

/// How often a copy is killed: 40 times with `EPILOGUE_LONG=1`.
fn kills() -> u64 {
    if std::env::var_os("EPILOGUE_LONG").is_some() { 40 } else { 6 }
}

/// How many records there are at first.
const RECORDS: usize = 20_000;

/// Stores so many records of this client, and gives their ids.
async fn fill(home: &Home, client: &str, count: usize) -> HashSet<String> {
    let store = store::open(None, home.path()).await.unwrap();
    let operator = Operator::at_the_command_line();
    let client = ClientId::new(client).unwrap();
    let key = create_key(store.as_ref(), &operator, client, KeyScope::Ingest).await.unwrap();
    let auth = Auth::new(Arc::clone(&store), None);
    let rights = auth.ingest(Some(key.reveal().as_bytes())).await.unwrap();
    let mut ids = HashSet::new();
    for _ in 0..count.div_ceil(2_000) {
        let entries: Vec<_> = (0..2_000).map(|_| entry()).collect();
        ids.extend(entries.iter().map(|entry| entry.row.record_id.to_string()));
        store.append(rights.clone(), entries).await.unwrap();
    }
    store.close().await;
    ids
}

fn entry() -> Entry {
    let row = Row {
        status: Some("SUCCESS".to_owned()),
        level: "METRICS_ONLY".to_owned(),
        execution_time_seconds: Some(1.5),
        cost: Some(0.1),
        currency: Some("EUR".to_owned()),
        ..Row::new(Uuid::now_v7(), Kind::Workflow, 1_769_860_800_000, Outcome::Ok)
    };
    let payload = format!("{{\"record_id\":\"{}\",\"text\":\"support\"}}", row.record_id);
    Entry::new(row, payload)
}

/// A moment between nothing and so many milliseconds.
fn some_time(most: u128) -> Duration {
    Duration::from_millis((Uuid::now_v7().as_u128() % most).try_into().unwrap())
}

/// Sends records one by one until it is told to end, and gives their ids.
async fn sent_until(ends: &AtomicBool, server: &Process, key: &str) -> Vec<String> {
    let mut sent = Vec::new();
    while !ends.load(Ordering::SeqCst) {
        let record = record("demo");
        assert_eq!(server.post(key, record.to_string()).await.unwrap().0, 200);
        sent.push(id(&record));
    }
    sent
}

/// Kills copies one after the other, and tells how many of them were in the middle.
async fn killed_copies(source: &Home, target: &Home) -> u64 {
    let mut in_the_middle = 0;
    for round in 0..kills() {
        let mut command = copying(&address(source), &address(target));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // First wherever it is, then where it has come further.
        let before = progress(target).await;
        until("the copy goes on", async || {
            let has_ended = child.try_wait().unwrap().is_some();
            round == 0 || has_ended || progress(target).await > before
        })
        .await;
        sleep(some_time(50)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let reached = progress(target).await.unwrap_or_default();
        in_the_middle += u64::from(0 < reached && reached < RECORDS.try_into().unwrap());
    }
    in_the_middle
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_copy_goes_on_where_it_was() {
    for target in targets() {
        let source = Home::embedded();
        let mut ids = fill(&source, "demo", RECORDS).await;
        let server = Process::start(source.path());
        let key = crate::process::new_key(source.path(), "demo", "ingest");
        let ends = AtomicBool::new(false);
        let copying_all = async {
            let in_the_middle = killed_copies(&source, &target).await;
            let (from, to) = (address(&source), address(&target));
            let copying = spawn_blocking(move || copying(&from, &to).output().unwrap());
            let output = copying.await.unwrap();
            let (told, errors) = said(&output);
            assert!(output.status.success(), "{told}{errors}");
            ends.store(true, Ordering::SeqCst);
            in_the_middle
        };
        let (sent, in_the_middle) = tokio::join!(sent_until(&ends, &server, &key), copying_all);
        assert!(in_the_middle > 0, "none of them was killed in the middle");
        ids.extend(sent);
        // The old server is ended, and what came since is taken.
        server.terminate();
        assert!(server.ended().await.success());
        let told = copy(&source, &target);
        assert!(told.contains("sums: compared"), "{told}");
        assert!(figure(&told, "compared:") > ids.len() as u64, "{told}");
        holds_exactly(&target, &ids).await;
    }
}

/// Expects that a server over it shows these records, each once, and finds all of them by a word.
async fn holds_exactly(target: &Home, ids: &HashSet<String>) {
    let server = Process::start(target.path());
    assert!(server.keys.is_none(), "a copied store makes no first keys");
    let read = crate::process::new_key(target.path(), "demo", "read");
    let shown = server.shown(&read, "").await;
    assert_eq!(shown.len(), ids.len(), "one is there twice, or missing");
    assert_eq!(shown.into_iter().collect::<HashSet<_>>(), *ids);
    sums::agree(target.path()).await;
    until("the index has caught up", async || {
        let page = server.metrics(None).await;
        page.lines().any(|line| line == "epilogue_text_index_lag_records 0")
    })
    .await;
    assert_eq!(sums::found(target.path(), "support").await, ids.len());
}

/// How far a copy has come, as a person with a SQL shell sees it; nothing before there is one.
async fn progress(target: &Home) -> Option<i64> {
    use sqlx::{ConnectOptions, Connection};
    let sql = "SELECT max(value) FROM counters WHERE name LIKE 'copied %'";
    if let Some(address) = crate::home::store_of(target.path()) {
        let mut shell = sqlx::postgres::PgConnection::connect(&address).await.unwrap();
        let sql = sql.replace("counters", "epilogue.counters");
        return sqlx::query_scalar(&sql).fetch_one(&mut shell).await.ok().flatten();
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new();
    let options = options.filename(target.path().join("epilogue.db"));
    let mut shell = options.connect().await.ok()?;
    sqlx::query_scalar(sql).fetch_one(&mut shell).await.ok().flatten()
}

/// A limit of the file's size stands for a full disk: both fail the write and change nothing else.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_the_copy_which_then_goes_on() {
    let (source, target) = (Home::embedded(), Home::embedded());
    fill(&source, "demo", 2 * RECORDS).await;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -S -f 20000; exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_epilogue-collector"));
    command.args(["copy", "--from", &address(&source), "--to", &address(&target)]);
    crate::process::without_settings(&mut command);
    let output = command.output().unwrap();
    let (told, errors) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}{errors}");
    let line = errors.lines().last().unwrap();
    assert!(line.contains("the target: the store is not available: "), "{errors}");
    assert!(line.contains("goes on behind it"), "{errors}");
    let reached = progress(&target).await.unwrap();
    assert!(reached > 0, "{errors}");
    let told = copy(&source, &target);
    let left = figure(&told, "compared:") - figure(&told, "copied:");
    assert_eq!(i64::try_from(left).unwrap(), reached, "nothing was copied twice: {told}");
}

/// Ends the server in the middle of a copy: `immediate` loses whatever was not committed.
async fn halted_in_the_middle(cluster: &Cluster, source: &Home, target: &Home) -> Child {
    let mut command = copying(&address(source), &address(target));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let before = progress(target).await;
    until("the copy goes on", async || progress(target).await > before).await;
    assert!(child.try_wait().unwrap().is_none(), "it is in the middle");
    cluster.halt("immediate");
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_in_the_middle_is_waited_for_or_told() {
    let Some(cluster) = Cluster::start("") else { return };
    let (source, target) = (Home::embedded(), Home::over(Database::of(cluster.server.clone())));
    fill(&source, "demo", 2 * RECORDS).await;
    // Nobody starts it again.
    let child = halted_in_the_middle(&cluster, &source, &target).await;
    let output = spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    let (told, errors) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}{errors}");
    assert!(errors.lines().last().unwrap().contains("goes on behind it"), "{errors}");
    cluster.resume();
    let reached = progress(&target).await.unwrap();
    // Somebody does.
    let child = halted_in_the_middle(&cluster, &source, &target).await;
    cluster.resume();
    let output = spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    let (told, errors) = said(&output);
    assert!(output.status.success(), "{told}{errors}");
    let before = figure(&told, "compared:") - figure(&told, "copied:");
    assert_eq!(i64::try_from(before).unwrap(), reached, "nothing was copied twice: {told}");
    sums::agree(target.path()).await;
}
