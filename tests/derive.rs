//! What stands on the fields of a struct is what its record tells, and no more.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use epilogue::mask::{Action, Policy};
use epilogue::record::{AnyStep, Error};
use epilogue::wire::Envelope;
use epilogue::{IntoRecord, Level, Status, Step};
use serde::Serialize;
use serde_json::{Value, json};

fn sealed_by(policy: &Policy, state: impl IntoRecord) -> (Envelope, Value) {
    let json = state.into_record().seal(policy, Level::FullTrace).render();
    let envelope: Envelope = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {json}"));
    assert_eq!(envelope.degraded, None, "{json}");
    let trace = serde_json::from_str::<Value>(&json).unwrap()["trace"].take();
    (envelope, trace)
}

fn sealed(state: impl IntoRecord) -> (Envelope, Value) {
    sealed_by(&Policy::default(), state)
}

/// How this host calls its endings.
#[derive(Clone, Copy, Serialize)]
enum Ending {
    Halfway,
    HandedOver,
}

impl From<Ending> for Status {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Halfway => Self::Partial,
            Ending::HandedOver => Self::Escalated,
        }
    }
}

struct Failure(&'static str);

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new("Failure", failure.0)
    }
}

/// Neither serializes nor prints.
struct Connection;

/// Every place that there is.
#[derive(IntoRecord)]
struct Everything {
    #[epilogue(ticket_id)]
    ticket: u64,
    #[epilogue(status, state)]
    ending: Ending,
    #[epilogue(status_reason)]
    why: Option<&'static str>,
    #[epilogue(category)]
    topic: String,
    #[epilogue(tag)]
    label: char,
    #[epilogue(tags)]
    labels: BTreeSet<String>,
    #[epilogue(metric = "confidence", state)]
    overall_confidence: f64,
    #[epilogue(currency)]
    money: &'static str,
    #[epilogue(took)]
    elapsed: Duration,
    #[epilogue(started_at)]
    start: SystemTime,
    #[epilogue(attempt)]
    run: u8,
    #[epilogue(client_id)]
    tenant: String,
    #[epilogue(environment)]
    stage: String,
    #[epilogue(workflow_name)]
    name: String,
    #[epilogue(workflow_version)]
    version: u32,
    #[epilogue(input)]
    question: Value,
    #[epilogue(steps)]
    steps: Vec<AnyStep>,
    #[epilogue(error)]
    failure: Failure,
    #[epilogue(errors)]
    failures: Vec<Failure>,
    #[epilogue(final_response)]
    answer: String,
    #[epilogue(final_confidence)]
    sure: f32,
    #[epilogue(rename = "orders")]
    found: Vec<&'static str>,
    r#type: Option<u8>,
    #[epilogue(skip)]
    _connection: Connection,
}

fn everything() -> Everything {
    Everything {
        ticket: 12_345,
        ending: Ending::HandedOver,
        why: Some("nobody knew"),
        topic: "BILLING".to_owned(),
        label: 'x',
        labels: ["vip".to_owned(), "late".to_owned()].into(),
        overall_confidence: 0.5,
        money: "EUR",
        elapsed: Duration::from_millis(1_500),
        start: SystemTime::UNIX_EPOCH,
        run: 2,
        tenant: "acme".to_owned(),
        stage: "staging".to_owned(),
        name: "support".to_owned(),
        version: 3,
        question: json!({"text": "where is it?"}),
        steps: vec![Step::node("plan").into(), Step::tool_call("look").into()],
        failure: Failure("first"),
        failures: vec![Failure("second")],
        answer: "soon".to_owned(),
        sure: 0.5,
        found: vec!["A-1017"],
        r#type: None,
        _connection: Connection,
    }
}

#[test]
fn every_field_is_told_where_it_says() {
    let (envelope, trace) = sealed(everything());
    let head = serde_json::to_value(&envelope).unwrap();
    for (field, told) in [
        ("kind", json!("workflow")),
        ("ticket_id", json!("12345")),
        ("status", json!("ESCALATED")),
        ("status_reason", json!("nobody knew")),
        ("category", json!("BILLING")),
        ("tags", json!(["x", "late", "vip"])),
        ("currency", json!("EUR")),
        ("execution_time_seconds", json!(1.5)),
        ("executed_at", json!("1970-01-01T00:00:00.000Z")),
        ("attempt", json!(2)),
        ("client_id", json!("acme")),
        ("environment", json!("staging")),
        ("workflow_name", json!("support")),
        ("workflow_version", json!("3")),
    ] {
        assert_eq!(head[field], told, "{field}");
    }
    assert_eq!(head["metrics"]["confidence"], 0.5);
    assert_eq!(head["metrics"]["step_count"], 2.0);
    assert_eq!(trace["input"], json!({"text": "where is it?"}));
    assert_eq!(trace["steps"][1]["name"], "look");
    assert_eq!(trace["errors"][0]["message"], "first");
    assert_eq!(trace["errors"][1]["message"], "second");
    assert_eq!(trace["final_response"], json!({"content": "soon", "confidence": 0.5}));
    let state = json!({
        "ending": "HandedOver", "overall_confidence": 0.5, "orders": ["A-1017"], "type": null,
    });
    assert_eq!(trace["state"], state);
}

