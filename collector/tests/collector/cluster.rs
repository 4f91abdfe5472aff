//! A PostgreSQL that a test may end, and do anything else to: `scripts/postgres` starts it, where the
//! tests have one at all.

use std::process::{Command, Output};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use tempfile::TempDir;
use tokio::task::block_in_place;
use url::Url;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/postgres");
/// What the script ends with where there is no PostgreSQL.
const NOT_INSTALLED: i32 = 2;

/// It ends with the test.
pub(crate) struct Cluster {
    place: TempDir,
    /// Its address, as its superuser.
    pub(crate) server: String,
}

impl Cluster {
    /// A new one with these settings; `None` where there is nothing to start.
    pub(crate) fn start(options: &str) -> Option<Self> {
        Self::make(options, "")
    }

    /// The same, made with these options of `initdb`.
    pub(crate) fn make(options: &str, initdb: &str) -> Option<Self> {
        std::env::var_os("EPILOGUE_TEST_POSTGRES")?;
        let place = tempfile::tempdir().unwrap();
        let variables = [("POSTGRES_OPTIONS", options), ("POSTGRES_INITDB", initdb)];
        let output = run(&["start", path(&place)], &variables);
        if output.status.code() == Some(NOT_INSTALLED) {
            return None;
        }
        Some(Self { server: done(output), place })
    }

    /// A standby of it.
    pub(crate) fn standby(&self) -> Self {
        let place = tempfile::tempdir().unwrap();
        let made = run(&["standby", path(&place), path(&self.place)], &[]);
        Self { server: done(made), place }
    }

    /// Ends it: `fast`, `immediate` or `kill`.
    pub(crate) fn halt(&self, how: &str) {
        done(run(&["halt", path(&self.place), how], &[]));
    }

    /// Starts it again.
    pub(crate) fn resume(&self) {
        done(run(&["resume", path(&self.place)], &[]));
    }

    /// Makes a standby the primary.
    pub(crate) fn promote(&self) {
        done(run(&["promote", path(&self.place)], &[]));
    }

    /// Whether it runs.
    pub(crate) fn runs(&self) -> bool {
        self.place.path().join("data/postmaster.pid").exists()
    }

    /// Runs statements as its superuser.
    pub(crate) async fn run(&self, sql: &str) {
        shell(&self.server).await.execute(sql).await.unwrap();
    }

    /// Where its files are.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.place.path()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What cannot be ended any more was ended before.
        run(&["stop", path(&self.place)], &[]);
    }
}

/// A connection to this address.
pub(crate) async fn shell(address: &str) -> PgConnection {
    let options: PgConnectOptions = address.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

/// The host and the port of an address.
pub(crate) fn endpoint(address: &str) -> String {
    let address = Url::parse(address).unwrap();
    format!("{}:{}", address.host_str().unwrap(), address.port().unwrap_or(5432))
}

/// The address with another host and port.
pub(crate) fn through(address: &str, endpoint: &str) -> String {
    let (host, port) = endpoint.rsplit_once(':').unwrap();
    let mut address = Url::parse(address).unwrap();
    address.set_host(Some(host)).unwrap();
    address.set_port(port.parse().ok()).unwrap();
    address.to_string()
}

fn path(place: &TempDir) -> &str {
    place.path().to_str().unwrap()
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(SCRIPT);
    command.args(arguments).envs(variables.iter().copied()).env_remove("DATABASE_URL");
    let mut run = || command.output().unwrap();
    // It takes a moment, in which the others of this test go on.
    if tokio::runtime::Handle::try_current().is_ok() { block_in_place(run) } else { run() }
}

fn done(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
