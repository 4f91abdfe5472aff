//! A run leaves one record, whatever its host does and however it ends.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use common::{
    API_KEY, CLIENT_ID, LONG, client, collector, keeps_the_contract, settle, stored, tickets,
};
use epilogue::capture::{RunHandle, StepGuard, install_panic_hook};
use epilogue::record::{Error, Node, StepStatus, ToolCall};
use epilogue::testing::MockCollector;
use epilogue::wire::Envelope;
use epilogue::{Client, Level, Run, Status};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// Lets the host do something, and gives the one record that is left, and its steps.
fn left_behind(host: impl FnOnce(&Client)) -> (Envelope, Vec<Value>) {
    let collector = collector();
    let client = client(&collector);
    host(&client);
    settle(&client);
    keeps_the_contract(&collector);
    assert_eq!(collector.stored(), 1);
    let record = collector.records().remove(0);
    let steps = steps(&record);
    (record, steps)
}

fn steps(record: &Envelope) -> Vec<Value> {
    let trace = record.trace.as_ref().expect("a trace");
    trace["steps"].as_array().cloned().unwrap_or_default()
}

fn status(record: &Envelope) -> &str {
    record.status.as_deref().expect("a status")
}

/// What the host panics with does not matter to it.
fn panics(host: impl FnOnce()) {
    assert!(catch_unwind(AssertUnwindSafe(host)).is_err());
}

#[test]
fn a_run_is_one_record_with_its_steps_and_numbers() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("12345");
        run.workflow_name("support").workflow_version("3").environment("test").attempt(2);
        run.category("BILLING").tag("vip").metric("overall_confidence", 0.5).currency("USD");
        run.input("where is it?").status_reason("answered");
        run.node("plan").decision("look it up").input("a").output("b").attribute("k", 1);
        run.react_iteration(1).thought("hm").action("look").observation("seen");
        run.tool_call("lookup").call_id("c1").arguments("A-1").result("shipped").attempt(2);
        let answer = run.llm_call("openai", "gpt-4o");
        answer.input_tokens(8).output_tokens(4).cache_read_tokens(2).reasoning_tokens(1);
        answer.cost("0.5", "USD").finish_reason("stop").end();
        run.retrieval("faq").query("orders").document("d1", 0.5).status(StepStatus::Skipped);
        run.final_response("it was shipped").final_confidence(0.75);
        run.finish_with(Status::Partial, json!({"order": "A-1"}));
    });
    assert_eq!((status(&record), record.ticket_id.as_deref()), ("PARTIAL", Some("12345")));
    assert_eq!(record.workflow_name.as_deref(), Some("support"));
    assert_eq!((record.attempt, record.category.as_deref()), (Some(2), Some("BILLING")));
    assert_eq!(record.status_reason.as_deref(), Some("answered"));
    assert_eq!(record.tags, ["vip"]);
    assert!(record.execution_time_seconds.is_some());
    for (name, value) in [("step_count", 5.0), ("input_tokens", 8.0), ("cost", 0.5)] {
        assert!((record.metrics[name] - value).abs() < f64::EPSILON, "{name}");
    }
    let types: Vec<_> = steps.iter().map(|step| step["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["node", "react_iteration", "tool_call", "llm_call", "retrieval"]);
    for (index, fields) in [
        json!({"name": "plan", "decision": "look it up", "input": "a", "output": "b",
            "attributes": {"k": 1}, "status": "ok"}),
        json!({"iteration": 1, "thought": "hm", "action": "look", "observation": "seen"}),
        json!({"call_id": "c1", "arguments": "A-1", "result": "shipped", "attempt": 2}),
        json!({"provider": "openai", "model": "gpt-4o", "input_tokens": 8, "output_tokens": 4,
            "cache_read_tokens": 2, "reasoning_tokens": 1, "finish_reason": "stop",
            "cost": {"amount": "0.5", "currency": "USD"}}),
        json!({"query": "orders", "documents": [{"id": "d1", "score": 0.5}], "status": "skipped"}),
    ]
    .into_iter()
    .enumerate()
    {
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(&steps[index][name], value, "{name}");
        }
        assert!(steps[index]["duration_ms"].is_number());
    }
    let trace = record.trace.unwrap();
    assert_eq!(
        (&trace["input"], &trace["state"]["order"]),
        (&json!("where is it?"), &json!("A-1"))
    );
    assert_eq!(trace["final_response"], json!({"content": "it was shipped", "confidence": 0.75}));
}

