//! The binary, as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::server::answer;

/// A running collector; it ends with the test.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    /// The keys that it printed at its first start, to store and to read.
    pub(crate) keys: Option<[String; 2]>,
    pub(crate) http: Client,
}

impl Process {
    /// Starts the binary over this directory, and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        Self::run(&mut Command::new(env!("CARGO_BIN_EXE_epilogue-collector")), data)
    }

    /// The same by another program that becomes the binary.
    pub(crate) fn run(command: &mut Command, data: &Path) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
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
        let http = Client::builder().no_proxy().build().unwrap();
        Self { child, url, keys: keys.try_into().ok(), http }
    }

    /// What the kernel knows it by.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power failure would: at once, whatever it is doing.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> (StatusCode, Value) {
        answer(self.http.get(format!("{}{path}", self.url)).header("x-api-key", key)).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
