//! A collector as a process, filled through the SDK, and the people who may log in.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::driver::Browser;
use crate::home::{Home, store_of};

/// The recorded runs, which are not a part of the repository.
const RECORDED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/agent_runs.jsonl.gz");
/// What everybody's password is once they have chosen one.
pub(crate) const PASSWORD: &str = "seven green bottles on a wall";

/// A collector that ends with the test.
pub(crate) struct House {
    process: Child,
    pub(crate) url: String,
    /// The keys of the first start, to store and to read.
    pub(crate) ingest: String,
    pub(crate) read: String,
    /// The first provider, and the password that is good once.
    pub(crate) login: (String, String),
    pub(crate) http: Client,
    home: Home,
}

/// The binary over the store of this home.
fn binary(home: &Home) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epilogue-collector"));
    for (name, _) in std::env::vars_os() {
        if name == "RUST_LOG" || name.as_encoded_bytes().starts_with(b"EPILOGUE_") {
            command.env_remove(name);
        }
    }
    command.env("EPILOGUE_DATA", home.path());
    if let Some(address) = store_of(home.path()) {
        command.env("EPILOGUE_STORE", address);
    }
    command
}

/// An example of the SDK, built beside the collector.
fn example(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_epilogue-collector")).parent().unwrap();
    let example = target.join("examples").join(name);
    assert!(example.exists(), "build the examples first: cargo build --workspace --examples");
    example
}

impl House {
    /// An empty collector.
    pub(crate) fn start() -> Self {
        let home = Home::new();
        let mut process = binary(&home)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = Vec::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap) {
            let is_last = line.starts_with("listening on ");
            told.push(line);
            if is_last {
                break;
            }
        }
        let after = |what: &str| {
            let line = told.iter().find_map(|line| line.strip_prefix(what));
            line.unwrap_or_else(|| panic!("{what} is told: {told:?}")).to_owned()
        };
        let login = after("dashboard login: ");
        let (name, password) = login.split_once(' ').unwrap();
        Self {
            process,
            url: after("listening on "),
            ingest: after("api key: "),
            read: after("read key: "),
            login: (name.to_owned(), password.to_owned()),
            http: Client::builder().no_proxy().build().unwrap(),
            home,
        }
    }

    /// A collector with the recorded runs, and one record of each other kind.
    pub(crate) async fn filled() -> Self {
        let house = Self::start();
        if Path::new(RECORDED).exists() {
            house.ship("agent_runs", &[RECORDED]);
        } else {
            eprintln!("left out: the recorded runs are not there; made-up ones stand in");
        }
        house.ship("ticket_workflow", &[]);
        house.ship("record_kinds", &[]);
        for number in 0..3 {
            house.post(&broken_run(number)).await;
        }
        house
    }

    /// Ships what an example makes, through the SDK.
    pub(crate) fn ship(&self, name: &str, arguments: &[&str]) {
        let output = Command::new(example(name))
            .args(arguments)
            .env("LOG_COLLECTOR_URL", format!("{}/v1/logs", self.url))
            .env("LOG_COLLECTOR_API_KEY", &self.ingest)
            .env("CLIENT_ID", "demo")
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let out = String::from_utf8_lossy(&output.stdout);
        assert_eq!(out.contains("\"lost\":"), out.contains("\"lost\":0,"), "{name}: {out}");
    }

    /// Stores a record of the client `demo`.
    pub(crate) async fn post(&self, record: &Value) {
        self.post_as(&self.ingest, record).await;
    }

    pub(crate) async fn post_as(&self, key: &str, record: &Value) {
        let request = self
            .http
            .post(format!("{}/v1/logs", self.url))
            .header("x-api-key", key)
            .header("content-type", "application/json");
        let response = request.body(record.to_string()).send().await.unwrap();
        let (status, answer) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success() && answer.contains("\"rejected\":[]"), "{status} {answer}");
    }

    /// What the query API tells of this.
    pub(crate) async fn ask(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).header("x-api-key", &self.read);
        let answer = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// Runs a command of the collector on the same data, and tells what it prints.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } =
            binary(&self.home).args(arguments).output().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap().trim().to_owned()
    }

    /// Makes somebody who may log in; answers the password that is good once.
    pub(crate) fn user(&self, name: &str, role: &[&str]) -> String {
        let out = self.command(&[&["users", "create", "--name", name, "--role"], role].concat());
        out.split_whitespace().next_back().unwrap().to_owned()
    }

    /// A browser in which the first provider is logged in.
    pub(crate) async fn provider(&self) -> Browser {
        let browser = Browser::open(&self.url).await;
        browser.goto("/").await;
        log_in(&browser, &self.login.0, &self.login.1).await;
        browser
    }

    /// A browser in which somebody of this client is logged in.
    pub(crate) async fn client(&self, client: &str) -> Browser {
        let name = format!("somebody-of-{client}");
        let password = self.user(&name, &["client", "--client", client]);
        let browser = Browser::open(&self.url).await;
        browser.goto("/").await;
        log_in(&browser, &name, &password).await;
        browser
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Logs in for the first time, where a password of one's own is asked for.
pub(crate) async fn log_in(browser: &Browser, name: &str, password: &str) {
    browser.fill("name", name).await;
    browser.fill("password", password).await;
    browser.press("Log in").await;
    browser.fill("new", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.press("Set the password").await;
    browser.find("nav[aria-label='Pages']").await;
}

/// A run whose third step failed, so that there is something to find out without recorded runs.
pub(crate) fn broken_run(number: u32) -> Value {
    json!({
        "schema_version": 1, "record_id": Uuid::now_v7(), "kind": "workflow", "client_id": "demo",
        "workflow_name": "support", "workflow_version": format!("1.{number}.0"),
        "environment": "production", "ticket_id": format!("BROKEN-{number}"), "attempt": 1,
        "executed_at": now(), "execution_time_seconds": 2.5, "status": "FAILED",
        "status_reason": "the order system did not answer", "category": "ORDER_STATUS",
        "metrics": {"overall_confidence": 0.31, "react_iterations": 2, "error_count": 1},
        "level": "FULL_TRACE",
        "trace": {
            "input": {"question": "Where is my order?"},
            "steps": [
                {"id": 1, "type": "node", "name": "classify", "start_ms": 0, "duration_ms": 300,
                 "status": "ok", "output": {"category": "ORDER_STATUS"}},
                {"id": 2, "type": "llm_call", "name": "plan", "start_ms": 300, "duration_ms": 700,
                 "status": "ok", "provider": "openai", "model": "gpt-4o-mini",
                 "input_tokens": 812, "output_tokens": 96, "output": "look the order up"},
                {"id": 3, "parent": 2, "type": "tool_call", "name": "orders.find",
                 "start_ms": 1_000, "duration_ms": 1_500, "status": "error",
                 "arguments": {"order": 4711}, "error": "timed out after 1500 ms"},
            ],
            "errors": [{"step": 3, "type": "Timeout", "message": "timed out after 1500 ms",
                        "stack": "orders::find\nsupport::run", "handled": false}],
        },
    })
}

/// Now, as a record tells it.
pub(crate) fn now() -> String {
    let now = std::time::SystemTime::now();
    let mut text = String::new();
    let _ = write!(text, "{}", humantime::format_rfc3339_millis(now));
    text
}
