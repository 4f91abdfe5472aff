//! A run can be looked into: the page opens where it went wrong, every step has an address, and
//! nobody sees another's.

use epilogue_collector::{COLLECTOR_CLIENT, KeyScope};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::pages::{Visitor, has};
use crate::server::{Server, record, record_with};

/// A run that met an error in its fourth step, after it went round in a circle.
pub(crate) fn failed_run(client: &str) -> Value {
    let call = json!({"type": "tool_call", "name": "lookup", "arguments": {"order": 7},
        "result": "nothing", "status": "ok", "parent": 1, "start_ms": 100, "duration_ms": 50});
    let numbered = |id: u64| {
        let mut own = call.clone();
        own["id"] = json!(id);
        own
    };
    record_with(
        client,
        &json!({
            "status": "FAILED", "status_reason": "the refund failed", "level": "FULL_TRACE",
            "workflow_name": "support", "workflow_version": "1.4.0", "attempt": 2,
            "metrics": {"overall_confidence": 0.31, "hallucination_risk": 0.62, "cost": 0.25},
            "currency": "EUR", "masking": {"policy": "default/1", "counts": {"EMAIL": 3}},
            "truncation": {"dropped_steps": 5,
                "fields": [{"path": "trace.steps[3].output", "original_bytes": 90_000}]},
            "trace": {
                "input": {"question": "where is it"},
                "steps": [
                    {"id": 1, "type": "react_iteration", "iteration": 1, "thought": "think first",
                     "action": {"tool": "lookup"}, "observation": "to [EMAIL:0123456789abcdef]",
                     "start_ms": 0, "duration_ms": 400},
                    numbered(2),
                    numbered(3),
                    {"id": 4, "type": "llm_call", "provider": "openai", "model": "gpt-4o",
                     "input_tokens": 12, "output_tokens": 3, "reasoning_tokens": 2,
                     "cost": {"amount": "0.0029", "currency": "USD"}, "status": "error",
                     "input": [{"role": "user", "content": "hello agent"}],
                     "output": "cut her", "start_ms": 900, "duration_ms": 100},
                    {"id": 5, "type": "retrieval", "query": "refunds",
                     "documents": [{"id": "doc-9", "score": 0.75}], "status": "skipped"},
                ],
                "errors": [{"step": 4, "type": "Timeout", "message": "order 17 was late",
                    "stack": "at refund.rs:12", "handled": false}],
                "final_response": {"content": "I am sorry", "confidence": 0.3},
                "state": {"done": false},
            },
        }),
    )
}

#[tokio::test]
async fn a_run_opens_at_its_first_error() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&failed_run("demo")).await;
    let page = visitor.page(&format!("/runs/{run}")).await;
    has(&page, &["Opened at the first error.", "aria-label=\"Step 4\"", "FAILED"]);
    has(&page, &["the refund failed", "0.31", "0.62", "0.25 EUR", "1.4.0", "I am sorry"]);
    has(&page, &["Timeout", "not handled", "order 17 was late", "at refund.rs:12"]);
    has(&page, &["gpt-4o", "0.0029 USD", "<li class=\"message user\">", "hello agent"]);
    has(&page, &["EMAIL 3", "left 5 steps out", "it had 90,000 bytes"]);
    assert!(!page.contains("where is it"), "what is folded is loaded when it is opened");
}

#[tokio::test]
async fn every_step_has_an_address_and_a_card() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&failed_run("demo")).await;
    for (step, expected) in [
        (1, &["Thought", "think first", "Action", "Observation", "<mark class=\"masked\""][..]),
        (3, &["Loop:", "is made 2 times", "data-go=\"2\"", "Arguments", "Result"]),
        (4, &["tokens in", "of reasoning", "Cut: the producer cut it"]),
        (5, &["Query", "doc-9", "0.75", "skipped"]),
    ] {
        let page = visitor.page(&format!("/runs/{run}?step={step}")).await;
        let card = visitor.page(&format!("/runs/{run}/steps/{step}")).await;
        has(&page, expected);
        has(&card, expected);
        assert!(card.len() < page.len() && !card.contains("<html"));
    }
    for (path, status) in [("steps/0", 404), ("steps/6", 404), ("steps/x", 400)] {
        assert_eq!(visitor.get(&format!("/runs/{run}/{path}")).await.0, status, "{path}");
    }
    // A step that there is not opens the run where it would open by itself.
    let page = visitor.page(&format!("/runs/{run}?step=99")).await;
    has(&page, &["aria-label=\"Step 4\""]);
}

