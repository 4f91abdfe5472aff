//! Every variable of the environment has its effect, and a wrong one is named without a secret.
//!
//! A process has one environment, so each case runs in a child: this same program, asked for its
//! test [`CHILD`].

mod common;

use std::fmt::{self, Write as _};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{
    API_KEY, LONG, collector, keeps_the_contract, ship_together, stored, tickets, traced,
};
use epilogue::record::Degraded;
use epilogue::testing::{Fault, MockCollector};
use epilogue::{Client, Loss, Record};

/// The test that is also what the children run.
const CHILD: &str = "a_child_of_this_program_does_its_task_and_tells_about_it";
/// Says to the child what it has to do.
const TASK: &str = "TEST_CHILD_TASK";
/// A masking key of sufficient length.
const MASK_KEY: &str = "0123456789abcdef0123456789abcdef";

/// One run of this program with an environment of its own.
struct Child(Command);

impl Child {
    fn new(task: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([CHILD, "--exact", "--nocapture", "--test-threads=1"]);
        for (name, _) in std::env::vars_os() {
            let is_a_setting = name.to_string_lossy().starts_with("LOG_COLLECTOR_");
            if is_a_setting || name == "CLIENT_ID" || name == "WORKFLOW_VERSION" {
                command.env_remove(name);
            }
        }
        command.env(TASK, task);
        Self(command)
    }

    /// A child that ships to this collector.
    fn shipping(task: &str, collector: &MockCollector) -> Self {
        Self::new(task)
            .set("LOG_COLLECTOR_URL", collector.url())
            .set("LOG_COLLECTOR_API_KEY", API_KEY)
            .set("CLIENT_ID", "demo")
    }

