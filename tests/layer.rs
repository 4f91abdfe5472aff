//! The spans that a service has anyway become records: each run one, with its steps.

mod common;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use common::{client, collector, keeps_the_contract, settle, stored, tickets};
use epilogue::capture::{TracingLayer, layer};
use epilogue::testing::MockCollector;
use epilogue::wire::Envelope;
use epilogue::{Client, Record};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tracing::field::Empty;
use tracing::instrument::{Instrument, WithSubscriber};
use tracing::span::{Attributes, Id, Record as Later};
use tracing::{
    Dispatch, Event, Metadata, Span, Subscriber, dispatcher, error, info, info_span, instrument,
};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

/// Lets a host make its spans under the layer, and waits until all that is left is stored.
struct Service {
    collector: MockCollector,
    logs: Client,
    dispatch: Dispatch,
}

impl Service {
    fn new() -> Self {
        Self::with(|layer| layer)
    }

    fn with(change: impl FnOnce(TracingLayer) -> TracingLayer) -> Self {
        let collector = collector();
        let logs = client(&collector);
        let dispatch = Dispatch::new(registry().with(change(layer(logs.clone()))));
        Self { collector, logs, dispatch }
    }

    fn run<T>(&self, host: impl FnOnce() -> T) -> T {
        let done = dispatcher::with_default(&self.dispatch, host);
        settle(&self.logs);
        keeps_the_contract(&self.collector);
        done
    }

    fn tickets(&self) -> Vec<String> {
        tickets(&self.collector)
    }

    fn stored(&self, ticket: &str) -> Envelope {
        stored(&self.collector, ticket)
    }
}

/// The one record that is left by these spans, and its steps.
fn left_behind(host: impl FnOnce()) -> (Envelope, Vec<Value>) {
    let service = Service::new();
    service.run(host);
    assert_eq!(service.collector.stored(), 1);
    let record = service.collector.records().remove(0);
    let steps = steps(&record);
    (record, steps)
}

fn trace(record: &Envelope) -> &Value {
    record.trace.as_ref().expect("a trace")
}

fn steps(record: &Envelope) -> Vec<Value> {
    trace(record)["steps"].as_array().cloned().unwrap_or_default()
}

fn status(record: &Envelope) -> &str {
    record.status.as_deref().expect("a status")
}

fn names(steps: &[Value]) -> Vec<&str> {
    steps.iter().map(|step| step["name"].as_str().unwrap()).collect()
}

/// Everything that stands in `part` stands in `whole` as well.
fn holds(whole: &Value, part: &Value) {
    for (name, value) in part.as_object().unwrap() {
        assert_eq!(&whole[name], value, "{name} of {whole}");
    }
}

#[test]
fn a_root_span_is_a_record_and_the_spans_in_it_are_its_steps() {
    let (record, steps) = left_behind(|| {
        let _run = info_span!("workflow", ticket_id = "12345").entered();
        info_span!("plan").in_scope(|| info_span!("look up").in_scope(|| ()));
        info_span!("answer").in_scope(|| ());
    });
    assert_eq!((status(&record), record.ticket_id.as_deref()), ("SUCCESS", Some("12345")));
    assert!(record.execution_time_seconds.is_some());
    assert_eq!(names(&steps), ["plan", "look up", "answer"]);
    let parents: Vec<_> = steps.iter().map(|step| step["parent"].as_u64()).collect();
    assert_eq!(parents, [None, Some(1), None]);
    for step in steps {
        holds(&step, &json!({"type": "node", "status": "ok"}));
        assert!(step["start_ms"].is_number() && step["duration_ms"].is_number());
    }
}

