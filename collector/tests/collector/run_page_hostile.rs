//! Whatever a record holds is shown as text, and whatever a run claims of itself gets a page.

use epilogue_collector::KeyScope;
use serde_json::{Value, json};

use crate::pages::{Visitor, has, visible_text};
use crate::server::{Server, record_with};

const MARKUP: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}";
const HIDDEN: &str = "a\u{202e}b\u{2066}\u{1}\u{1b}[31m\u{feff}c";

/// A run with this text in every place that takes one.
fn full_of(text: &str) -> Value {
    let every = |step_type: &str| {
        json!({"id": text, "parent": text, "type": step_type, "name": text, "status": text,
            "iteration": text, "thought": text, "action": {text: text}, "observation": text,
            "call_id": text, "arguments": {text: [text]}, "result": text, "provider": text,
            "model": text, "finish_reason": text, "cost": {"amount": text, "currency": text},
            "query": text, "documents": [{"id": text, "score": text}], "decision": text,
            "input": [{"role": text, "content": text, "more": text}], "output": {text: text},
            "error": {"type": text, "message": text, "stack": text}, "attributes": {text: text},
            "start_ms": text, "duration_ms": text, "attempt": text, text: text})
    };
    let types = ["node", "react_iteration", "tool_call", "llm_call", "retrieval", text];
    record_with(
        "demo",
        &json!({
            "level": "FULL_TRACE", "ticket_id": text, "workflow_name": text,
            "workflow_version": text, "environment": text, "category": text, "currency": text,
            "status_reason": text, "tags": [text], "degraded": text, "metrics": {text: 1},
            "masking": {"policy": text, "counts": {text: 1}},
            "truncation": {"dropped_steps": 1, "fields": [{"path": text}]},
            "trace": {
                "input": {text: text}, "state": {text: text},
                "steps": types.map(every),
                "errors": [{"step": text, "type": text, "message": text, "stack": text}],
                "final_response": {"content": text},
            },
        }),
    )
}

#[tokio::test]
async fn markup_in_every_field_is_text() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    for text in [MARKUP, HIDDEN] {
        let run = visitor.store(&full_of(text)).await;
        let other = visitor.store(&full_of(text)).await;
        let mut paths = vec![
            format!("/runs/{run}?view=timeline&find=a"),
            format!("/runs/{run}?compare={other}&step=3"),
            format!("/records/{run}/part"),
            format!("/records/{run}/part?at=/trace/steps/2"),
        ];
        paths.extend((1..=6).map(|step| format!("/runs/{run}/steps/{step}")));
        for path in paths {
            let page = visitor.page(&path).await;
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
            assert!(!page.contains(" onerror=alert(2)>"), "{path}");
            let hidden = |c: char| {
                c != '\n' && c != '\t' && c.is_control() || "\u{202e}\u{2066}\u{feff}".contains(c)
            };
            assert!(!page.contains(hidden), "{path}");
        }
    }
}

#[tokio::test]
async fn hidden_characters_are_named() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let run = visitor.store(&full_of(HIDDEN)).await;
    let card = visible_text(&visitor.page(&format!("/runs/{run}/steps/2")).await);
    has(&card, &[r"a\u{202e}b\u{2066}\u{1}\u{1b}[31m\u{feff}c"]);
}

#[tokio::test]
async fn a_run_that_contradicts_itself_has_a_page() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let deep = (0..110).fold(json!("the bottom"), |inside, _| json!([inside]));
    let steps = json!([
        {"id": 1, "parent": 3, "type": "node", "name": "circle"},
        {"id": 1, "parent": 1}, {"id": 3, "parent": 1}, {"parent": 77}, {}, 5, null, "text", [],
        {"id": {"a": 1}, "parent": [2], "type": 7, "name": {"x": 1}, "status": []},
        {"start_ms": -1e300, "duration_ms": 1e300}, {"start_ms": 1e18, "duration_ms": -4},
        {"input": deep, "output": deep},
    ]);
    let count = steps.as_array().unwrap().len();
    for trace in [
        json!({"steps": steps}),
        json!({"steps": "none", "errors": {"a": 1}, "final_response": [1], "input": 7}),
        json!({"steps": [], "errors": [1]}),
        json!("nothing"),
        json!([]),
    ] {
        let run = record_with(
            "demo",
            &json!({"level": "FULL_TRACE", "trace": trace,
            "execution_time_seconds": 1e300, "attempt": -5}),
        );
        let run = visitor.store(&run).await;
        for view in ["tree", "timeline", "log", "none"] {
            visitor.page(&format!("/runs/{run}?view={view}&step=3")).await;
        }
        let (status, outline) = visitor.get(&format!("/runs/{run}/outline")).await;
        assert_eq!(status, 200);
        let outline: Value = serde_json::from_str(&outline).unwrap();
        let steps = outline["label"].as_array().unwrap().len();
        assert!(steps == 0 || steps == count, "{steps}");
        for order in ["tree", "log"] {
            assert_eq!(outline[order].as_array().unwrap().len(), steps);
        }
        for step in 1..=steps {
            visitor.page(&format!("/runs/{run}/steps/{step}")).await;
        }
    }
}

#[tokio::test]
async fn a_huge_run_is_shown_in_small_pages() {
    let server = Server::start().await;
    let visitor = Visitor::of(&server, "demo", KeyScope::Read).await;
    let step = |at: usize| {
        json!({"id": at, "type": "tool_call", "name": "t", "arguments": {"at": at}, "duration_ms": 1,
            "start_ms": at, "status": if at == 7_000 { "error" } else { "ok" }})
    };
    let mut steps: Vec<_> = (1..=8_000).map(step).collect();
    steps[6_999]["result"] = json!((0..20_000).collect::<Vec<_>>());
    let run = record_with("demo", &json!({"level": "FULL_TRACE", "trace": {"steps": steps}}));
    let run = visitor.store(&run).await;
    let page = visitor.page(&format!("/runs/{run}")).await;
    has(&page, &["aria-label=\"Step 7000\"", "Steps before these", "Steps behind these"]);
    has(&page, &["19,900 more of 20,000"]);
    assert!(page.len() < 200_000, "{} bytes", page.len());
    let slice = format!("/records/{run}/part?at=/trace/steps/6999/result&from=19950");
    has(&visitor.page(&slice).await, &["19999"]);
}
