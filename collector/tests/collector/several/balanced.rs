//! Several collectors on one database, and nginx before them.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use futures_util::future::join_all;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use serde_json::Value;
use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgRow};
use tempfile::TempDir;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::home::{Home, store_of};
use crate::process::{Process, binary_over, until};

/// How nginx is told to balance: what users are shown, with the addresses that stand in it.
const CONFIGURATION: &str = include_str!("../../../deploy/nginx.conf");
const ADDRESSES: [&str; 3] = ["127.0.0.1:8091", "127.0.0.1:8092", "127.0.0.1:8093"];
const OWN_ADDRESS: &str = "127.0.0.1:8088";

/// Three collectors, and the keys of the client `demo`.
pub(super) struct Collectors {
    pub(super) all: Vec<Process>,
    pub(super) ingest: String,
    pub(super) read: String,
    addresses: Vec<String>,
    home: Home,
}

impl Collectors {
    /// `None` where the tests were told of no PostgreSQL.
    pub(super) async fn start() -> Option<Self> {
        let home = Home::in_a_database()?;
        let addresses: Vec<_> = ADDRESSES.iter().map(|_| free_address()).collect();
        let all = started(home.path(), &addresses).await;
        let [ingest, read] = all.iter().find_map(|process| process.keys.clone()).unwrap();
        Some(Self { all, ingest, read, addresses, home })
    }

    /// The directory that stands for the database.
    pub(super) fn data(&self) -> &Path {
        self.home.path()
    }

    /// Ends one at once, whatever it is doing, and starts it again at its address.
    pub(super) async fn kill_and_start(&mut self, number: usize) {
        self.all.remove(number).kill();
        self.start_again(number).await;
    }

    /// Has one finish what it is doing, and starts it again at its address.
    pub(super) async fn restart(&mut self, number: usize) {
        let process = self.all.remove(number);
        process.terminate();
        assert!(process.ended().await.success());
        self.start_again(number).await;
    }

    /// Kills all of them, and starts them again behind what is done while there are none.
    pub(super) async fn all_start_again_behind(&mut self, act: impl AsyncFnOnce(&Self)) {
        self.all.drain(..).for_each(Process::kill);
        act(self).await;
        self.all = started(self.data(), &self.addresses).await;
    }

    async fn start_again(&mut self, number: usize) {
        let address = self.addresses[number..=number].to_vec();
        let started = started(self.data(), &address).await;
        self.all.splice(number..number, started);
    }

    /// Runs a command of the binary over the same database, and gives back what it printed.
    pub(super) async fn command(&self, arguments: &[&str]) -> String {
        let mut command = binary_over(self.data());
        command.args(arguments);
        let output = spawn_blocking(move || command.output()).await.unwrap().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A shell of the database, as somebody who may do anything.
    pub(super) async fn shell(&self) -> PgConnection {
        let address = store_of(self.data()).unwrap();
        let mut shell = PgConnection::connect(&address).await.unwrap();
        sqlx::query("SET search_path = epilogue").execute(&mut shell).await.unwrap();
        shell
    }

    /// One number that a statement answers.
    pub(super) async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.shell().await).await.unwrap()
    }

    /// What a statement answers, row by row.
    pub(super) async fn rows<T>(&self, sql: &str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> sqlx::FromRow<'r, PgRow>,
    {
        sqlx::query_as(sql).fetch_all(&mut self.shell().await).await.unwrap()
    }

    /// What each of them answers to this key.
    pub(super) async fn each_answers(&self, key: &str, path: &str) -> Vec<(u16, Value)> {
        join_all(self.all.iter().map(|process| process.get(key, path)))
            .await
            .into_iter()
            .map(|(status, answer)| (status.as_u16(), answer))
            .collect()
    }
}

/// Collectors at these addresses, all started at the same moment.
pub(super) async fn started(data: &Path, addresses: &[String]) -> Vec<Process> {
    let starting = addresses.iter().map(|address| {
        let (data, address) = (data.to_owned(), address.clone());
        spawn_blocking(move || Process::start_at(&data, &address))
    });
    let started: Vec<_> = join_all(starting).await.into_iter().map(Result::unwrap).collect();
    assert!(started.iter().all(|process| !process.url.is_empty()), "one of them did not start");
    started
}

/// An address that nobody listens at, and that no connection is made from: the system takes ports
/// beyond 32,767 for those, and a collector has to find its own again.
pub(super) fn free_address() -> String {
    const FIRST: u16 = 10_000;
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        AtomicU16::new(u16::from_be_bytes(Uuid::now_v7().as_bytes()[14..].try_into().unwrap()))
    });
    loop {
        let port = FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return format!("127.0.0.1:{port}");
        }
    }
}

/// nginx, as users are told to configure it. It ends with the test.
pub(super) struct Balancer {
    child: Child,
    pub(super) url: String,
    _place: TempDir,
}

impl Balancer {
    /// `None` where the tests were told of no nginx.
    pub(super) async fn before(collectors: &Collectors) -> Option<Self> {
        Self::over(&collectors.addresses).await
    }

    /// The same before whatever listens at these addresses.
    pub(super) async fn over(addresses: &[String]) -> Option<Self> {
        let program = std::env::var_os("EPILOGUE_TEST_NGINX")?;
        let (place, own) = (tempfile::tempdir().unwrap(), free_address());
        let balancing = place.path().join("balancing.conf");
        fs::write(balancing, configuration(addresses, &own)).unwrap();
        fs::write(place.path().join("nginx.conf"), surroundings()).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(place.path()).args(["-c", "nginx.conf", "-e", "errors.log"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let url = format!("http://{own}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        until("nginx balances", async || {
            let ended = child.try_wait().unwrap();
            let said = || fs::read_to_string(place.path().join("errors.log"));
            assert!(ended.is_none(), "nginx does not start: {:?}", said());
            let ready = http.get(format!("{url}/readyz")).send().await;
            ready.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        Some(Self { child, url, _place: place })
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        // Its workers end with it if it is asked, and not if it is killed.
        let id = Pid::from_raw(self.child.id().try_into().unwrap());
        let _ = kill(id, Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

/// The configuration with these addresses in the place of those that stand in it.
fn configuration(collectors: &[String], own: &str) -> String {
    let mut text = CONFIGURATION.to_owned();
    let places = ADDRESSES.iter().zip(collectors.iter().map(String::as_str));
    for (place, address) in places.chain([(&OWN_ADDRESS, own)]) {
        assert_eq!(text.matches(place).count(), 1, "{place}");
        text = text.replace(place, address);
    }
    text
}

/// What Debian has around it, in the directory of the test.
fn surroundings() -> String {
    // Who is no root has no other user to become.
    let user = if geteuid().is_root() { "user root;" } else { "" };
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|name| format!("{name}_temp_path {name};")).concat();
    format!(
        "{user} daemon off; worker_processes 2; pid nginx.pid; \
         events {{ worker_connections 512; }} \
         http {{ access_log off; {temporary} include balancing.conf; }}"
    )
}
