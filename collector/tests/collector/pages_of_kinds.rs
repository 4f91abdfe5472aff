//! The pages of single kinds show whatever a record holds as text, and say how to send the first.

use serde_json::{Value, json};

use crate::of_kind::{ago, of_kind, store};
use crate::server::Server;
use crate::session::{HOSTILE, as_client, as_provider, get, page, text};

/// Records of every kind with this text in each of their fields.
fn filled_with(hostile: &str) -> Vec<Value> {
    let deep = json!({hostile: {hostile: [hostile]}});
    let more = |trace: Value| {
        json!({"trace": trace, "ticket_id": hostile, "environment": hostile,
            "status_reason": hostile})
    };
    vec![
        of_kind(
            "action",
            "failure",
            &json!({"action_type": hostile, "provider_name": hostile,
            "error_message": hostile}),
            &more(json!({})),
        ),
        of_kind(
            "audit",
            "failure",
            &json!({"user_id": hostile, "action": hostile,
            "resource_type": hostile, "resource_id": hostile, "changed_fields": [hostile],
            "ip_address": hostile, "user_agent": hostile}),
            &more(json!({"changes": {"before": deep, "after": {"x": hostile.repeat(50)}}})),
        ),
        of_kind(
            "activity",
            "",
            &json!({"entity_type": "email", "entity_id": "e",
            "event_type": hostile, "event_category": hostile, "user_id": hostile,
            "facts": {hostile: hostile}}),
            &more(json!({"description": hostile.repeat(50), "metadata": deep})),
        ),
        of_kind(
            "task_sync",
            "Failed",
            &json!({"external_ticket_id": hostile,
            "source_system": hostile, "attempts": [{"attempt_timestamp": ago(3),
            "attempt_status": "Failed", "error_log": hostile}]}),
            &more(json!({})),
        ),
        of_kind(
            "webhook_event",
            "Failed",
            &json!({"event_id": "e", "source": "s",
            "handler_function": hostile, "retry_count": 2, "error_message": hostile,
            "received_at": ago(3)}),
            &more(json!({"payload_history": [
            {"storage_timestamp": hostile, "raw_payload": hostile}]})),
        ),
        of_kind(
            "webhook_event",
            "Failed",
            &json!({"event_id": hostile, "source": hostile,
            "retry_count": 2}),
            &more(json!({})),
        ),
        of_kind(
            "nlp_parsing",
            "Failed",
            &json!({"source_document": hostile,
            "parser_version": hostile, "error_details": hostile}),
            &more(json!({})),
        ),
    ]
}

const PAGES: [&str; 8] = [
    "/actions",
    "/audit",
    "/timeline",
    "/timeline/email/e",
    "/syncs",
    "/webhooks",
    "/webhooks/s/e",
    "/parsing",
];

#[tokio::test]
async fn whatever_a_record_holds_is_text() {
    let server = Server::start().await;
    for hostile in HOSTILE {
        store(&server, "a", filled_with(hostile)).await;
    }
    for cookie in [as_client(&server, "a").await, as_provider(&server).await] {
        for path in PAGES {
            let html = page(&server, &cookie, path).await;
            for markup in ["<script>", "<img", "-->", "</bdi>gpj", "onerror=alert(1)>"] {
                assert!(!html.contains(markup), "{markup} in {path}: {html}");
            }
            // In a field of a form it stands as it is; what is read is never turned around by it.
            assert!(!text(&html).contains('\u{202e}'), "{path}: {html}");
            if path != "/timeline" {
                assert!(html.contains("alert(1)"), "{path} shows it");
            }
        }
    }
}

#[tokio::test]
async fn an_empty_page_says_how_to_send_such_a_record() {
    let server = Server::start().await;
    let cookie = as_client(&server, "a").await;
    for path in ["/actions", "/audit", "/timeline", "/syncs", "/webhooks", "/parsing"] {
        let html = page(&server, &cookie, path).await;
        let command = format!("LOG_COLLECTOR_URL={} ", server.url("/v1/logs"));
        assert!(html.contains(&command) && html.contains("record_kinds"), "{path}: {html}");
    }
}

#[tokio::test]
async fn pages_are_for_those_who_are_logged_in_and_ask_for_their_own() {
    let server = Server::start().await;
    store(&server, "b", filled_with("of-b")).await;
    let cookie = as_client(&server, "a").await;
    for path in PAGES {
        let (_, html) = get(&server, &cookie, path).await;
        assert!(!html.contains("of-b"), "{path}: {html}");
        let (status, _) = get(&server, &cookie, &format!("{path}?client_id=b")).await;
        assert_eq!(status, 404, "{path}");
        let (_, html) = get(&server, "", path).await;
        assert!(!html.contains("of-b"), "{path}: {html}");
    }
    for wrong in ["?range=9y", "?since=never", "?cursor=x"] {
        let (status, _) = get(&server, &cookie, &format!("/audit{wrong}")).await;
        assert_eq!(status, 400, "{wrong}");
    }
}