#[test]
fn what_the_root_tells_stands_in_the_envelope() {
    let (record, _) = left_behind(|| {
        let _run = info_span!(
            "workflow",
            ticket_id = 12345,
            status = "escalated",
            status_reason = "a person has to look",
            category = "BILLING",
            tags = "vip, refund",
            attempt = 2,
            workflow_name = "support",
            workflow_version = "3",
            environment = "test",
            input = "where is it?",
            output = "it was shipped",
            confidence = 0.5,
            rounds = 3,
            gen_ai.usage.input_tokens = 812,
            user.id = 17,
            card_number = 4_111_111_111_111_111_u64,
            route = r#"{"path": "/tickets"}"#,
            retried = true,
        )
        .entered();
    });
    assert_eq!((status(&record), record.ticket_id.as_deref()), ("ESCALATED", Some("12345")));
    assert_eq!(record.status_reason.as_deref(), Some("a person has to look"));
    assert_eq!((record.category.as_deref(), record.attempt), (Some("BILLING"), Some(2)));
    assert_eq!(record.tags, ["vip", "refund"]);
    assert_eq!(record.workflow_name.as_deref(), Some("support"));
    assert_eq!(record.workflow_version.as_deref(), Some("3"));
    assert_eq!(record.environment.as_deref(), Some("test"));
    let mut metrics: Vec<_> = record.metrics.keys().map(String::as_str).collect();
    metrics.sort_unstable();
    assert_eq!(metrics, ["confidence", "input_tokens", "rounds"]);
    holds(
        trace(&record),
        &json!({
            "input": "where is it?",
            "final_response": {"content": "it was shipped"},
            "state": {"user.id": 17, "card_number": "[CARD]", "route": {"path": "/tickets"},
                "retried": true},
        }),
    );
}

