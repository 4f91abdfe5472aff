//! `/syncs` tells how synchronisations ended, what was tried, and which tickets fail.

use serde_json::{Value, json};

use crate::of_kind::{ago, of_kind, store};
use crate::server::Server;
use crate::session::{as_client, between, page, text};

fn attempt(minutes: u64, status: &str) -> Value {
    json!({"attempt_timestamp": ago(minutes), "attempt_status": status, "http_status_code": 503,
        "error_log": format!("{status} {minutes} minutes ago")})
}

fn sync(ticket: &str, system: &str, status: &str, attempts: &[Value]) -> Value {
    let own = json!({"external_ticket_id": ticket, "source_system": system,
        "sync_direction": "Export", "attempts": attempts});
    of_kind("task_sync", status, &own, &json!({}))
}

#[tokio::test]
async fn attempts_and_failures_are_counted_once() {
    let server = Server::start().await;
    let tried = [attempt(9, "Failed"), attempt(8, "Timeout")];
    let again = [tried[0].clone(), tried[1].clone(), attempt(7, "Success")];
    let syncs = vec![
        sync("OPS-1", "jira", "Failed", &tried),
        sync("OPS-1", "jira", "Success", &again),
        sync("OPS-2", "erp", "Failed", &[attempt(6, "Failed")]),
        sync("OPS-3", "erp", "Partial", &[]),
    ];
    store(&server, "a", syncs).await;
    store(&server, "b", vec![sync("OF-B", "theirs", "Failed", &[])]).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/syncs").await;
    let shown = text(&html);
    assert!(shown.contains("4: 1 succeeded, 2 failed, 1 without an answer in time"), "{shown}");
    for told in ["Failed 6 minutes ago", "Timeout 8 minutes ago", "503", "succeeded", "50.0 %"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    let tickets = between(&html, "/timeline/external_ticket/", "\"");
    assert_eq!(tickets, ["OPS-2", "OPS-1"], "the last failure first");
    assert!(!shown.contains("OF-B") && !shown.contains("theirs"));
    let erp = text(&page(&server, &cookie, "/syncs?provider_name=erp").await);
    assert!(erp.contains("OPS-2") && !erp.contains("OPS-1"));
}