    fn set(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    fn run(mut self) -> Ran {
        let Output { status, stdout, stderr } = self.0.output().unwrap();
        let ran = Ran {
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        };
        assert!(status.success(), "{ran:?}");
        ran
    }
}

/// What a child said.
#[derive(Debug)]
struct Ran {
    stdout: String,
    stderr: String,
}

impl Ran {
    /// What it told under this name.
    fn told(&self, name: &str) -> &str {
        let mut lines = self.stdout.lines();
        let told = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        told.unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

fn tell(name: &str, value: impl fmt::Display) {
    println!("{name}: {value}");
}

/// In a child: what it was asked for. In the program itself: that a child does so.
#[test]
fn a_child_of_this_program_does_its_task_and_tells_about_it() {
    let Ok(task) = std::env::var(TASK) else {
        assert!(Child::new("nothing").run().stdout.contains("done: nothing"));
        return;
    };
    // The harness has begun a line.
    println!();
    match task.as_str() {
        "nothing" => tell("done", task),
        "try" => try_from_env(),
        "listen" => listen(),
        task => ship(task, &Client::from_env()),
    }
}

fn ship(task: &str, client: &Client) {
    let large = || Record::workflow("large").state("word ".repeat(10_000));
    match task {
        "one" => client.ship(traced("1").state(serde_json::json!({"email": "maria@example.com"}))),
        "large" => {
            client.ship(Record::workflow("acquaintance"));
            assert!(client.flush_blocking(LONG).is_complete());
            client.ship(large());
        }
        "many" => {
            client.ship(Record::workflow("acquaintance"));
            assert!(client.flush_blocking(LONG).is_complete());
            ship_together(client, (0..20).map(|_| traced("many")));
        }
        "end" => {
            client.ship(traced("1"));
            assert!(client.shutdown_blocking(LONG).is_complete());
        }
        "burst" => (0..20).for_each(|_| client.ship(traced("burst"))),
        "heavy" => {
            (0..40).for_each(|_| client.ship(Record::workflow("1").state("word ".repeat(900))));
        }
        other => panic!("no task {other}"),
    }
    let seconds = std::env::var("TEST_CHILD_SECONDS").map_or(10.0, |text| text.parse().unwrap());
    let drained = client.flush_blocking(Duration::from_secs_f64(seconds));
    let stats = client.stats();
    tell("complete", drained.is_complete());
    tell("disabled", client.is_disabled());
    tell("stats", &stats);
    tell("requests", stats.requests());
    tell("skipped", stats.skipped());
    tell("expired", stats.lost_by(Loss::Expired));
    tell("pressure", stats.degraded_by(Degraded::Pressure));
}

fn try_from_env() {
    match Client::try_from_env() {
        Ok(_) => tell("error", "none"),
        Err(error) => {
            tell("error", &error);
            tell("debug", format!("{error:?}"));
        }
    }
}

/// Keeps every event's target and text.
struct Listener(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = format!("{} {}", event.metadata().level(), event.metadata().target());
        event.record(&mut |field: &tracing::field::Field, value: &dyn fmt::Debug| {
            // Writing to a String cannot fail.
            let _ = write!(text, " {field}={value:?}");
        });
        self.0.lock().unwrap().push(text);
    }

    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

fn listen() {
    let events = Arc::new(Mutex::new(Vec::new()));
    tracing::subscriber::set_global_default(Listener(Arc::clone(&events))).unwrap();
    let client = Client::from_env();
    client.ship(traced("1"));
    tell("disabled", client.is_disabled());
    tell("events", events.lock().unwrap().len());
    tell("event", &events.lock().unwrap()[0]);
}

#[test]
fn where_to_ship_and_as_whom() {
    let collector = collector();
    let ran = Child::shipping("one", &collector)
        .set("CLIENT_ID", "acme")
        .set("WORKFLOW_VERSION", "2.7.1")
        .set("LOG_COLLECTOR_ENVIRONMENT", "staging")
        .run();
    assert_eq!((ran.told("complete"), ran.told("disabled")), ("true", "false"));
    assert_eq!(ran.stderr, "");
    let record = stored(&collector, "1");
    assert_eq!(record.client_id, "acme");
    assert_eq!(record.workflow_version.as_deref(), Some("2.7.1"));
    assert_eq!(record.environment.as_deref(), Some("staging"));
    assert_eq!(collector.requests()[0].header("x-api-key"), Some(API_KEY));
    assert!(record.trace.is_some(), "FULL_TRACE is the default");
    keeps_the_contract(&collector);
}

#[test]
fn what_is_not_set_is_left_out_and_what_is_empty_is_not_set() {
    let collector = collector();
    Child::shipping("one", &collector)
        .set("LOG_COLLECTOR_ENVIRONMENT", "")
        .set("LOG_COLLECTOR_LEVEL", " ")
        .run();
    let record = stored(&collector, "1");
    assert_eq!((record.environment, record.workflow_version), (None, None));
    assert!(record.trace.is_some());
}

#[test]
fn level() {
    for (level, stored_at) in
        [("METRICS_ONLY", Some("METRICS_ONLY")), ("full_trace", Some("FULL_TRACE")), ("OFF", None)]
    {
        let collector = collector();
        let ran = Child::shipping("one", &collector).set("LOG_COLLECTOR_LEVEL", level).run();
        assert_eq!(
            collector.records().first().map(|record| record.level.clone()).as_deref(),
            stored_at,
            "{level}"
        );
        assert_eq!(ran.told("skipped"), if stored_at.is_none() { "1" } else { "0" });
    }
}

#[test]
fn one_mask_key_makes_the_hashes_of_two_processes_one() {
    let run = |key: Option<&str>| {
        let collector = collector();
        let child = Child::shipping("one", &collector);
        match key {
            Some(key) => child.set("LOG_COLLECTOR_MASK_KEY", key).run(),
            None => child.run(),
        };
        let record = stored(&collector, "1");
        let hash = record.trace.unwrap()["state"]["email"].as_str().unwrap().to_owned();
        assert!(hash.starts_with("[EMAIL:"), "{hash}");
        (hash, record.masking.unwrap().key_id)
    };
    let (hash, key_id) = run(Some(MASK_KEY));
    assert_eq!((hash.clone(), key_id.clone()), run(Some(MASK_KEY)));
    assert_ne!(key_id, "ephemeral");
    let (other_hash, other_id) = run(Some("another-key-of-at-least-32-bytes"));
    assert!(other_hash != hash && other_id != key_id);
    let ((one, one_id), (two, two_id)) = (run(None), run(None));
    assert_ne!(one, two);
    assert_eq!((one_id.as_str(), two_id.as_str()), ("ephemeral", "ephemeral"));
}

#[test]
fn timeout_seconds() {
    let collector = collector();
    collector.next(Fault::Hang);
    // With the default of 10 seconds the flush would end first.
    let ran = Child::shipping("one", &collector)
        .set("LOG_COLLECTOR_TIMEOUT_SECONDS", "0.2")
        .set("TEST_CHILD_SECONDS", "5")
        .run();
    assert_eq!(ran.told("complete"), "true");
    assert_eq!(tickets(&collector), ["1"]);
}

#[test]
fn connect_timeout_seconds() {
    // A socket whose queue of connections is full takes no more of them, and says nothing.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (listener, queued) = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        while queued.len() < 64 {
            let connect = tokio::net::TcpStream::connect(address);
            match tokio::time::timeout(Duration::from_millis(100), connect).await {
                Ok(stream) => queued.push(stream),
                Err(_) => break,
            }
        }
        (listener, queued)
    });
    assert!(queued.len() < 64, "this system queues connections without end");
    let url = format!("http://{}/v1/logs", listener.local_addr().unwrap());
    // With the default of 3 seconds the first attempt would outlast the flush.
    let ran = Child::new("one")
        .set("LOG_COLLECTOR_URL", url)
        .set("LOG_COLLECTOR_API_KEY", API_KEY)
        .set("CLIENT_ID", "demo")
        .set("LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS", "0.1")
        .set("TEST_CHILD_SECONDS", "2")
        .run();
    assert_eq!(ran.told("complete"), "false");
    assert!(ran.told("requests").parse::<u32>().unwrap() >= 2, "{ran:?}");
}