#[tokio::test]
async fn the_same_steps_are_a_tree_a_timeline_and_a_log() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&failed_run("demo")).await;
    let tree = visitor.page(&format!("/runs/{run}?view=tree")).await;
    has(&tree, &["class=\"outline tree\"", "row tool ok depth-1", "✗ error", "⟳ loop"]);
    let timeline = visitor.page(&format!("/runs/{run}?view=timeline")).await;
    has(&timeline, &["class=\"outline timeline\"", "no step for 500 ms", "<rect x=\"600.0\""]);
    let log = visitor.page(&format!("/runs/{run}?view=log&step=2")).await;
    has(&log, &["class=\"outline log\"", "+100 ms", "view=log&#38;step=3"]);
    let (_, outline) = visitor.get(&format!("/runs/{run}/outline")).await;
    let outline: Value = serde_json::from_str(&outline).unwrap();
    assert_eq!(outline["tree"], json!([0, 1, 2, 3, 4]));
    assert_eq!(outline["looped"], json!([1, 2]));
    assert_eq!(outline["gaps"], json!([[3, 400.0, 500.0], [5, 1_000.0, 500.0]]));
}

#[tokio::test]
async fn words_are_found_in_all_steps() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&failed_run("demo")).await;
    let (_, found) = visitor.get(&format!("/runs/{run}/find?find=NOTHING")).await;
    assert_eq!(serde_json::from_str::<Value>(&found).unwrap(), json!({"steps": [2, 3]}));
    let page = visitor.page(&format!("/runs/{run}?find=nothing&step=2")).await;
    has(&page, &["2 steps", "↓ step 3"]);
    has(&visitor.page(&format!("/runs/{run}?find=where+is")).await, &["0 steps", "also in: input"]);
}

#[tokio::test]
async fn a_value_is_shown_by_itself_as_a_page_a_part_or_json() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let sent = failed_run("demo");
    let run = visitor.store(&sent).await;
    let place = format!("/records/{run}/part?at=/trace/input");
    has(&visitor.page(&place).await, &["where is it", "Back to the record"]);
    let part = visitor.page(&format!("{place}&fragment=1")).await;
    assert!(part.contains("where is it") && !part.contains("<html"), "{part}");
    for path in [format!("/runs/{run}.json"), format!("/records/{run}/json")] {
        let (_, json) = visitor.get(&path).await;
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), sent);
    }
    let answer = visitor.ask(&format!("/runs/{run}.json?download=1")).await;
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(name, format!("attachment; filename=\"{run}.json\""));
    for nowhere in ["/trace/nothing", "trace", "/trace/steps/99"] {
        let (status, _) = visitor.get(&format!("/records/{run}/part?at={nowhere}")).await;
        assert_eq!(status, 404, "{nowhere}");
    }
}

#[tokio::test]
async fn what_is_another_clients_is_not_there() {
    let server = Server::start().await;
    let owner = Visitor::of(&server, "a", KeyScope::Read).await;
    let other = Visitor::of(&server, "b", KeyScope::Read).await;
    let all = Visitor::of(&server, "p", KeyScope::Provider).await;
    let run = owner.store(&failed_run("a")).await;
    let own = other.store(&failed_run("b")).await;
    let page = owner.page(&format!("/runs/{run}")).await;
    let error = page.split("href=\"/errors/").nth(1).unwrap().split('"').next().unwrap();
    let error = error.replace("&#38;", "&");
    for path in [
        format!("/runs/{run}"),
        format!("/runs/{run}.json"),
        format!("/runs/{run}/outline"),
        format!("/runs/{run}/find?find=x"),
        format!("/runs/{run}/steps/1"),
        format!("/runs/{own}?compare={run}"),
        format!("/records/{run}"),
        format!("/records/{run}/part"),
        format!("/records/{run}/json"),
        format!("/errors/{error}"),
        "/runs/x".to_owned(),
        "/records/00000000-0000-7000-8000-000000000000".to_owned(),
        "/tickets/nobodys".to_owned(),
    ] {
        let (status, text) = other.get(&path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!text.contains("refund"), "{path}");
    }
    assert_eq!(all.get(&format!("/runs/{run}")).await.0, 200);
    // Beside a run stands nothing of another client, although both have the ticket's name.
    let page = all.page(&format!("/runs/{run}")).await;
    assert!(!page.contains(&own), "{page}");
}