#[test]
fn the_last_of_two_values_stays() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("1");
        run.tool_call("a").result(1).result(2).error("first").error("second");
        run.state("early").state("late").input(1).input(2);
        run.finish(Status::Success);
    });
    assert_eq!((&steps[0]["result"], &steps[0]["error"]), (&json!(2), &json!("second")));
    let trace = record.trace.unwrap();
    assert_eq!((&trace["state"], &trace["input"]), (&json!("late"), &json!(2)));
}

#[test]
fn children_lie_within_their_parents() {
    let (_, steps) = left_behind(|logs| {
        let run = logs.run("1");
        let plan = run.node("plan");
        let react = plan.react_iteration(1);
        react.tool_call("a").end();
        react.tool_call("b").end();
        react.end();
        plan.end();
        run.finish(Status::Success);
    });
    let parents: Vec<_> = steps.iter().map(|step| step["parent"].as_u64()).collect();
    assert_eq!(parents, [None, Some(1), Some(2), Some(2)]);
    let time = |index: usize, name: &str| steps[index][name].as_f64().unwrap();
    let end = |index: usize| time(index, "start_ms") + time(index, "duration_ms");
    // Microseconds, each cut off by itself.
    let cut = 0.0025;
    for (inner, outer) in [(1, 0), (2, 1), (3, 1)] {
        assert!(time(inner, "start_ms") >= time(outer, "start_ms"));
        assert!(end(inner) <= end(outer) + cut, "{steps:?}");
    }
    assert!(time(3, "start_ms") + cut >= end(2));
}

#[test]
fn two_runs_interleaved_on_one_thread_do_not_mix() {
    let collector = collector();
    let client = client(&collector);
    let (one, two) = (client.run("one"), client.run("two"));
    let first = one.node("of one");
    let second = two.node("of two");
    first.tool_call("in one").end();
    second.tool_call("in two").end();
    drop(first);
    two.finish(Status::Success);
    drop(second);
    one.finish(Status::Success);
    settle(&client);
    for (ticket, names) in [("one", ["of one", "in one"]), ("two", ["of two", "in two"])] {
        let steps = steps(&stored(&collector, ticket));
        let told: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!(told, names);
    }
    keeps_the_contract(&collector);
}

fn is_shared<T: Send + Sync>(_: &T) {}

/// How many steps each task and thread makes.
const EACH: usize = 50;

async fn works(run: RunHandle, plan: Arc<StepGuard<Node>>) {
    for _ in 0..EACH {
        let call = plan.tool_call("in a task");
        tokio::task::yield_now().await;
        call.result(1);
        run.tag("seen");
    }
}

#[test]
fn one_run_goes_on_in_tasks_and_threads() {
    let (record, steps) = left_behind(|logs| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        let run = logs.run("1");
        let plan = Arc::new(run.node("plan"));
        is_shared(&run);
        is_shared(&plan);
        runtime.block_on(async {
            let tasks: Vec<_> =
                (0..4).map(|_| tokio::spawn(works(run.handle(), plan.clone()))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        thread::scope(|scope| {
            scope.spawn(|| {
                (0..EACH).for_each(|_| plan.tool_call("on a thread").end());
            });
        });
        drop(plan);
        run.finish(Status::Success);
    });
    assert_eq!(steps.len(), 1 + 5 * EACH);
    assert!(steps.iter().all(|step| step["duration_ms"].is_number()));
    assert!(steps[1..].iter().all(|step| step["parent"] == 1));
    assert!(steps.is_sorted_by_key(|step| step["start_ms"].as_f64().unwrap()));
    assert!((record.metrics["tool_calls"] - 5.0 * EACH as f64).abs() < f64::EPSILON);
}

#[test]
fn a_panic_in_a_step_marks_it_and_those_around_it() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("1");
        panics(|| {
            let _plan = run.node("plan");
            run.tool_call("before").result("fine");
            let ended = run.tool_call("ended before");
            ended.end();
            let call = run.tool_call("falls");
            call.arguments("A-1");
            panic!("on purpose");
        });
        run.tool_call("after").result("fine");
        run.finish(Status::Success);
    });
    assert_eq!(status(&record), "SUCCESS");
    let told: Vec<_> = steps.iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(told, ["error", "ok", "ok", "error", "ok"]);
    assert!(steps[3]["error"].as_str().unwrap().starts_with("it panicked"));
    assert_eq!(steps[3]["arguments"], "A-1");
    assert!(steps[3]["duration_ms"].is_number());
    assert!((record.metrics["tool_errors"] - 1.0).abs() < f64::EPSILON);
}

