//! The binary, as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::home::store_of;
use crate::server::{answer, id};

/// How long anything may take before a test gives up; none is ever waited for in vain.
const PATIENCE: Duration = Duration::from_secs(120);

/// The binary as a command, to be given options and variables.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epilogue-collector"));
    without_settings(&mut command);
    command
}

/// The binary as a command over the store that a directory stands for.
pub(crate) fn binary_over(data: &Path) -> Command {
    let mut command = binary();
    use_store(&mut command, data);
    command
}

fn use_store(command: &mut Command, data: &Path) {
    command.env("EPILOGUE_DATA", data);
    if let Some(address) = store_of(data) {
        command.env("EPILOGUE_STORE", address);
    }
}

/// Takes away what the tests' own environment says: a test must not write into somebody's store.
pub(crate) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name == "RUST_LOG" || name.as_encoded_bytes().starts_with(b"EPILOGUE_") {
            command.env_remove(name);
        }
    }
}

/// A new key of this client, made as a person makes one.
pub(crate) fn new_key(data: &Path, client: &str, scope: &str) -> String {
    let mut command = binary_over(data);
    command.args(["keys", "create", "--client", client, "--scope", scope]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !holds().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain until {what}"));
}

/// A running collector; it ends with the test.
pub(crate) struct Process {
    child: Mutex<Child>,
    pub(crate) url: String,
    /// The keys that it printed at its first start, to store and to read.
    pub(crate) keys: Option<[String; 2]>,
    pub(crate) http: Client,
}

impl Process {
    /// Starts the binary over this directory, and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        Self::run(&mut binary(), data)
    }

    /// The same at an address that is known before.
    pub(crate) fn start_at(data: &Path, address: &str) -> Self {
        Self::serve(&mut binary(), data, address)
    }

    /// The same by another program that becomes the binary.
    pub(crate) fn run(command: &mut Command, data: &Path) -> Self {
        Self::serve(command, data, "127.0.0.1:0")
    }

    fn serve(command: &mut Command, data: &Path, address: &str) -> Self {
        use_store(command, data);
        let mut child =
            command.args(["serve", "--listen", address]).stdout(Stdio::piped()).spawn().unwrap();
        let (mut keys, mut url) = (Vec::new(), String::new());
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
            if let Some((_, key)) = line.split_once("key: ") {
                keys.push(key.to_owned());
            }
            if let Some(address) = line.strip_prefix("listening on ") {
                address.clone_into(&mut url);
                break;
            }
        }
        let http = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { child: Mutex::new(child), url, keys: keys.try_into().ok(), http }
    }

    /// What the kernel knows it by.
    pub(crate) fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Ends it at once, whatever it is doing. The system outlives it, unlike in a power failure:
    /// that writes are synced is for another test to see.
    pub(crate) fn kill(self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Tells it to end.
    pub(crate) fn terminate(&self) {
        let id = Pid::from_raw(self.id().try_into().unwrap());
        kill(id, Signal::SIGTERM).unwrap();
    }

    /// How it ended, once it has.
    pub(crate) async fn ended(&self) -> ExitStatus {
        let mut status = None;
        until("the process ends", async || {
            status = self.child.lock().unwrap().try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap()
    }

    /// Sends a body as JSON, and tells the status and after how many seconds to come back.
    pub(crate) async fn post(
        &self,
        key: &str,
        body: String,
    ) -> reqwest::Result<(u16, Option<u64>)> {
        let request = self.http.post(format!("{}/v1/logs", self.url)).header("x-api-key", key);
        let response = request.header("content-type", "application/json").body(body).send().await?;
        let wait = response.headers().get("retry-after");
        let wait = wait.map(|wait| wait.to_str().unwrap().parse().unwrap());
        let status = response.status().as_u16();
        response.bytes().await?;
        Ok((status, wait))
    }

    /// What `/metrics` says, to whoever has this key.
    pub(crate) async fn metrics(&self, key: Option<&str>) -> String {
        let mut request = self.http.get(format!("{}/metrics", self.url));
        if let Some(key) = key {
            request = request.header("x-api-key", key);
        }
        request.send().await.unwrap().text().await.unwrap()
    }

    /// Every id that it shows to this key of what `query` asks for, each as often as it is shown.
    pub(crate) async fn shown(&self, key: &str, query: &str) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/logs?limit=1000{query}{cursor}");
            let (status, page) = self.get(key, &path).await;
            assert_eq!(status, 200, "{page}");
            ids.extend(page["items"].as_array().unwrap().iter().map(id));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> (StatusCode, Value) {
        answer(self.http.get(format!("{}{path}", self.url)).header("x-api-key", key)).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