#[test]
fn a_state_of_the_roots_is_the_state() {
    let (record, _) = left_behind(|| {
        let _run = info_span!("workflow", state = r#"{"answered": true}"#).entered();
    });
    assert_eq!(trace(&record)["state"], json!({"answered": true}));
}

#[test]
fn the_names_of_the_conventions_make_typed_steps() {
    let (record, steps) = left_behind(|| {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        let _agent = info_span!(
            "agent",
            gen_ai.operation.name = "invoke_agent",
            gen_ai.agent.name = "resolver",
            gen_ai.usage.input_tokens = 812,
        )
        .entered();
        drop(info_span!(
            "execute_tool", gen_ai.tool.name = "lookup_order", gen_ai.tool.call.id = "c1",
            gen_ai.tool.call.arguments = r#"{"order": "A-1"}"#, gen_ai.tool.call.result = "shipped",
            gen_ai.tool.type = "function",
        ));
        drop(info_span!(
            "chat",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = "gpt-4o",
            gen_ai.response.model = "gpt-4o-2024",
            gen_ai.usage.input_tokens = 812,
            gen_ai.usage.output_tokens = 64,
            gen_ai.usage.cache_read.input_tokens = 100,
            gen_ai.usage.reasoning.output_tokens = 7,
            gen_ai.usage.cost = 0.25,
            currency = "USD",
            gen_ai.response.finish_reasons = r#"["stop"]"#,
            gen_ai.input.messages = r#"[{"role": "user"}]"#,
            gen_ai.output.messages = "shipped",
            gen_ai.request.temperature = 0.5,
        ));
        drop(info_span!(
            "embed",
            gen_ai.operation.name = "embeddings",
            gen_ai.system = "cohere",
            gen_ai.usage.prompt_tokens = "8",
        ));
        drop(info_span!(
            "search",
            gen_ai.operation.name = "retrieval",
            gen_ai.data_source.id = "faq",
            gen_ai.retrieval.query.text = "refund",
            gen_ai.retrieval.documents =
                r#"[{"id": "d1", "score": 0.5, "text": "…"}, {"id": "d2"}]"#,
        ));
    });
    for (step, told) in steps.iter().zip([
        json!({"type": "node", "name": "resolver",
            "attributes": {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 812}}),
        json!({"type": "tool_call", "name": "lookup_order", "call_id": "c1", "parent": 1,
            "arguments": {"order": "A-1"}, "result": "shipped",
            "attributes": {"gen_ai.tool.type": "function"}}),
        json!({"type": "llm_call", "name": "chat", "provider": "openai", "model": "gpt-4o-2024",
            "input_tokens": 812, "output_tokens": 64, "cache_read_tokens": 100,
            "reasoning_tokens": 7, "cost": {"amount": "0.25", "currency": "USD"},
            "finish_reason": "stop", "input": [{"role": "user"}], "output": "shipped",
            "attributes": {"gen_ai.request.model": "gpt-4o", "gen_ai.request.temperature": 0.5}}),
        json!({"type": "llm_call", "name": "embed", "provider": "cohere", "input_tokens": 8}),
        json!({"type": "retrieval", "name": "faq", "query": "refund",
            "documents": [{"id": "d1", "score": 0.5}, {"id": "d2"}]}),
    ]) {
        holds(step, &told);
    }
    assert_eq!(steps.len(), 5);
    for (name, value) in [("llm_calls", 2.0), ("tool_calls", 1.0), ("input_tokens", 820.0)] {
        assert!((record.metrics[name] - value).abs() < f64::EPSILON, "{name}");
    }
}

#[test]
fn other_names_make_typed_steps_too() {
    let (_, steps) = left_behind(|| {
        let _run = info_span!("workflow").entered();
        drop(info_span!(
            "a",
            traceloop.span.kind = "tool",
            traceloop.entity.name = "lookup",
            traceloop.entity.input = "A-1",
            traceloop.entity.output = "shipped",
        ));
        drop(info_span!("b", traceloop.span.kind = "task", traceloop.entity.input = "A-2"));
        drop(info_span!(
            "round",
            iteration = 2,
            thought = "hm",
            action = "look",
            observation = "so"
        ));
        drop(info_span!("react_iteration", thought = "hm"));
        drop(info_span!("llm_call", provider = "openai", model = "gpt-4o", output_tokens = 64));
        drop(info_span!("tool_call", arguments = "A-3", result = "lost", attempt = 2));
        drop(info_span!("retrieval", query = "refund"));
        drop(info_span!("node", decision = "go on", input = "in", output = "out", note = 7));
    });
    let told = [
        json!({"type": "tool_call", "name": "lookup", "arguments": "A-1", "result": "shipped"}),
        json!({"type": "node", "name": "b", "input": "A-2"}),
        json!({"type": "react_iteration", "name": "round", "iteration": 2, "thought": "hm",
            "action": "look", "observation": "so"}),
        json!({"type": "react_iteration", "iteration": 0, "thought": "hm"}),
        json!({"type": "llm_call", "provider": "openai", "model": "gpt-4o", "output_tokens": 64}),
        json!({"type": "tool_call", "arguments": "A-3", "result": "lost", "attempt": 2}),
        json!({"type": "retrieval", "query": "refund"}),
        json!({"type": "node", "decision": "go on", "input": "in", "output": "out",
            "attributes": {"note": 7}}),
    ];
    assert_eq!(steps.len(), told.len());
    for (step, told) in steps.iter().zip(&told) {
        holds(step, told);
    }
}

#[test]
fn what_is_recorded_late_counts() {
    let (record, steps) = left_behind(|| {
        let run = info_span!("handle", ticket_id = Empty, status = Empty, category = "A").entered();
        let step = info_span!("call", gen_ai.operation.name = Empty, output = Empty).entered();
        step.record("gen_ai.operation.name", "execute_tool");
        step.record("output", "first").record("output", "last");
        drop(step);
        run.record("ticket_id", "12345").record("status", "PARTIAL").record("category", "B");
    });
    assert_eq!((status(&record), record.ticket_id.as_deref()), ("PARTIAL", Some("12345")));
    assert_eq!(record.category.as_deref(), Some("B"));
    holds(&steps[0], &json!({"type": "tool_call", "output": "last"}));
}

#[test]
fn two_runs_on_one_thread_are_two_records() {
    let service = Service::new();
    service.run(|| {
        let runs = ["1", "2"].map(|ticket| info_span!("workflow", ticket_id = ticket));
        for step in ["a", "b"] {
            for run in &runs {
                run.in_scope(|| info_span!("step", otel.name = step).in_scope(|| ()));
            }
        }
        let [first, second] = runs;
        drop(second);
        first.in_scope(|| info_span!("last").in_scope(|| ()));
    });
    assert_eq!(service.tickets(), ["1", "2"]);
    assert_eq!(names(&steps(&service.stored("1"))), ["a", "b", "last"]);
    assert_eq!(names(&steps(&service.stored("2"))), ["a", "b"]);
}

#[test]
fn one_run_over_four_tasks_is_one_record() {
    let service = Service::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    service.run(|| {
        let run = info_span!("workflow", ticket_id = "1");
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let task = async {
                    let step = info_span!("task");
                    tokio::task::yield_now().instrument(step.clone()).await;
                    async { info_span!("in task").in_scope(|| ()) }.instrument(step).await;
                };
                let task = task.instrument(run.clone());
                runtime.spawn(task.with_subscriber(service.dispatch.clone()))
            })
            .collect();
        drop(run);
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
    let steps = steps(&service.stored("1"));
    assert_eq!(steps.len(), 8);
    for step in &steps {
        let parent = step["parent"].as_u64().map(|id| &steps[usize::try_from(id).unwrap() - 1]);
        assert_eq!(
            parent.map(|step| step["name"].as_str()),
            match step["name"].as_str() {
                Some("task") => None,
                _ => Some(Some("task")),
            }
        );
    }
}

#[test]
fn the_parent_is_the_one_that_the_registry_knows() {
    let (_, steps) = left_behind(|| {
        let run = info_span!("workflow", ticket_id = "1");
        let plan = info_span!(parent: &run, "plan");
        let other = info_span!(parent: &plan, "entered");
        let dispatch = dispatcher::get_default(Clone::clone);
        let child = plan.clone();
        let elsewhere = thread::spawn(move || {
            dispatcher::with_default(&dispatch, || drop(info_span!(parent: &child, "elsewhere")));
        });
        elsewhere.join().unwrap();
        let _entered = other.entered();
        let follower = info_span!(parent: &run, "follower");
        follower.follows_from(&plan);
        drop(info_span!(parent: None, "in no run"));
    });
    assert_eq!(names(&steps), ["plan", "entered", "elsewhere", "follower"]);
    let parents: Vec<_> = steps.iter().map(|step| step["parent"].as_u64()).collect();
    assert_eq!(parents, [None, Some(1), Some(1), None]);
}

#[test]
fn error_events_are_errors_of_the_run() {
    #[derive(Debug, thiserror::Error)]
    #[error("connection reset")]
    struct Reset;

    #[instrument(err)]
    fn lookup() -> Result<(), Reset> {
        Err(Reset)
    }

    let (record, steps) = left_behind(|| {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        lookup().unwrap_err();
        info_span!("second").in_scope(|| {
            error!(error.type = "Timeout", error = &Reset as &dyn std::error::Error, "no answer");
        });
        info_span!("third").in_scope(|| error!(handled = true, "expected"));
        info!("no error");
    });
    assert_eq!(status(&record), "SUCCESS");
    let errors = trace(&record)["errors"].as_array().unwrap();
    assert_eq!(
        errors,
        &[
            json!({"step": 1, "type": "error", "message": "connection reset", "handled": true}),
            json!({"step": 2, "type": "Timeout", "message": "no answer: connection reset",
                "handled": true}),
            json!({"step": 3, "type": "error", "message": "expected", "handled": true}),
        ]
    );
    let told: Vec<_> = steps.iter().map(|step| (step["status"].as_str(), &step["error"])).collect();
    assert_eq!(told[0], (Some("error"), &json!("connection reset")));
    assert_eq!(told[1], (Some("error"), &json!("no answer: connection reset")));
    assert_eq!(told[2], (Some("ok"), &Value::Null));
}

#[test]
fn an_error_of_the_run_itself_fails_it() {
    let failed = |host: fn()| {
        let (record, _) = left_behind(|| info_span!("workflow", ticket_id = "1").in_scope(host));
        status(&record) == "FAILED"
    };
    assert!(failed(|| error!("gave up")));
    assert!(!failed(|| error!(handled = true, "went on")));
    assert!(failed(|| info_span!("a").in_scope(|| error!(handled = false, "gave up"))));
    let (record, _) = left_behind(|| drop(info_span!("workflow", error.type = "Timeout")));
    let error = &trace(&record)["errors"][0];
    assert_eq!((status(&record), &error["type"]), ("FAILED", &json!("Timeout")));
    let (record, _) = left_behind(|| {
        info_span!("workflow", status = "PARTIAL").in_scope(|| error!("half of it"));
    });
    assert_eq!(status(&record), "PARTIAL");
}

#[test]
fn the_fields_of_opentelemetrys_layer_are_honoured() {
    let (record, steps) = left_behind(|| {
        let _run = info_span!(
            "workflow",
            otel.name = "support",
            otel.status_code = "ERROR",
            otel.status_message = "no answer",
        )
        .entered();
        drop(info_span!("a", otel.status_code = "ERROR", otel.status_description = "reset"));
        drop(info_span!("b", otel.name = "renamed", otel.status_code = "OK"));
        drop(info_span!("c", error.type = "timeout"));
        drop(info_span!("d", status = "skipped"));
    });
    assert_eq!((status(&record), record.status_reason.as_deref()), ("FAILED", Some("no answer")));
    assert_eq!(record.workflow_name.as_deref(), Some("support"));
    assert_eq!(names(&steps), ["a", "renamed", "c", "d"]);
    let told: Vec<_> = steps.iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(told, ["error", "ok", "error", "skipped"]);
    assert_eq!((&steps[0]["error"], &steps[2]["error"]), (&json!("reset"), &json!("timeout")));
}

#[test]
fn a_span_that_could_be_a_run_is_a_step_of_the_one_around_it_unless_its_ticket_is_another() {
    let service = Service::new();
    service.run(|| {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        drop(info_span!("workflow"));
        drop(info_span!("same", ticket_id = "1"));
        let other = info_span!("other", ticket_id = "2").entered();
        drop(info_span!("of the other"));
        drop(other);
        drop(info_span!("of the first"));
    });
    assert_eq!(service.tickets(), ["1", "2"]);
    assert_eq!(names(&steps(&service.stored("1"))), ["workflow", "same", "of the first"]);
    assert_eq!(names(&steps(&service.stored("2"))), ["of the other"]);

    let (record, steps) = left_behind(|| {
        let _run = info_span!("workflow").entered();
        drop(info_span!("load", ticket_id = "3"));
        let late = info_span!("late", ticket_id = Empty);
        late.record("ticket_id", "4");
    });
    assert_eq!((record.ticket_id.as_deref(), steps.len()), (Some("3"), 2));
}

#[test]
fn a_host_has_names_of_its_own() {
    let service = Service::with(|layer| layer.root_name("job").ticket_field("order"));
    service.run(|| {
        drop(info_span!("job"));
        drop(info_span!("any", order = "A-1"));
        drop(info_span!("workflow", ticket_id = "1"));
    });
    assert_eq!(service.tickets(), ["", "A-1"]);

    let service = Service::with(|layer| layer.without_runs_by_ticket().max_steps(1));
    service.run(|| {
        drop(info_span!("load", ticket_id = "1"));
        let _run = info_span!("workflow", ticket_id = "2").entered();
        info_span!("kept").in_scope(|| info_span!("left out").in_scope(|| ()));
    });
    assert_eq!(service.tickets(), ["2"]);
    let record = service.stored("2");
    assert_eq!(names(&steps(&record)), ["kept"]);
    assert_eq!(record.truncation.unwrap().dropped_steps, 1);
}

/// What the host panics with does not matter to it.
fn panics(host: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(host)).is_err());
}