#[test]
fn of_two_panics_the_second_is_the_one_that_ended_the_run() {
    let (record, _) = left_behind(|logs| {
        panics(|| {
            let run = logs.run("1");
            panics(|| {
                let _first = run.node("first");
                panic!("on purpose")
            });
            let _second = run.node("second");
            panic!("on purpose");
        });
    });
    let errors = &record.trace.unwrap()["errors"];
    assert_eq!((errors.as_array().unwrap().len(), &errors[0]["step"]), (1, &json!(2)));
}

/// This test once more in a process of its own, with this environment variable.
fn again(test: &str, variable: &str, value: &str) -> std::process::Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(variable, value)
        .output()
        .unwrap()
}

fn connect(url: &str) -> Client {
    Client::builder().url(url).api_key(API_KEY).client_id(CLIENT_ID).build().unwrap()
}

const PANICKING: &str = "EPILOGUE_TEST_PANICKING_HOST";

/// Panics in a step of a run, then outside of one.
fn panicking_host(url: &str) {
    let logs = connect(url);
    let _guard = logs.guard();
    panics(|| {
        let run = logs.run("in a step");
        run.metric("m", 7).category("BILLING");
        run.node("fine").end();
        let plan = run.node("plan");
        let _call = plan.tool_call("falls");
        panic!("no order of maria@example.com");
    });
    panics(|| {
        let _run = logs.run("outside");
        resume_unwind(Box::new("the hook is not told of this"));
    });
    panics(|| {
        let run = logs.run("a reason of its own");
        run.status_reason("the host knows better");
        panic!("on purpose");
    });
}

#[test]
fn a_panic_in_a_run_leaves_a_record_that_says_so() {
    // A panic hook is of the whole process.
    if let Ok(arguments) = std::env::var(PANICKING) {
        let (url, hook) = arguments.split_once(' ').unwrap();
        if hook == "with" {
            install_panic_hook();
            install_panic_hook();
        }
        return panicking_host(url);
    }
    for hook in ["with", "without"] {
        let collector = collector();
        let test = "a_panic_in_a_run_leaves_a_record_that_says_so";
        let output = again(test, PANICKING, &format!("{} {hook}", collector.url()));
        assert!(output.status.success(), "{output:?}");
        // The hook that was there before still tells the host.
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr.matches("no order of maria@example.com").count(), 1, "{stderr}");

        assert_eq!(tickets(&collector), ["a reason of its own", "in a step", "outside"]);
        keeps_the_contract(&collector);
        let told = crashed_in_a_step(&collector);
        if hook == "with" {
            assert!(
                told.starts_with("it panicked at ") && told.contains("tests/run.rs:"),
                "{told}"
            );
            assert!(!told.contains("order"), "what it said is told in the trace alone: {told}");
        } else {
            assert_eq!(told, "it panicked");
        }
        let outside = stored(&collector, "outside");
        assert_eq!(
            (status(&outside), outside.status_reason.as_deref()),
            ("CRASHED", Some("it panicked"))
        );
        let other = stored(&collector, "a reason of its own");
        assert_eq!(other.status_reason.as_deref(), Some("the host knows better"));
    }
}

