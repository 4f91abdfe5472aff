//! A list holds what was asked for, in the order asked for, over all of its pages.

use crate::server::{Server, id, record_with};
use epilogue_collector::KeyScope;
use serde_json::{Value, json};

/// Records of several kinds, each of which some parameter finds alone.
fn records() -> Vec<Value> {
    let at = |second: u32, fields: Value| {
        let mut record = json!({
            "executed_at": format!("2026-01-31T12:00:{second:02}.000Z"), "ticket_id": null,
            "category": null, "execution_time_seconds": null, "metrics": null,
        });
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record_with("demo", &record)
    };
    vec![
        at(
            1,
            json!({
                "status": "FAILED", "category": "BILLING", "environment": "staging",
                "workflow_name": "support", "workflow_version": "2.0", "ticket_id": "T-1",
                "execution_time_seconds": 30, "metrics": {"overall_confidence": 0.25},
            }),
        ),
        at(
            2,
            json!({
                "category": "RETURNS", "execution_time_seconds": 2.5,
                "metrics": {"overall_confidence": 0.75},
            }),
        ),
        at(
            3,
            json!({
                "kind": "action", "status": "retry", "execution_time_seconds": 0.5,
                "action": {"provider_name": "zendesk", "action_type": "crm_create"},
            }),
        ),
        at(
            4,
            json!({
                "kind": "audit", "status": "success", "audit": {
                    "user_id": "u-1", "action": "update", "resource_type": "rule", "resource_id": "7",
                },
            }),
        ),
        at(
            5,
            json!({
                "kind": "activity", "status": null, "activity": {
                    "entity_type": "email", "entity_id": "e-1", "event_type": "classified",
                },
            }),
        ),
    ]
}

/// The places of the records that a query gives, in `records`.
async fn found(server: &Server, key: &str, sent: &[Value], query: &str) -> Vec<usize> {
    let (status, list) = server.get(key, &format!("/v1/logs?{query}")).await;
    assert_eq!(status, 200, "{query}: {list}");
    assert_eq!(list.get("next_cursor"), None, "{query}");
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| sent.iter().position(|one| id(one) == id(item)).unwrap()).collect()
}

async fn filled() -> (Server, String, Vec<Value>) {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let sent = records();
    let (status, answer) = server.post(&key, json!(sent).to_string()).await;
    assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(5)), "{answer}");
    let key = server.key("demo", KeyScope::Read).await;
    (server, key, sent)
}

