//! A collector over a PostgreSQL that fails, and what it tells.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::database::Database;
use crate::home::{Home, store_of};
use crate::process::{Process, binary, until};
use crate::server::record;
use crate::sums;

/// What a collector may need whatever happens.
const MOST_MEMORY: u64 = 300 << 20;

pub(super) struct House {
    pub(super) process: Process,
    pub(super) ingest: String,
    pub(super) read: String,
    log: PathBuf,
    /// Dropped last, behind the process.
    home: Home,
}

impl House {
    /// A collector over a new database of this server.
    pub(super) fn on(server: &str) -> Self {
        Self::over(Home::over(Database::of(server.to_owned())), str::to_owned)
    }

    /// The same over the address that this makes of the database's own.
    pub(super) fn over(home: Home, way: impl FnOnce(&str) -> String) -> Self {
        let address = way(&store_of(home.path()).unwrap());
        let log = home.path().join("log");
        let mut command = binary();
        command.args(["--store", &address]).stderr(File::create(&log).unwrap());
        command.env("NO_COLOR", "1");
        let process = Process::run(&mut command, home.path());
        let [ingest, read] = process.keys.clone().unwrap();
        Self { process, ingest, read, log, home }
    }

    /// The database's own address.
    pub(super) fn address(&self) -> String {
        store_of(self.home.path()).unwrap()
    }

    /// Another server has the database now.
    pub(super) fn moved_to(&self, server: &str) {
        self.home.moved_to(server);
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        let request = self.process.http.get(format!("{}{path}", self.process.url));
        // A session that nobody has: the store is asked for it.
        request.header("x-api-key", &self.read).header("cookie", "epilogue_session=0")
    }

    pub(super) fn post(&self, record: &Value) -> RequestBuilder {
        let request = self.process.http.post(format!("{}/v1/logs", self.process.url));
        let request = request.header("x-api-key", &self.ingest).body(record.to_string());
        request.header("content-type", "application/json")
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).send().await.unwrap().status().as_u16()
    }

    /// Waits until it says that it cannot work, and expects that everybody who writes is told so.
    pub(super) async fn cannot_write(&self) {
        until("it is not ready", async || {
            // Somebody has to try.
            is_unavailable(self.post(&record("demo")).send().await.unwrap()).await
                && self.status("/readyz").await == 503
        })
        .await;
        assert_eq!(self.status("/healthz").await, 200, "it lives");
        let metrics = self.process.metrics(None).await;
        assert!(metrics.contains("epilogue_store_failures_total{reason="), "{metrics}");
    }

    /// The same of everybody who reads.
    pub(super) async fn cannot_read(&self) {
        for path in ["/v1/logs", "/v1/stats", "/v1/tickets/12345", "/v1/export?format=csv"] {
            let response = self.get(path).send().await.unwrap();
            assert!(is_unavailable(response).await, "{path}");
        }
        let page = self.get("/tickets").send().await.unwrap();
        assert_eq!(page.status(), 503);
        assert!(page.headers().contains_key("retry-after"));
        assert!(page.text().await.unwrap().contains("Not just now"));
    }

    /// Waits until it says that it can work again, although nobody sends. What it does by itself once
    /// a minute would be too late.
    pub(super) async fn is_back_by_itself(&self) {
        let looking = async {
            while self.status("/readyz").await != 200 {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(Duration::from_secs(20), looking).await.expect("nobody has looked");
    }

    /// Waits until it says that it can work again.
    pub(super) async fn is_back(&self) {
        until("it is ready", async || self.status("/readyz").await == 200).await;
        assert_eq!(self.status("/v1/logs").await, 200);
        assert_eq!(self.post(&record("demo")).send().await.unwrap().status(), 200);
    }

    /// Expects that these records are there, each once, that nothing else is, and that all sums agree
    /// with it.
    pub(super) async fn holds(&self, records: &HashSet<String>) {
        let shown = self.process.shown(&self.read, "&category=LOAD").await;
        let distinct: HashSet<_> = shown.iter().cloned().collect();
        assert_eq!(distinct.len(), shown.len(), "a record is there twice");
        assert_eq!(records.difference(&distinct).count(), 0, "an answered record is lost");
        assert_eq!(distinct.len(), records.len(), "more is there than was answered");
        sums::agree(self.home.path()).await;
        let (_, stats) = self.process.get(&self.read, "/v1/stats?category=LOAD").await;
        assert_eq!(stats["total"]["records"], records.len(), "{stats}");
        self.is_modest();
    }

    /// How often the log says that what writes began to fail, and that it works again.
    pub(super) fn told(&self) -> [usize; 2] {
        let log = fs::read_to_string(&self.log).unwrap();
        let of_writer = |line: &&str| line.contains("task=\"the writer\"");
        let count =
            |what: &str| log.lines().filter(of_writer).filter(|line| line.contains(what)).count();
        [count("the store fails"), count("the store works again")]
    }

    /// Expects that the log told of one failure since this, once, that it is over, and nothing else.
    pub(super) fn told_once_since(&self, [failed, worked]: [usize; 2]) {
        let log = fs::read_to_string(&self.log).unwrap();
        assert_eq!(self.told(), [failed + 1, worked + 1], "{log}");
        assert!(!log.contains("sqlx"), "{log}");
    }

    /// Whatever waits, it is not kept in memory.
    #[cfg(target_os = "linux")]
    fn is_modest(&self) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let most: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(most << 10 < MOST_MEMORY, "{most} kB");
    }

    #[cfg(not(target_os = "linux"))]
    fn is_modest(&self) {}
}

/// Whether this says, as the contract has it, to come again.
pub(super) async fn is_unavailable(response: Response) -> bool {
    if response.status() != 503 {
        return false;
    }
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    let code = body["error"]["code"].as_str().unwrap();
    assert!(["store_unavailable", "overloaded"].contains(&code), "{body}");
    assert!(body["error"]["message"].is_string());
    true
}