/// The record is whole; gives its reason.
fn crashed_in_a_step(collector: &MockCollector) -> String {
    let raw = collector.raw_records().join("\n");
    assert!(!raw.contains("maria@"), "{raw}");
    let record = stored(collector, "in a step");
    assert_eq!((status(&record), record.category.as_deref()), ("CRASHED", Some("BILLING")));
    assert!((record.metrics["m"] - 7.0).abs() < f64::EPSILON);
    let steps = steps(&record);
    let told: Vec<_> = steps.iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(told, ["ok", "error", "error"]);
    let reason = record.status_reason.unwrap();
    let error = &record.trace.unwrap()["errors"][0];
    let (said, at) = (error["message"].as_str().unwrap(), steps[2]["error"].as_str().unwrap());
    assert!(at.starts_with(reason.as_str()) && at.ends_with(said), "{at}: {said}");
    assert!(said == "it panicked" || said.starts_with("no order of [EMAIL:"), "{said}");
    assert_eq!(
        (&error["type"], &error["step"], &error["handled"]),
        (&json!("panic"), &json!(3), &json!(false))
    );
    reason
}

#[test]
fn a_run_that_is_dropped_is_cancelled_and_keeps_what_was_said() {
    fn fails(logs: &Client) -> Result<u32, std::num::ParseIntError> {
        let run = logs.run("1");
        run.category("BILLING").metric("m", 7).error(Error::new("Soft", "went on").handled());
        let call = run.tool_call("parse");
        let parsed = "no number".parse::<u32>()?;
        call.result(parsed);
        run.finish(Status::Success);
        Ok(parsed)
    }
    let (record, steps) = left_behind(|logs| assert!(fails(logs).is_err()));
    assert_eq!((status(&record), record.category.as_deref()), ("CANCELLED", Some("BILLING")));
    let reason = record.status_reason.as_deref();
    assert_eq!(reason, Some("the run was dropped before it was finished"));
    assert!((record.metrics["m"] - 7.0).abs() < f64::EPSILON);
    assert_eq!(record.trace.unwrap()["errors"][0]["type"], "Soft");
    assert!(steps[0]["duration_ms"].is_number());
}

#[test]
fn a_future_that_is_dropped_leaves_a_record() {
    let (record, steps) = left_behind(|logs| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let run = logs.run("1");
        let hangs = async move {
            let call = run.tool_call("hangs");
            call.arguments("A-1");
            std::future::pending::<()>().await;
            run.finish(Status::Success);
        };
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = hangs => unreachable!("it never ends"),
                () = std::future::ready(()) => {}
            }
        });
    });
    assert_eq!(status(&record), "CANCELLED");
    assert_eq!((&steps[0]["status"], &steps[0]["arguments"]), (&json!("ok"), &json!("A-1")));
}

#[test]
fn what_is_still_open_at_the_end_stands_in_the_record_and_nothing_comes_behind() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("1");
        let handle = run.handle();
        let open = run.tool_call("open");
        open.arguments("A-1");
        run.finish(Status::Success);

        open.result("late").attempt(2).attribute("late", 1).error("late");
        open.fail(Error::new("Late", "late"));
        assert_eq!(open.tool_call("late").id(), None);
        handle.category("LATE").metric("late", 1).tag("late").error(Error::new("Late", "late"));
        handle.state("late").input("late").final_response("late");
        handle.node("late").decision("late");
        drop(open);
    });
    assert_eq!((status(&record), record.category.as_deref()), ("SUCCESS", None));
    assert_eq!(steps.len(), 1);
    let known =
        json!({"id": 1, "type": "tool_call", "name": "open", "status": "ok", "arguments": "A-1"});
    for (name, value) in known.as_object().unwrap() {
        assert_eq!(&steps[0][name], value);
    }
    assert_eq!((steps[0].get("duration_ms"), steps[0].get("result")), (None, None));
    assert!(!record.trace.unwrap().to_string().contains("late"));
}

#[test]
fn a_step_may_begin_in_one_that_has_ended() {
    let (_, steps) = left_behind(|logs| {
        let run = logs.run("1");
        let plan = Arc::new(run.node("plan"));
        let (send, begin) = mpsc::channel::<StepGuard<ToolCall>>();
        let worker = thread::spawn(move || begin.recv().unwrap().tool_call("late child").end());
        let call = plan.tool_call("handed over");
        drop(plan);
        send.send(call).unwrap();
        worker.join().unwrap();
        run.finish(Status::Success);
    });
    let parents: Vec<_> = steps.iter().map(|step| step["parent"].as_u64()).collect();
    assert_eq!(parents, [None, Some(1), Some(2)]);
}

