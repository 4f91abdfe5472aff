//! Whatever a record holds is text, on every page that shows it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::house::{House, now};

/// Markup, a script, a way out of an attribute and of a data block, and characters that turn a line
/// round or ring a bell.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'><script>document.title='broken'</script>\
     </script>{{7*7}}\u{202e}txt\u{7}&amp;";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_record_holds_is_text_on_every_page() {
    let house = House::start();
    let records = records();
    for record in &records {
        house.post(record).await;
    }
    let browser = house.provider().await;
    let mut paths: Vec<String> =
        ["/", "/tickets", "/actions", "/audit", "/timeline", "/syncs", "/webhooks", "/parsing"]
            .map(str::to_owned)
            .into();
    for record in &records {
        let id = record["record_id"].as_str().unwrap();
        let folder = if record["kind"] == "workflow" { "runs" } else { "records" };
        paths.push(format!("/{folder}/{id}"));
    }
    // Names are told apart by what can be seen of them.
    let name = HOSTILE.replace('\u{7}', "\u{fffd}");
    let name = form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>();
    let name = name.replace('+', "%20");
    paths.push(format!("/tickets/{name}"));
    paths.push(format!("/timeline/{name}/{name}"));
    paths.push(format!("/tickets?category={name}"));
    for path in paths {
        browser.goto(&path).await;
        // A script of the record's would have changed the title, or been refused by the policy and
        // complained of; an image of its own would have been asked for.
        assert_ne!(browser.title().await, "broken", "{path}");
        let strange = "return [...document.querySelectorAll('img, script:not([src])')]\
             .filter(element => !element.matches(\"script[type='application/json']\")).length";
        assert_eq!(browser.run(strange).await, json!(0), "{path}");
        // It is shown, as it was written.
        let text = browser.text().await;
        assert!(text.contains("onerror=alert(1)"), "{path}: {text}");
        assert_eq!(browser.complaints().await, [""; 0], "{path}");
    }
    browser.close().await;
}

/// One record of each kind, with the text in every field that takes one.
fn records() -> Vec<Value> {
    let own = |kind: &str, status: &str, own: Value, trace: Value| {
        let mut record = json!({
            "schema_version": 1, "record_id": Uuid::now_v7(), "kind": kind, "client_id": "demo",
            "executed_at": now(), "execution_time_seconds": 1.0, "status": status,
            "status_reason": HOSTILE, "category": HOSTILE, "environment": HOSTILE,
            "workflow_name": HOSTILE, "workflow_version": HOSTILE, "ticket_id": HOSTILE,
            "tags": [HOSTILE], "metrics": {HOSTILE: 1.0, "overall_confidence": 0.5},
            "level": "FULL_TRACE", "trace": trace,
        });
        record[kind] = own;
        // An activity has no status.
        if status.is_empty() {
            record.as_object_mut().unwrap().remove("status");
        }
        record
    };
    let body = json!({HOSTILE: HOSTILE, "list": [HOSTILE]});
    let step = |id: u32, kind: &str| {
        json!({"id": id, "type": kind, "name": HOSTILE, "start_ms": id, "duration_ms": 1,
            "status": "error", "input": body, "output": body, "error": HOSTILE, "attributes": body,
            "thought": HOSTILE, "action": HOSTILE, "observation": HOSTILE, "iteration": 1,
            "arguments": body, "result": body, "provider": HOSTILE, "model": HOSTILE,
            "finish_reason": HOSTILE, "decision": HOSTILE, "query": HOSTILE,
            "documents": [{"id": HOSTILE, "score": 0.5}]})
    };
    let kinds = ["node", "react_iteration", "tool_call", "llm_call", "retrieval", "strange"];
    let steps: Vec<_> = (1..).zip(kinds).map(|(id, kind)| step(id, kind)).collect();
    let mut run = own(
        "workflow",
        "FAILED",
        Value::Null,
        json!({
            "input": body, "steps": steps, "state": body,
            "errors": [{"step": 1, "type": HOSTILE, "message": HOSTILE, "stack": HOSTILE}],
            "final_response": {"content": HOSTILE, "confidence": 0.5},
        }),
    );
    run.as_object_mut().unwrap().remove("workflow");
    vec![
        run,
        own(
            "action",
            "failure",
            json!({"action_type": HOSTILE, "provider_name": HOSTILE,
            "execution_time_ms": 5, "error_message": HOSTILE}),
            json!({"request_payload": body, "response_data": body, "metadata": body}),
        ),
        own(
            "audit",
            "success",
            json!({"user_id": HOSTILE, "action": HOSTILE,
            "resource_type": HOSTILE, "resource_id": HOSTILE, "changed_fields": [HOSTILE],
            "ip_address": HOSTILE, "user_agent": HOSTILE}),
            json!({"changes": {"before": body, "after": {HOSTILE: "other"}}, "metadata": body}),
        ),
        own(
            "activity",
            "",
            json!({"entity_type": HOSTILE, "entity_id": HOSTILE,
            "event_type": HOSTILE, "event_category": "system", "user_id": HOSTILE,
            "created_by": HOSTILE, "facts": {"classification": HOSTILE}}),
            json!({"description": HOSTILE, "metadata": body}),
        ),
        own(
            "task_sync",
            "Failed",
            json!({"external_ticket_id": HOSTILE, "source_system": HOSTILE,
            "sync_direction": "Import", "last_sync_message": HOSTILE, "related_doc": HOSTILE,
            "attempts": [{"attempt_timestamp": now(), "attempt_status": "Failed",
                "http_status_code": 500, "error_log": HOSTILE}]}),
            json!({"sync_metadata": body}),
        ),
        own(
            "webhook_event",
            "Failed",
            json!({"event_id": HOSTILE, "source": HOSTILE,
            "update_id": 1, "chat_id": 2, "received_at": now(), "handler_function": HOSTILE,
            "retry_count": 2, "error_message": HOSTILE}),
            json!({"payload_history": [{"storage_timestamp": now(), "raw_payload": body}]}),
        ),
        own(
            "nlp_parsing",
            "Failed",
            json!({"source_text_hash": HOSTILE, "source_document": HOSTILE,
            "parser_version": HOSTILE, "processing_time_ms": 5, "confidence_score": 0.5,
            "error_details": HOSTILE, "entity_counts": {HOSTILE: 1}}),
            json!({"source_text_preview": HOSTILE, "parsed_entities": [{"entity_type": HOSTILE,
                "entity_value": HOSTILE, "start_position": 0, "end_position": 1}]}),
        ),
    ]
}