#[tokio::test]
async fn every_parameter_says_what_a_list_holds() {
    let (server, key, sent) = filled().await;
    for (query, expected) in [
        ("", &[4, 3, 2, 1, 0][..]),
        ("kind=action", &[2]),
        ("client_id=demo&kind=workflow", &[1, 0]),
        ("client_id=another", &[]),
        ("outcome=failed", &[0]),
        ("outcome=open", &[2]),
        ("status=retry", &[2]),
        ("category=BILLING", &[0]),
        ("environment=staging", &[0]),
        ("workflow_name=support", &[0]),
        ("workflow_version=2.0", &[0]),
        ("ticket_id=T-1", &[0]),
        ("provider_name=zendesk", &[2]),
        ("action_type=update", &[3]),
        ("event_type=classified", &[4]),
        ("resource_type=rule", &[3]),
        ("resource_type=rule&resource_id=7", &[3]),
        ("resource_type=rule&resource_id=8", &[]),
        ("entity_type=email", &[4]),
        ("entity_type=email&entity_id=e-1", &[4]),
        ("user_id=u-1", &[3]),
        ("since=2026-01-31T12:00:04Z", &[4, 3]),
        ("until=2026-01-31T12:00:02Z", &[0]),
        ("min_duration=2.5", &[1, 0]),
        ("max_duration=2.5", &[2, 1]),
        ("min_confidence=0.5&max_confidence=1", &[1]),
        ("max_confidence=0.25&category=BILLING&kind=workflow", &[0]),
    ] {
        assert_eq!(found(&server, &key, &sent, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_is_sorted_by_what_is_asked_for() {
    let (server, key, sent) = filled().await;
    for (query, expected) in [
        ("sort=time&order=desc", &[4, 3, 2, 1, 0][..]),
        ("order=asc", &[0, 1, 2, 3, 4]),
        // What has no such number is not in the list.
        ("sort=duration", &[0, 1, 2]),
        ("sort=duration&order=asc&max_duration=3", &[2, 1]),
        ("sort=confidence", &[1, 0]),
        ("sort=confidence&order=asc", &[0, 1]),
    ] {
        assert_eq!(found(&server, &key, &sent, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_of_every_order_join() {
    let (server, key, _) = filled().await;
    for query in ["order=asc", "sort=duration", "sort=duration&order=asc", "sort=confidence"] {
        let (_, whole) = server.get(&key, &format!("/v1/logs?{query}")).await;
        let (mut joined, mut cursor) = (Vec::new(), String::new());
        loop {
            let (_, page) = server.get(&key, &format!("/v1/logs?{query}&limit=1{cursor}")).await;
            joined.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            // A place in one order is none in another.
            for other in ["order=desc", "sort=confidence&order=asc", "q=billing"] {
                let path = format!("/v1/logs?{other}&cursor={next}");
                assert_eq!(server.get(&key, &path).await.0, 400, "{query}, {other}");
            }
            cursor = format!("&cursor={next}");
        }
        assert_eq!(json!(joined), whole["items"], "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let (server, key, _) = filled().await;
    let mut paths: Vec<_> = [
        "canary=1",
        "kind=canary",
        "outcome=canary",
        "sort=canary",
        "order=canary",
        "sort=stored",
        "since=canary",
        "until=2026-01-31",
        "since=2026-01-31T12:00:00%2B01:00",
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=canary",
        "limit=1.5",
        "min_confidence=NaN",
        "max_confidence=inf",
        "min_duration=canary",
        "max_duration=1e999",
        "kind=",
        "q=%20",
        "limit=",
        "cursor=canary",
        "cursor=td.1",
        "kind=audit&kind=action",
        "entity_id=canary",
        "resource_id=canary",
        "client_id=a%0Acanary",
        "q=canary&sort=duration",
        "q=canary&sort=confidence",
        "minutes=5",
        "format=csv",
    ]
    .map(|query| format!("/v1/logs?{query}"))
    .into();
    for wrong in [
        "minutes=0",
        "minutes=525601",
        "minutes=canary",
        "outcome=ok",
        "sort=time",
        "since=2026-01-31T12:00:00Z",
    ] {
        paths.push(format!("/v1/logs/failed?{wrong}"));
    }
    for path in ["/v1/tickets/1", "/v1/timeline/email/1", "/v1/audit/rule/1"] {
        for wrong in ["kind=audit", "canary=1", "limit=0", "since=canary", "client_id="] {
            paths.push(format!("{path}?{wrong}"));
        }
    }
    for wrong in ["format=canary", "limit=5", "sort=time", "cursor=td.1.1", "q="] {
        paths.push(format!("/v1/export?{wrong}"));
    }
    for path in paths {
        let (status, body) = server.get(&key, &path).await;
        assert_eq!(status, 400, "{path}: {body}");
        assert_eq!(body["error"]["code"], "bad_parameter", "{path}: {body}");
        assert!(!body.to_string().contains("canary"), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_client_outside_of_the_scope_has_nothing() {
    let (server, demo, _) = filled().await;
    let other = server.key("other", KeyScope::Read).await;
    let all = server.key("p", KeyScope::Provider).await;
    let seen = async |key: &str, client: &str| {
        let (status, list) = server.get(key, &format!("/v1/logs?client_id={client}")).await;
        assert_eq!(status, 200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(seen(&demo, "demo").await, 5);
    assert_eq!(seen(&all, "demo").await, 5);
    // As of a client that there is not.
    assert_eq!(seen(&other, "demo").await, 0);
    assert_eq!(seen(&all, "nobody").await, 0);
}

#[tokio::test]
async fn recent_failures_are_of_any_kind() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let ago = |minutes: u64| {
        let time = std::time::SystemTime::now() - std::time::Duration::from_secs(60 * minutes);
        let millis = time.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        epilogue_collector::rfc3339(i64::try_from(millis).unwrap())
    };
    let failed = |minutes: u64, fields: Value| {
        let mut record = json!({"executed_at": ago(minutes), "status": "FAILED"});
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record_with("demo", &record)
    };
    let action = json!({"kind": "action", "status": "timeout", "action": {}});
    let sent = [
        failed(300, json!({})),
        failed(50, action),
        failed(30, json!({"status": "SUCCESS"})),
        failed(10, json!({"status": "CRASHED"})),
    ];
    server.post(&key, json!(sent).to_string()).await;
    let key = server.key("demo", KeyScope::Read).await;
    let ids = async |query: &str| {
        let (status, list) = server.get(&key, &format!("/v1/logs/failed{query}")).await;
        assert_eq!(status, 200, "{query}: {list}");
        let items = list["items"].as_array().unwrap().iter();
        let places = items.map(|item| sent.iter().position(|one| id(one) == id(item)).unwrap());
        (places.collect::<Vec<_>>(), list["next_cursor"].as_str().map(str::to_owned))
    };
    assert_eq!(ids("").await, (vec![3, 1], None));
    assert_eq!(ids("?minutes=1000").await, (vec![3, 1, 0], None));
    assert_eq!(ids("?minutes=20").await, (vec![3], None));
    assert_eq!(ids("?kind=action&outcome=failed").await, (vec![1], None));
    let (first, next) = ids("?limit=1").await;
    assert_eq!(first, [3]);
    assert_eq!(ids(&format!("?limit=1&cursor={}", next.unwrap())).await, (vec![1], None));
}