/// An error of the host's own.
struct Unanswered;

impl From<Unanswered> for Error {
    fn from(_: Unanswered) -> Self {
        Self::new("Timeout", "no answer for maria@example.com").handled()
    }
}

#[test]
fn an_error_tells_its_step() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("1");
        run.node("plan").end();
        let call = run.tool_call("lookup");
        call.fail(Unanswered);
        call.end();
        run.error(Unanswered);
        run.finish(Status::Success);
    });
    let errors = &record.trace.unwrap()["errors"];
    assert_eq!((errors[1].get("step"), &errors[1]["type"]), (None, &json!("Timeout")));
    let error = &errors[0];
    assert_eq!((&error["step"], &error["type"]), (&json!(2), &json!("Timeout")));
    assert_eq!((&steps[1]["status"], &steps[1]["error"]), (&json!("error"), &error["message"]));
    assert!(error["message"].as_str().unwrap().starts_with("no answer for [EMAIL:"));
}

/// Counts the values that are alive.
struct Counted(#[expect(dead_code, reason = "it counts by being there")] Arc<()>);

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("counted")
    }
}

#[test]
fn of_too_many_steps_the_first_stay_and_nothing_is_held_of_the_others() {
    const STEPS: usize = 100_000;
    let collector = MockCollector::builder().max_record_bytes(4 << 20).start().unwrap();
    let client = common::builder(&collector).max_record_bytes(4 << 20).build().unwrap();
    let alive = Arc::new(());
    let run = client.run("1");
    for _ in 0..STEPS {
        run.tool_call("again").result(Counted(alive.clone()));
    }
    assert_eq!(Arc::strong_count(&alive), 1 + 10_000);
    run.finish(Status::Success);
    settle(&client);
    let record = stored(&collector, "1");
    let steps = steps(&record);
    assert_eq!(steps.len(), 10_000);
    assert_eq!(steps[9_999]["id"], 10_000);
    assert_eq!(record.truncation.unwrap().dropped_steps, (STEPS - 10_000) as u64);
    assert!((record.metrics["step_count"] - STEPS as f64).abs() < f64::EPSILON);
}

#[test]
fn a_host_may_ask_for_fewer_steps() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("1").max_steps(2);
        let first = run.node("first");
        assert_eq!(first.id(), Some(1));
        let second = first.node("second");
        let third = second.node("third");
        assert_eq!((second.id(), third.id()), (Some(2), None));
        third.node("fourth").decision("none").fail(Error::new("Lost", "it has no step to tell"));
        run.finish(Status::Success);
    });
    assert_eq!(steps.len(), 2);
    assert_eq!(record.truncation.unwrap().dropped_steps, 2);
    let error = &record.trace.unwrap()["errors"][0];
    assert_eq!((&error["type"], error.get("step")), (&json!("Lost"), None));
}

#[test]
fn the_memory_of_a_run_is_free_when_its_record_is_on_its_way() {
    let alive = Arc::new(());
    let counted = || Counted(alive.clone());
    let collector = collector();
    let client = client(&collector);
    let run = client.run("1");
    let handle = run.handle();
    let open = run.tool_call("open");
    open.arguments(counted()).result(counted()).attribute("a", counted());
    run.input(counted());
    assert_eq!(Arc::strong_count(&alive), 5);
    run.finish_with(Status::Success, counted());
    open.output(counted());
    handle.state(counted());
    settle(&client);
    // Though a handle and a step are still there.
    assert_eq!(Arc::strong_count(&alive), 1);
    drop((open, handle));
    assert_eq!(tickets(&collector), ["1"]);
}

