//! The examples run to a good end with any collector, and show no secret.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use epilogue::testing::MockCollector;

/// What the example's customer would not like to read in a log.
const SECRETS: [&str; 5] = [
    "Lindqvist",
    "maria.lindqvist@example.com",
    "4111 1111 1111 1111",
    "correct-horse-42",
    "sk-proj-0123456789abcdefEPILOGUEabcdef0123456789",
];

/// An example as it was built with these tests: beside the folder of this program.
fn example(name: &str) -> Command {
    let this = std::env::current_exe().unwrap();
    let profile = this.parent().and_then(|deps| deps.parent()).unwrap();
    let path: PathBuf =
        profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is built by `cargo build --examples`", path.display());
    let mut command = Command::new(path);
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("LOG_COLLECTOR_") || variable == "CLIENT_ID" {
            command.env_remove(variable);
        }
    }
    command
}

fn shipping_to(mut command: Command, url: &str) -> Output {
    let command = command.env("LOG_COLLECTOR_URL", url).env("LOG_COLLECTOR_API_KEY", "a-key");
    command.env("CLIENT_ID", "demo").output().unwrap()
}

/// It ended well, and showed no secret; gives what it showed.
fn shown(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    for secret in SECRETS {
        assert!(!stdout.contains(secret) && !stderr.contains(secret), "{secret}: {stdout}");
    }
    stdout
}

#[test]
fn the_ticket_workflow_shows_the_record_that_arrived() {
    let shown = shown(&example("ticket_workflow").output().unwrap());
    assert!(shown.contains("delivered=1") && shown.contains(" lost=0"), "{shown}");
    for placeholder in ["[NAME]", "[EMAIL:", "[CARD]", "[REMOVED]"] {
        assert!(shown.contains(placeholder), "{placeholder}: {shown}");
    }
}

#[test]
fn the_ticket_workflow_ships_to_the_collector_of_the_environment() {
    let collector = MockCollector::builder().api_key("a-key").client_id("demo").start().unwrap();
    let shown = shown(&shipping_to(example("ticket_workflow"), &collector.url()));
    assert!(shown.contains("delivered=1"), "{shown}");
    let record = &collector.records()[0];
    assert_eq!(record.workflow_name.as_deref(), Some("support_ticket"));
    assert_eq!(record.metrics["llm_calls"].to_string(), "1");
    let raw = collector.raw_records().concat();
    assert!(SECRETS.iter().all(|secret| !raw.contains(secret)), "{raw}");
    assert_eq!(collector.violations(), [""; 0]);
}

#[test]
fn the_ticket_workflow_ends_well_when_the_collector_is_down() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = shipping_to(example("ticket_workflow"), &format!("http://127.0.0.1:{port}/v1"));
    let shown = shown(&output);
    assert!(shown.contains("delivered=0") && shown.contains("shutdown=1"), "{shown}");
}

#[test]
fn the_ticket_workflow_refuses_a_wrong_address_and_shows_no_secret_of_it() {
    let output =
        shipping_to(example("ticket_workflow"), "http://maria:correct-horse-42@127.0.0.1/");
    assert!(!output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("setting: Url"), "{stderr}");
    assert!(SECRETS.iter().all(|secret| !stderr.contains(secret)), "{stderr}");
}

#[test]
fn the_derived_record_tells_what_stands_on_the_struct() {
    let shown = shown(&example("derive").output().unwrap());
    assert!(shown.contains("delivered=1") && shown.contains(" lost=0"), "{shown}");
    for told in [
        r#""orders_found": 1"#,
        r#""customer": "[ID:"#,
        r#""shipment": "4012 8888 8888 1881""#,
        "On its way, dear [NAME].",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("notes") && !shown.contains("angry"), "{shown}");
}

#[test]
fn the_record_kinds_show_one_of_each_as_it_arrived() {
    let shown = shown(&example("record_kinds").output().unwrap());
    assert!(shown.contains("delivered=7") && shown.contains(" lost=0"), "{shown}");
    let records = shown.lines().filter_map(|line| serde_json::from_str(line).ok());
    let mut kinds: Vec<_> =
        records.map(|record: serde_json::Value| record["kind"].to_string()).collect();
    kinds.sort();
    let all = "action action activity audit nlp_parsing task_sync webhook_event";
    assert_eq!(kinds, all.split(' ').map(|kind| format!("{kind:?}")).collect::<Vec<_>>());
    for told in [
        r#""changed_fields":["customer.email","customer.preferences"]"#,
        r#""status":"timeout""#,
        "not complete: task_sync.sync_direction",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}

#[test]
fn the_instrumented_service_shows_a_record_of_each_request() {
    let shown = shown(&example("tracing_capture").output().unwrap());
    assert!(shown.contains("produced=3 delivered=3") && shown.contains(" lost=0"), "{shown}");
    for (told, times) in [
        ("\"status\": \"SUCCESS\"", 2),
        ("\"status\": \"FAILED\"", 1),
        ("\"type\": \"tool_call\"", 3),
        ("\"type\": \"llm_call\"", 2),
        ("there is no order none", 4),
    ] {
        assert_eq!(shown.matches(told).count(), times, "{told}: {shown}");
    }
}

#[test]
fn the_record_kinds_ship_to_the_collector_of_the_environment() {
    let collector = MockCollector::builder().api_key("a-key").client_id("demo").start().unwrap();
    let shown = shown(&shipping_to(example("record_kinds"), &collector.url()));
    assert!(shown.contains("delivered=7"), "{shown}");
    let raw = collector.raw_records().concat();
    assert!(SECRETS.iter().all(|secret| !raw.contains(secret)), "{raw}");
    assert_eq!(collector.violations(), [""; 0]);
}

#[test]
fn what_we_log_tells_the_policy_of_the_environment() {
    let key = "0123456789abcdef0123456789abcdef";
    let output = example("what_we_log").env("LOG_COLLECTOR_MASK_KEY", key).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("- Policy: `default/1`\n") && told.contains("[EMAIL:hash]"), "{told}");
    assert!(!told.contains(key) && !told.contains("ephemeral"), "{told}");
    let output = example("what_we_log").env("LOG_COLLECTOR_MASK_KEY", "short").output().unwrap();
    assert!(!output.status.success(), "{output:?}");
}