#[test]
fn a_panic_in_a_run_is_told_and_one_that_the_run_survives_fails_its_step() {
    let service = Service::new();
    service.run(|| {
        panics(|| {
            let _run = info_span!("workflow", ticket_id = "fell").entered();
            info_span!("fine").in_scope(|| ());
            info_span!("falls").in_scope(|| panic!("on purpose"));
        });
        let run = info_span!("workflow", ticket_id = "stood").entered();
        let kept = info_span!("falls");
        panics(|| kept.in_scope(|| panic!("on purpose")));
        drop((kept, run));
        let kept = info_span!("workflow", ticket_id = "kept");
        panics(|| kept.in_scope(|| panic!("on purpose")));
    });
    let told = |ticket| {
        let record = service.stored(ticket);
        let steps = steps(&record);
        let steps = steps.iter().map(|step| step["status"].as_str().unwrap().to_owned());
        (status(&record).to_owned(), steps.collect::<Vec<_>>().join(" "))
    };
    assert_eq!(told("fell"), ("CRASHED".into(), "ok error".into()));
    assert_eq!(told("stood"), ("SUCCESS".into(), "error".into()));
    assert_eq!(told("kept"), ("CRASHED".into(), String::new()));
    let fell = service.stored("fell");
    let error = &trace(&fell)["errors"][0];
    assert_eq!((&error["type"], &error["step"]), (&json!("panic"), &json!(2)));
}