#[test]
fn texts_are_masked_wherever_a_run_tells_them() {
    let (record, steps) = left_behind(|logs| {
        let run = logs.run("1");
        run.identity("Maria").status_reason("maria@example.com called").tag("of maria");
        let call = run.tool_call("lookup");
        call.error("no user maria@example.com").arguments("4111 1111 1111 1111");
        call.attribute("owner", "Maria");
        call.end();
        run.finish(Status::Failed);
    });
    assert!(record.status_reason.unwrap().starts_with("[EMAIL:"));
    assert_eq!(record.tags, ["of [NAME]"]);
    assert!(steps[0]["error"].as_str().unwrap().starts_with("no user [EMAIL:"));
    assert_eq!(
        (&steps[0]["arguments"], &steps[0]["attributes"]["owner"]),
        (&json!("[CARD]"), &json!("[NAME]"))
    );
}

#[test]
fn a_disabled_client_has_runs_of_which_nothing_is_left() {
    let logs = Client::disabled();
    let alive = Arc::new(());
    let run = logs.run("1").max_steps(5);
    let call = run.tool_call("a");
    call.arguments(Counted(alive.clone())).fail(Error::new("a", "b"));
    assert_eq!((call.id(), call.node("b").id()), (None, None));
    run.handle().metric("m", 1).state(Counted(alive.clone()));
    assert_eq!(Arc::strong_count(&alive), 1);
    run.finish(Status::Success);
    drop(call);
    drop(logs.run("2"));
    assert_eq!((logs.stats().produced(), logs.stats().skipped()), (2, 2));
    common::add_up(&logs.stats());
}

#[test]
fn the_lowest_level_while_a_run_goes_on_holds_for_all_of_it() {
    let collector = collector();
    let client = client(&collector);
    let lowered = |ticket: &str, first: Level, meanwhile: Level| {
        client.set_level(first);
        let run = client.run(ticket);
        run.node("before").end();
        client.set_level(meanwhile);
        run.node("then").end();
        client.set_level(Level::FullTrace);
        run.finish(Status::Success);
    };
    lowered("begun off", Level::Off, Level::FullTrace);
    lowered("off", Level::FullTrace, Level::Off);
    lowered("metrics", Level::FullTrace, Level::MetricsOnly);
    lowered("full", Level::FullTrace, Level::FullTrace);
    settle(&client);
    assert_eq!(tickets(&collector), ["full", "metrics"]);
    assert_eq!(stored(&collector, "metrics").trace, None);
    assert_eq!(steps(&stored(&collector, "full")).len(), 2);
    assert_eq!(client.stats().skipped(), 2);
    keeps_the_contract(&collector);
}

#[test]
fn a_run_that_ends_after_the_client_is_counted_as_lost() {
    let collector = collector();
    let client = client(&collector);
    let run = client.run("1");
    assert!(client.shutdown_blocking(LONG).is_complete());
    run.node("a").end();
    run.finish(Status::Success);
    client.set_level(Level::Off);
    drop(client.run("2"));
    assert_eq!((client.stats().lost(), client.stats().skipped()), (2, 0));
    common::add_up(&client.stats());
    assert_eq!(tickets(&collector), [""; 0]);
}

const ENDLESS: &str = "EPILOGUE_TEST_ENDLESS_HOST";

#[test]
fn a_run_that_never_ends_holds_neither_the_others_nor_the_process() {
    if let Ok(url) = std::env::var(ENDLESS) {
        let logs = connect(&url);
        let _guard = logs.guard();
        let (begun, has_begun) = mpsc::channel();
        let endless = logs.run("endless");
        thread::spawn(move || {
            let _call = endless.tool_call("never answers");
            begun.send(()).unwrap();
            loop {
                thread::park();
            }
        });
        has_begun.recv().unwrap();
        return logs.run("other").finish(Status::Success);
    }
    let collector = collector();
    let test = "a_run_that_never_ends_holds_neither_the_others_nor_the_process";
    assert!(again(test, ENDLESS, &collector.url()).status.success());
    assert_eq!(tickets(&collector), ["other"]);
    keeps_the_contract(&collector);
}

#[test]
fn what_is_shown_of_a_run_is_no_content() {
    let collector = collector();
    let client = client(&collector);
    let run: Run = client.run("secret ticket");
    let call = run.tool_call("secret tool");
    call.arguments("secret arguments");
    let shown = format!("{run:?} {:?} {call:?}", run.handle());
    assert!(!shown.contains("secret"), "{shown}");
    drop((run, call));
}
