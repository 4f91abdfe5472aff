//! `/actions` tells how many calls failed, how long they took, and why the last ones failed.

use serde_json::{Value, json};

use crate::of_kind::{of_kind, store};
use crate::server::{Server, id};
use crate::session::{as_client, as_provider, page, text};

fn call(action: &str, provider: &str, status: &str, millis: u32) -> Value {
    let own = json!({"action_type": action, "provider_name": provider,
        "execution_time_ms": millis, "error_message": format!("{provider} said no")});
    of_kind("action", status, &own, &json!({}))
}

#[tokio::test]
async fn calls_are_told_apart_by_type_and_provider() {
    let server = Server::start().await;
    let failed = call("email_send", "ses", "timeout", 900);
    let way = format!("href=\"/records/{}\"", id(&failed));
    let calls = vec![
        call("crm_create", "hubspot", "success", 100),
        call("crm_create", "hubspot", "success", 300),
        call("crm_create", "hubspot", "failure", 200),
        call("crm_create", "hubspot", "retry", 200),
        failed,
    ];
    store(&server, "a", calls).await;
    store(&server, "b", vec![call("of_b", "theirs", "failure", 7)]).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/actions").await;
    let shown = text(&html);
    for told in ["crm_create", "hubspot", "33.3 %", "200 ms", "100.0 %", "ses said no", "timeout"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    assert!(html.contains(&way));
    assert!(html.contains("2 done, 1 failed, 1 neither"), "{html}");
    assert!(!shown.contains("of_b") && !shown.contains("theirs"), "{shown}");
    let one = text(&page(&server, &cookie, "/actions?action_type=email_send").await);
    assert!(!one.contains("2 done") && one.contains("ses said no"));
    let all = text(&page(&server, &as_provider(&server).await, "/actions?client_id=b").await);
    assert!(all.contains("theirs said no") && !all.contains("ses said no"));
}