#[test]
fn a_span_that_is_not_closed_keeps_its_run_open_and_no_other() {
    let service = Service::new();
    let open = service.run(|| {
        let run = info_span!("workflow", ticket_id = "open").entered();
        let open = info_span!("still open", output = Empty);
        std::mem::forget(info_span!(parent: None, "workflow", ticket_id = "never closed"));
        drop(run);
        drop(info_span!("workflow", ticket_id = "other"));
        open
    });
    assert_eq!(service.tickets(), ["other"]);
    service.run(|| {
        open.record("output", "out");
        drop(open);
    });
    assert_eq!(service.tickets(), ["open", "other"]);
    holds(&steps(&service.stored("open"))[0], &json!({"name": "still open", "output": "out"}));
}

/// Makes spans and events while it is serialized, on the shipper's thread.
struct Chatty(Dispatch);

impl Serialize for Chatty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        dispatcher::with_default(&self.0, || {
            info_span!("workflow", ticket_id = "feedback").in_scope(|| error!("feedback"));
        });
        serializer.serialize_str("chatty")
    }
}

#[test]
fn what_the_crate_does_itself_is_never_captured() {
    let service = Service::new();
    service.run(|| {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        service.logs.ship(Record::workflow("2").state(Chatty(service.dispatch.clone())));
        error!(target: "epilogue", "of the crate");
        error!(target: "epilogue::ship", "of the crate");
        drop(info_span!(target: "epilogue", "workflow", ticket_id = "of the crate"));
        error!(target: "epilogues", handled = true, "of the host");
    });
    assert_eq!(service.tickets(), ["1", "2"]);
    let record = service.stored("1");
    let errors = trace(&record)["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["message"]), (1, &json!("of the host")));
    assert_eq!(steps(&record).len(), 0);
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn it_works_beside_other_layers_and_behind_a_filter() {
    let collector = collector();
    let logs = client(&collector);
    let written = Written::default();
    let filtered =
        layer(logs.clone()).with_filter(tracing_subscriber::filter::filter_fn(|metadata| {
            metadata.name() != "filtered out"
        }));
    let others = tracing_subscriber::fmt::layer().with_writer(written.clone());
    let dispatch = Dispatch::new(registry().with(others).with(filtered));
    dispatcher::with_default(&dispatch, || {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        let _filtered = info_span!("filtered out").entered();
        info_span!("step").in_scope(|| info!("seen by fmt"));
    });
    settle(&logs);
    keeps_the_contract(&collector);
    let steps = steps(&stored(&collector, "1"));
    assert_eq!((names(&steps), steps[0].get("parent")), (vec!["step"], None));
    let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(written.contains("workflow{ticket_id=\"1\"}:filtered out:step"), "{written}");
}

#[test]
fn a_second_layer_leaves_the_runs_to_the_first() {
    let service = Service::new();
    let second = Service::new();
    let both = registry().with(layer(service.logs.clone())).with(layer(second.logs.clone()));
    dispatcher::with_default(&Dispatch::new(both), || {
        let run = info_span!("workflow", ticket_id = Empty).entered();
        run.record("ticket_id", "1");
        info_span!("step").in_scope(|| error!("once"));
    });
    service.run(|| ());
    second.run(|| ());
    assert_eq!((service.tickets(), second.tickets()), (vec!["1".to_owned()], vec![]));
    assert_eq!(trace(&service.stored("1"))["errors"].as_array().unwrap().len(), 1);
}

/// Promises to show its spans, and shows none.
struct Blind;

impl Subscriber for Blind {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Later<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl<'a> LookupSpan<'a> for Blind {
    type Data = <tracing_subscriber::Registry as LookupSpan<'a>>::Data;

    fn span_data(&'a self, _: &Id) -> Option<Self::Data> {
        None
    }
}

const BLIND: &str = "EPILOGUE_TEST_BLIND_SUBSCRIBER";

#[test]
fn without_a_registry_nothing_is_recorded_and_one_warning_says_so() {
    // The warning is one of the whole process.
    if std::env::var_os(BLIND).is_some() {
        let logs = Client::disabled();
        dispatcher::with_default(&Dispatch::new(Blind.with(layer(logs.clone()))), || {
            for _ in 0..3 {
                let run = info_span!("workflow", ticket_id = Empty).entered();
                run.record("ticket_id", "1");
                info_span!("step").in_scope(|| error!("unseen"));
            }
        });
        return assert_eq!(logs.stats().produced(), 0);
    }
    let test = "without_a_registry_nothing_is_recorded_and_one_warning_says_so";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(BLIND, "yes")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr.matches("epilogue: the tracing layer").count(), 1, "{stderr}");
}

#[test]
fn outside_of_runs_and_without_consent_nothing_is_recorded() {
    let service = Service::new();
    service.run(|| {
        let span = info_span!("request", user = Empty).entered();
        span.record("user", "maria@example.com");
        info_span!("step").in_scope(|| error!("of nobody"));
    });
    assert_eq!(service.logs.stats().produced(), 0);
    service.logs.set_level(epilogue::Level::Off);
    service.run(|| {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        info_span!("step").in_scope(|| error!("of nobody"));
    });
    assert_eq!((service.logs.stats().skipped(), service.collector.stored()), (1, 0));
}

#[test]
fn of_a_hundred_thousand_spans_the_first_stay() {
    const SPANS: usize = 100_000;
    let collector = MockCollector::builder().max_record_bytes(4 << 20).start().unwrap();
    let logs = common::builder(&collector).max_record_bytes(4 << 20).build().unwrap();
    let dispatch = Dispatch::new(registry().with(layer(logs.clone())));
    dispatcher::with_default(&dispatch, || {
        let run = info_span!("workflow", ticket_id = "1").entered();
        let open: Vec<Span> = (0..SPANS).map(|number| info_span!("step", number)).collect();
        open.last().unwrap().in_scope(|| error!("in one that is not kept"));
        drop(run);
        drop(open);
    });
    settle(&logs);
    let record = stored(&collector, "1");
    let steps = steps(&record);
    assert_eq!((steps.len(), &steps[9_999]["attributes"]), (10_000, &json!({"number": 9_999})));
    assert_eq!(record.truncation.as_ref().unwrap().dropped_steps, (SPANS - 10_000) as u64);
    let error = &trace(&record)["errors"][0];
    assert_eq!(error["message"], "in one that is not kept");
    assert_eq!((error.get("step"), status(&record)), (None, "SUCCESS"));
}

struct Panics;

impl fmt::Debug for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("on purpose")
    }
}