#[tokio::test]
async fn an_error_tells_how_often_it_was_seen_and_in_which_runs() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let mut runs = Vec::new();
    for (order, version, minute) in [(17, "1.4.0", 5), (18, "1.3.9", 1), (19, "1.4.1", 9)] {
        let mut run = failed_run("demo");
        run["workflow_version"] = json!(version);
        run["executed_at"] = json!(format!("2026-01-31T12:0{minute}:00.000Z"));
        run["trace"]["errors"][0]["message"] = json!(format!("order {order} was late"));
        runs.push(visitor.store(&run).await);
    }
    let page = visitor.page(&format!("/runs/{}", runs[0])).await;
    has(&page, &["Seen 3 times since version 1.3.9"]);
    let list = page.split("class=\"seen\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let list = visitor.page(&list.replace("&#38;", "&")).await;
    let places = [2, 0, 1].map(|at: usize| list.find(&runs[at]).unwrap());
    assert!(places.is_sorted(), "newest first: {places:?}");
}

#[tokio::test]
async fn a_run_leads_to_those_around_it() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let mut runs = Vec::new();
    for (minute, workflow, attempt) in
        [(1, "support", 1), (2, "other", 1), (3, "support", 2), (4, "support", 3)]
    {
        let executed_at = format!("2026-01-31T12:0{minute}:00.000Z");
        let fields = json!({"executed_at": executed_at, "workflow_name": workflow,
            "attempt": attempt, "ticket_id": format!("of {workflow}")});
        runs.push(visitor.store(&record_with("demo", &fields)).await);
    }
    let action = json!({"kind": "action", "status": "success", "ticket_id": "of support",
        "executed_at": "2026-01-31T12:03:30.000Z", "category": null,
        "action": {"action_type": "email_send", "provider_name": "smtp"}});
    let action = visitor.store(&record_with("demo", &action)).await;
    let page = visitor.page(&format!("/runs/{}", runs[2])).await;
    has(
        &page,
        &[
            &format!("rel=\"prev\" href=\"/runs/{}\"", runs[0]),
            &format!("rel=\"next\" href=\"/runs/{}\"", runs[3]),
            &format!("href=\"/records/{action}\""),
            "email_send · smtp",
            "+30.0 s",
            "METRICS_ONLY",
            "LOG_COLLECTOR_LEVEL",
        ],
    );
    assert!(!page.contains(&runs[1]), "the other workflow's run is none of its neighbours");
    let ticket = visitor.page("/tickets/of%20support").await;
    let order = [&runs[0], &runs[2], &action, &runs[3]].map(|id| ticket.find(id.as_str()).unwrap());
    assert!(order.is_sorted(), "oldest first: {order:?}");
    let record = visitor.page(&format!("/records/{action}")).await;
    has(&record, &["email_send", "href=\"/tickets/of%20support\"", "What it tells"]);
    for (from, to) in [
        (format!("/runs/{action}"), format!("/records/{action}")),
        (format!("/records/{}", runs[0]), format!("/runs/{}", runs[0])),
    ] {
        let answer = visitor.ask(&from).await;
        let location = answer.headers()["location"].to_str().unwrap();
        assert_eq!((answer.status(), location), (StatusCode::SEE_OTHER, to.as_str()));
    }
}