#[test]
fn budget_bytes() {
    for (budget, is_under_pressure) in [("65536", true), ("33554432", false)] {
        let collector = collector();
        collector.next(Fault::status(503).retry_after("60"));
        let ran = Child::shipping("heavy", &collector)
            .set("LOG_COLLECTOR_IN_FLIGHT", "1")
            .set("LOG_COLLECTOR_BUDGET_BYTES", budget)
            .set("LOG_COLLECTOR_MAX_RECORD_BYTES", "65536")
            .set("TEST_CHILD_SECONDS", "0.5")
            .run();
        let degraded: u32 = ran.told("pressure").parse().unwrap();
        assert_eq!(degraded > 0, is_under_pressure, "{ran:?}");
    }
}

#[test]
fn max_record_bytes() {
    let collector = collector();
    Child::shipping("large", &collector).set("LOG_COLLECTOR_MAX_RECORD_BYTES", "8192").run();
    let records = collector.raw_records();
    let large = records.iter().find(|record| record.contains("\"large\"")).unwrap();
    assert!((2_048..=8_192).contains(&large.len()), "{}", large.len());
    let cut = &stored(&collector, "large").truncation.unwrap().fields[0];
    assert_eq!((cut.path.as_str(), cut.original_bytes), ("trace.state", Some(50_000)));
}

#[test]
fn max_age_seconds() {
    let collector = collector();
    collector.always(Fault::status(503));
    let ran = Child::shipping("one", &collector).set("LOG_COLLECTOR_MAX_AGE_SECONDS", "0.2").run();
    assert_eq!((ran.told("complete"), ran.told("expired")), ("true", "1"));
}