#[derive(Default, IntoRecord)]
#[epilogue(workflow_name = "support", workflow_version = concat!("3", ".1"), category = "OTHER")]
#[epilogue(tag = "a", tag = "b", currency = "USD", environment = "test", client_id = "acme")]
struct MayBeMissing {
    #[epilogue(ticket_id)]
    ticket: &'static str,
    #[epilogue(status)]
    ending: Option<Ending>,
    #[epilogue(category)]
    topic: Option<String>,
    #[epilogue(metric, state)]
    loops: Option<u32>,
    #[epilogue(took)]
    elapsed: Option<Duration>,
    #[epilogue(input)]
    question: Option<String>,
    #[epilogue(final_response)]
    answer: std::option::Option<String>,
    #[epilogue(errors)]
    failures: Option<Vec<Failure>>,
    #[epilogue(tags)]
    labels: Option<Vec<&'static str>>,
}

#[test]
fn what_is_missing_is_left_out_and_the_structs_own_words_stay() {
    let (envelope, trace) = sealed(MayBeMissing { ticket: "1", ..MayBeMissing::default() });
    assert_eq!(envelope.status.as_deref(), Some("SUCCESS"));
    assert_eq!(envelope.workflow_name.as_deref(), Some("support"));
    assert_eq!(envelope.workflow_version.as_deref(), Some("3.1"));
    assert_eq!(envelope.category.as_deref(), Some("OTHER"));
    assert_eq!(envelope.tags, ["a", "b"]);
    assert!(envelope.metrics.is_empty());
    assert_eq!(trace, json!({"state": {"loops": null}}));
}

#[test]
fn what_is_there_is_told_and_wins_over_the_structs_own_words() {
    let (envelope, trace) = sealed(MayBeMissing {
        ticket: "1",
        ending: Some(Ending::Halfway),
        topic: Some("BILLING".to_owned()),
        loops: Some(7),
        elapsed: Some(Duration::from_secs(2)),
        question: Some("where?".to_owned()),
        answer: Some("here".to_owned()),
        failures: Some(vec![Failure("late")]),
        labels: Some(vec!["c"]),
    });
    assert_eq!(envelope.status.as_deref(), Some("PARTIAL"));
    assert_eq!(envelope.category.as_deref(), Some("BILLING"));
    assert_eq!(envelope.tags, ["a", "b", "c"]);
    assert_eq!(envelope.metrics["loops"].to_string(), "7");
    assert_eq!(trace["input"], "where?");
    assert_eq!(trace["final_response"]["content"], "here");
    assert_eq!(trace["errors"][0]["type"], "Failure");
    assert_eq!(trace["state"], json!({"loops": 7}));
}

#[derive(IntoRecord)]
struct Marks {
    #[epilogue(ticket_id)]
    ticket: &'static str,
    #[epilogue(identity, mask = "hash")]
    customer: String,
    #[epilogue(identities, mask = "drop")]
    others: Vec<String>,
    #[epilogue(mask)]
    account: &'static str,
    #[epilogue(mask = "keep")]
    sku: &'static str,
    #[epilogue(input, mask = "hash")]
    question: Vec<&'static str>,
    #[epilogue(final_response)]
    answer: &'static str,
    password: &'static str,
}

fn marks() -> Marks {
    Marks {
        ticket: "1",
        customer: "Nightingale".to_owned(),
        others: vec!["Kingfisher".to_owned()],
        account: "DK-4711-0815",
        sku: "4111 1111 1111 1111",
        question: vec!["where", "when"],
        answer: "nightingale and kingfisher of DK-4711-0815",
        password: "correct-horse-42",
    }
}

#[test]
fn what_is_masked_on_the_struct_is_masked_wherever_it_goes() {
    let (envelope, trace) = sealed(marks());
    let state = &trace["state"];
    assert!(state["customer"].as_str().unwrap().starts_with("[ID:"), "{state}");
    assert_eq!(state["account"], "[REMOVED]");
    assert_eq!(state["sku"], "4111 1111 1111 1111");
    assert_eq!(state["password"], "[REMOVED]");
    assert!(state.get("others").is_none(), "{state}");
    assert!(trace["input"][1].as_str().unwrap().starts_with("[ID:"), "{trace}");
    assert_eq!(trace["final_response"]["content"], "[NAME] and [NAME] of [REMOVED]");
    assert!(envelope.masking.is_some());
}

#[test]
fn the_policy_holds_where_it_is_stricter() {
    let policy = Policy::builder()
        .path("trace.state.sku", Action::Mask)
        .drop_key("customer")
        .keep_key("account")
        .build()
        .unwrap();
    let (_, trace) = sealed_by(&policy, marks());
    let state = json!({"account": "[REMOVED]", "sku": "[REMOVED]", "password": "[REMOVED]"});
    assert_eq!(trace["state"], state);
}

#[derive(IntoRecord)]
struct Whole<T: Serialize + Send + 'static, const N: usize>
where
    T: Clone,
{
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(whole_state, input)]
    graph: Vec<T>,
    #[epilogue(skip)]
    _rest: [Connection; N],
}

#[test]
fn one_field_may_be_the_whole_state_of_a_generic_struct() {
    let whole = Whole { ticket: "1".to_owned(), graph: vec!["a", "b"], _rest: [Connection] };
    let (_, trace) = sealed(whole);
    assert_eq!(trace, json!({"input": ["a", "b"], "state": ["a", "b"]}));
}

mod elsewhere {
    pub(crate) mod logs {
        pub(crate) use epilogue::*;
    }
}

#[derive(elsewhere::logs::IntoRecord)]
#[epilogue(crate = "crate::elsewhere::logs")]
struct FoundElsewhere {
    #[epilogue(ticket_id)]
    ticket: u8,
    #[epilogue(mask = "keep")]
    note: u8,
}

#[test]
fn epilogue_may_be_found_elsewhere() {
    let (envelope, trace) = sealed(FoundElsewhere { ticket: 7, note: 8 });
    assert_eq!(envelope.ticket_id.as_deref(), Some("7"));
    assert_eq!(trace["state"], json!({"note": 8}));
}