struct Fails;

impl fmt::Debug for Fails {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

/// Makes spans while a field of the same span is being recorded.
struct Reenters;

impl fmt::Debug for Reenters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info_span!("reentered").in_scope(|| error!(handled = true, "reentered"));
        f.write_str("reentered")
    }
}

#[test]
fn the_hosts_own_code_in_a_field_does_no_harm() {
    let (_, steps) = left_behind(|| {
        let _run = info_span!("workflow", ticket_id = "1").entered();
        let step = info_span!("step", a = ?Panics, b = ?Fails, c = 7, d = Empty).entered();
        step.record("d", tracing::field::debug(Reenters));
    });
    let told: Vec<_> = steps.iter().map(|step| &step["name"]).collect();
    assert_eq!(told, ["step", "reentered"]);
    assert_eq!(steps[0]["attributes"], json!({"c": 7, "d": "reentered"}));
}

#[test]
fn what_spans_tell_is_masked() {
    let service = Service::new();
    service.run(|| {
        let _run = info_span!("workflow", ticket_id = "1", customer_name = "Maria").entered();
        let _step = info_span!(
            "tool_call",
            otel.name = "mail maria@example.com",
            arguments = r#"{"to": "maria@example.com", "password": "hunter2"}"#,
        )
        .entered();
        error!("no mailbox of Maria");
    });
    let raw = service.collector.raw_records().concat();
    for told in ["aria", "hunter2"] {
        assert!(!raw.contains(told), "{raw}");
    }
    let steps = steps(&service.stored("1"));
    assert_eq!(steps[0]["arguments"]["password"], "[REMOVED]");
    assert_eq!(steps[0]["error"], "no mailbox of [NAME]");
}