#[test]
fn spool_dir_and_spool_bytes() {
    let directory = std::env::temp_dir().join(format!("epilogue-env-{}", std::process::id()));
    let collector = collector();
    collector.always(Fault::status(503));
    let ran = Child::shipping("one", &collector)
        .set("LOG_COLLECTOR_SPOOL_DIR", directory.to_str().unwrap())
        .set("LOG_COLLECTOR_SPOOL_BYTES", "1048576")
        .run();
    assert_eq!(ran.told("complete"), "true", "what is on disk is safe");
    assert!(std::fs::read_dir(&directory).unwrap().count() == 1);
    collector.heal();
    // A flush waits for what its own process has shipped.
    Child::shipping("end", &collector)
        .set("LOG_COLLECTOR_SPOOL_DIR", directory.to_str().unwrap())
        .run();
    assert_eq!(collector.stored(), 2);
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn in_flight() {
    for (in_flight, requests) in [("1", 1), ("7", 7)] {
        let collector = MockCollector::builder().plain().start().unwrap();
        collector.always(Fault::Hang);
        let child = Child::shipping("burst", &collector)
            .set("LOG_COLLECTOR_IN_FLIGHT", in_flight)
            .set("TEST_CHILD_SECONDS", "1");
        let ran = child.run();
        assert_eq!(ran.told("requests"), requests.to_string(), "{in_flight}");
        assert_eq!(collector.requests().len(), requests, "{in_flight}");
    }
}

#[test]
fn compression() {
    for (compression, coding) in [
        (None, None),
        (Some("auto"), None),
        (Some("off"), None),
        (Some("gzip"), Some("gzip")),
        (Some("zstd"), Some("zstd")),
    ] {
        let collector = collector();
        let child = Child::shipping("large", &collector);
        match compression {
            Some(compression) => child.set("LOG_COLLECTOR_COMPRESSION", compression).run(),
            None => child.run(),
        };
        let requests = collector.requests();
        assert_eq!(requests[0].header("content-encoding"), None);
        assert_eq!(requests[1].header("content-encoding"), coding, "{compression:?}");
        assert_eq!(collector.stored(), 2);
        keeps_the_contract(&collector);
    }
}

#[test]
fn batch() {
    for (batch, most) in [("auto", 21), ("off", 1)] {
        let collector = collector();
        Child::shipping("many", &collector).set("LOG_COLLECTOR_BATCH", batch).run();
        let records = collector.requests().iter().map(|r| r.records.len()).max();
        assert_eq!((records, collector.stored()), (Some(most), 22), "{batch}");
    }
}

/// The mock collector by an address that is not written as this machine's own.
fn by_another_address(collector: &MockCollector) -> String {
    format!("http://0.0.0.0:{}/v1/logs", collector.address().port())
}

#[test]
#[cfg(target_os = "linux")] // Elsewhere 0.0.0.0 may lead nowhere.
fn plaintext_to_another_machine_has_to_be_allowed() {
    let collector = collector();
    let child = |task| {
        Child::shipping(task, &collector).set("LOG_COLLECTOR_URL", by_another_address(&collector))
    };
    let ran = child("try").run();
    assert!(ran.told("error").contains("LOG_COLLECTOR_URL"), "{ran:?}");
    assert!(ran.told("error").contains("LOG_COLLECTOR_ALLOW_PLAINTEXT"), "{ran:?}");
    child("one").run();
    assert_eq!(collector.connections(), 0);

    child("large").set("LOG_COLLECTOR_ALLOW_PLAINTEXT", "true").run();
    assert_eq!(tickets(&collector), ["acquaintance", "large"]);
    // Toward another machine compression is worth its time.
    assert_eq!(collector.requests()[1].header("content-encoding"), Some("zstd"));
}

#[test]
fn plaintext_is_allowed_only_where_it_is_said() {
    for value in ["false", "0"] {
        let ran = Child::new("try")
            .set("LOG_COLLECTOR_URL", "http://logs.example.com/v1/logs")
            .set("LOG_COLLECTOR_API_KEY", API_KEY)
            .set("CLIENT_ID", "demo")
            .set("LOG_COLLECTOR_ALLOW_PLAINTEXT", value)
            .run();
        assert!(ran.told("error").starts_with("LOG_COLLECTOR_URL is http://logs.example.com"));
    }
}

/// Wrong values, each with what the error must tell; none of them may show `hunter2`.
const WRONG: &[(&str, &str, &str)] = &[
    ("LOG_COLLECTOR_URL", "", "not set"),
    ("LOG_COLLECTOR_URL", "logs", "https address"),
    ("LOG_COLLECTOR_URL", "ftp://logs.example.com/v1/logs", "https address"),
    ("LOG_COLLECTOR_URL", "http://logs.example.com/v1/logs?key=hunter2", "expected https"),
    ("LOG_COLLECTOR_URL", "https://maria:hunter2@logs.example.com/v1", "without user info"),
    ("LOG_COLLECTOR_URL", "http://maria:hunter2@127.0.0.1/v1", "without user info"),
    ("LOG_COLLECTOR_URL", "maria:hunter2@logs.example.com", "https address"),
    ("LOG_COLLECTOR_API_KEY", "", "not set"),
    ("LOG_COLLECTOR_API_KEY", "hunter2 with blanks", "visible ASCII"),
    ("LOG_COLLECTOR_API_KEY", "hunter2\u{e9}", "visible ASCII"),
    ("CLIENT_ID", "  ", "not set"),
    ("LOG_COLLECTOR_LEVEL", "VERBOSE", "OFF, METRICS_ONLY or FULL_TRACE"),
    ("LOG_COLLECTOR_LEVEL", "password=hunter2", "OFF, METRICS_ONLY or FULL_TRACE"),
    ("LOG_COLLECTOR_MASK_KEY", "hunter2", "at least 32"),
    ("LOG_COLLECTOR_TIMEOUT_SECONDS", "0", "seconds above 0"),
    ("LOG_COLLECTOR_TIMEOUT_SECONDS", "-1", "seconds above 0"),
    ("LOG_COLLECTOR_TIMEOUT_SECONDS", "NaN", "seconds above 0"),
    ("LOG_COLLECTOR_TIMEOUT_SECONDS", "inf", "seconds above 0"),
    ("LOG_COLLECTOR_TIMEOUT_SECONDS", "10s", "seconds above 0"),
    ("LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS", "86401", "at most 86400"),
    ("LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS", "soon", "seconds above 0"),
    ("LOG_COLLECTOR_BUDGET_BYTES", "32M", "at least 65536"),
    ("LOG_COLLECTOR_BUDGET_BYTES", "1", "at least 65536"),
    ("LOG_COLLECTOR_BUDGET_BYTES", "-5", "at least 65536"),
    ("LOG_COLLECTOR_MAX_RECORD_BYTES", "100", "at least 4096"),
    ("LOG_COLLECTOR_MAX_RECORD_BYTES", "99999999999", "no more than the budget"),
    ("LOG_COLLECTOR_MAX_AGE_SECONDS", "1e99", "at most 86400"),
    ("LOG_COLLECTOR_SPOOL_BYTES", "1048575", "at least 1048576"),
    ("LOG_COLLECTOR_IN_FLIGHT", "0", "from 1 to 64"),
    ("LOG_COLLECTOR_IN_FLIGHT", "65", "from 1 to 64"),
    ("LOG_COLLECTOR_IN_FLIGHT", "many", "from 1 to 64"),
    ("LOG_COLLECTOR_COMPRESSION", "brotli", "zstd"),
    ("LOG_COLLECTOR_BATCH", "yes", "auto or off"),
    ("LOG_COLLECTOR_ALLOW_PLAINTEXT", "perhaps", "true or false"),
];

#[test]
fn a_wrong_value_is_an_error_that_names_the_variable_and_what_is_expected() {
    let collector = collector();
    for (name, value, expected) in WRONG {
        let ran = Child::shipping("try", &collector).set(name, value).run();
        let error = ran.told("error");
        assert!(error.contains(name) && error.contains(expected), "{name}={value}: {error}");
        assert!(!format!("{ran:?}").contains("hunter2"), "{name}={value}: {ran:?}");
        assert!(!ran.stdout.contains(API_KEY) && ran.stderr.is_empty(), "{ran:?}");
    }
    assert_eq!(collector.connections(), 0);
}

#[test]
fn a_wrong_value_disables_the_client_with_one_warning_on_standard_error() {
    let collector = collector();
    for (name, value, expected) in WRONG {
        let ran = Child::shipping("one", &collector).set(name, value).run();
        assert_eq!((ran.told("disabled"), ran.told("skipped")), ("true", "1"), "{name}={value}");
        let lines: Vec<_> = ran.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "{ran:?}");
        assert!(lines[0].starts_with("epilogue: the client is disabled"), "{ran:?}");
        assert!(lines[0].contains(name) && lines[0].contains(expected), "{name}={value}: {ran:?}");
        assert!(!format!("{ran:?}").contains("hunter2"), "{name}={value}: {ran:?}");
    }
    assert_eq!((collector.connections(), collector.stored()), (0, 0));
}

