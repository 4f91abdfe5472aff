//! Who changed a thing, when, and what it was before and after.

use crate::server::{Server, id, record_with};
use epilogue_collector::{COLLECTOR_CLIENT, KeyScope};
use serde_json::{Value, json};

fn change(second: u32, user: &str, trace: Option<Value>) -> Value {
    let mut fields = json!({
        "kind": "audit", "status": "success", "ticket_id": null,
        "executed_at": format!("2026-01-31T12:00:{second:02}.000Z"),
        "audit": {
            "user_id": user, "action": "update", "resource_type": "rule", "resource_id": "7",
            "changed_fields": ["name", "is_active"], "user_agent": "browser",
        },
    });
    if let Some(trace) = trace {
        fields["trace"] = trace;
        fields["level"] = "FULL_TRACE".into();
    }
    record_with("demo", &fields)
}

#[tokio::test]
async fn a_resource_shows_its_changes_newest_first() {
    let server = Server::start().await;
    let ingest = server.key("demo", KeyScope::Ingest).await;
    let changes = json!({"before": {"level": 1.50}, "after": {"level": 2}});
    let sent = [
        change(1, "u-1", Some(json!({"changes": changes, "metadata": {"why": "asked"}}))),
        change(2, "u-2", None),
    ];
    let (_, answer) = server.post(&ingest, json!(sent).to_string()).await;
    assert_eq!(answer["accepted"], 2, "{answer}");
    let read = server.key("demo", KeyScope::Read).await;
    let (status, trail) = server.get(&read, "/v1/audit/rule/7").await;
    assert_eq!(status, 200);
    let [newer, older] = &trail["items"].as_array().unwrap()[..] else { panic!("{trail}") };
    assert_eq!([id(older), id(newer)], sent.each_ref().map(id));
    for (item, user) in [(older, "u-1"), (newer, "u-2")] {
        assert_eq!(item["user_id"], user);
        assert_eq!(item["action_type"], "update");
        assert_eq!(item["changed_fields"], json!(["name", "is_active"]));
        assert_eq!(item["user_agent"], "browser");
    }
    assert_eq!((&older["changes"], &older["metadata"]), (&changes, &json!({"why": "asked"})));
    assert_eq!((newer.get("changes"), newer.get("metadata")), (None, None));
    let (_, first) = server.get(&read, "/v1/audit/rule/7?limit=1").await;
    let next = first["next_cursor"].as_str().unwrap();
    let (_, second) = server.get(&read, &format!("/v1/audit/rule/7?limit=1&cursor={next}")).await;
    assert_eq!(second["items"], json!([older]));
    for (key, path) in [
        (read, "/v1/audit/rule/8"),
        (server.key("other", KeyScope::Read).await, "/v1/audit/rule/7"),
    ] {
        assert_eq!(server.get(&key, path).await.1, json!({"items": []}));
    }
}

#[tokio::test]
async fn the_collectors_own_acts_stand_in_it() {
    let server = Server::start().await;
    let provider = server.key("p", KeyScope::Provider).await;
    let revoked = server.key("demo", KeyScope::Read).await;
    let operator = epilogue_collector::Operator::at_the_command_line();
    let number = server.store.keys(&operator).await.unwrap().last().unwrap().id;
    epilogue_collector::revoke_key(server.store.as_ref(), &operator, number).await.unwrap();
    assert_eq!(server.get(&revoked, "/v1/logs").await.0, 401);
    let (_, trail) = server.get(&provider, &format!("/v1/audit/api_key/{number}")).await;
    let [newer, older] = &trail["items"].as_array().unwrap()[..] else { panic!("{trail}") };
    for (act, action) in [(newer, "revoke"), (older, "create")] {
        assert_eq!((&act["action_type"], &act["user_id"]), (&json!(action), &json!("cli")));
        assert_eq!(act["client_id"], COLLECTOR_CLIENT);
        let facts = json!({"key": number, "client": "demo", "scope": "read"});
        assert_eq!(act["metadata"], facts);
    }
}