#[tokio::test]
async fn two_runs_are_compared_step_by_step() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let one = visitor.store(&failed_run("demo")).await;
    let mut other = failed_run("demo");
    other["execution_time_seconds"] = json!(1.0);
    other["metrics"]["cost"] = json!(0.2);
    let steps = other["trace"]["steps"].as_array_mut().unwrap();
    steps[1]["result"] = json!("found");
    steps.remove(2);
    let other = visitor.store(&other).await;
    let page = visitor.page(&format!("/runs/{one}?compare={other}&step=2")).await;
    has(&page, &["≠ result", "only in this one", "+500 ms (+50 %)", "0.05"]);
    has(&page, &["The same step of", "<pre class=\"text\">found</pre>"]);
    has(&visitor.page(&format!("/runs/{one}")).await, &[&format!("compare={other}")]);
}

#[tokio::test]
async fn a_payload_that_is_gone_is_said_to_be() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&failed_run("demo")).await;
    let audit = json!({"kind": "audit", "status": "success", "category": null,
        "audit": {"user_id": "u-1", "action": "update"}});
    let audit = visitor.store(&record_with("demo", &audit)).await;
    crate::pages::forget_payloads(&server).await;
    for path in [format!("/runs/{run}"), format!("/records/{audit}")] {
        has(&visitor.page(&path).await, &["deleted or archived"]);
    }
    has(&visitor.page(&format!("/runs/{run}")).await, &["FAILED", "the refund failed", "0.62"]);
    for path in ["json", "part?at=/trace"] {
        assert_eq!(visitor.get(&format!("/records/{run}/{path}")).await.0, 404, "{path}");
    }
    assert_eq!(visitor.get(&format!("/runs/{run}/steps/1")).await.0, 404);
}

#[tokio::test]
async fn a_run_without_a_trace_says_what_to_do() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    for (reason, told) in [("pressure", "larger budget"), ("too_large", "raise the limit")] {
        let run = record_with("demo", &json!({"degraded": reason}));
        has(&visitor.page(&format!("/runs/{}", visitor.store(&run).await)).await, &[told]);
    }
    let bare = visitor.store(&record("demo")).await;
    has(&visitor.page(&format!("/runs/{bare}")).await, &["it was shipped as METRICS_ONLY"]);
}

#[tokio::test]
async fn what_was_cut_is_marked_where_it_stands() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let mut run = failed_run("demo");
    run["truncation"]["fields"] = json!([
        {"path": "trace.final_response.content", "original_bytes": 70_001},
        {"path": "trace.state.notes[3]", "original_bytes": 70_002},
        {"path": "trace.steps[3].output", "original_bytes": 70_003},
    ]);
    let page = visitor.page(&format!("/runs/{}", visitor.store(&run).await)).await;
    let behind = |heading: &str| page.split(heading).nth(1).unwrap();
    for (heading, told) in [
        ("Final response", "70,001"),
        ("State in the end", "70,002"),
        ("aria-label=\"Step 4\"", "70,003"),
    ] {
        assert!(behind(heading).contains(&format!("it had {told} bytes")), "{heading}");
    }
}

#[tokio::test]
async fn an_error_that_only_the_run_lists_is_marked_at_its_step() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let mut run = failed_run("demo");
    let step = run["trace"]["steps"][3].as_object_mut().unwrap();
    step.remove("status");
    // What the step itself says of it is not what the run says.
    step.insert("error".to_owned(), json!("the socket was closed"));
    let run = visitor.store(&run).await;
    let page = visitor.page(&format!("/runs/{run}")).await;
    has(&page, &["Opened at the first error.", "✗ error", "the socket was closed"]);
    has(&page, &["order 17 was late"]);
}

#[tokio::test]
async fn who_looks_at_a_whole_trace_leaves_one_record_a_session() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&failed_run("demo")).await;
    let bare = visitor.store(&record("demo")).await;
    for path in [format!("/runs/{run}"), format!("/runs/{run}/steps/1"), format!("/runs/{bare}")] {
        assert_eq!(visitor.get(&path).await.0, 200, "{path}");
    }
    let own = server.key(COLLECTOR_CLIENT, KeyScope::Read).await;
    let viewed = async || {
        let (_, list) = server.get(&own, "/v1/logs?kind=audit&action_type=view").await;
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().map(|item| item["resource_id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(viewed().await, [json!(run)]);
    let another = Visitor::of(&server, "p", KeyScope::Provider).await;
    another.page(&format!("/runs/{run}")).await;
    assert_eq!(viewed().await, [json!(run), json!(run)]);
}