#[test]
fn a_host_with_a_subscriber_gets_the_warning_there() {
    let collector = collector();
    let ran = Child::shipping("listen", &collector).set("LOG_COLLECTOR_LEVEL", "VERBOSE").run();
    assert_eq!((ran.told("disabled"), ran.told("events")), ("true", "1"));
    let event = ran.told("event");
    assert!(event.starts_with("WARN epilogue "), "{event}");
    assert!(event.contains("LOG_COLLECTOR_LEVEL"), "{event}");
    assert_eq!(ran.stderr, "");
    assert_eq!(collector.connections(), 0);
}

#[test]
#[cfg(unix)] // Elsewhere a variable is Unicode, or cannot be made otherwise here.
fn a_value_that_is_no_text_is_an_error_like_any_other() {
    use std::os::unix::ffi::OsStrExt as _;
    let collector = collector();
    let value = std::ffi::OsStr::from_bytes(b"hunter2\xff");
    for name in ["LOG_COLLECTOR_API_KEY", "LOG_COLLECTOR_LEVEL", "CLIENT_ID"] {
        let ran = Child::shipping("try", &collector).set(name, value).run();
        assert!(ran.told("error").contains(name), "{ran:?}");
        assert!(!ran.stdout.contains("hunter2"), "{ran:?}");
    }
}
