//! The interface is described, and its answers are as the description says.

use std::num::NonZeroU32;

use crate::description::{Description, Operation, Parameter};
use crate::server::{Server, answer, id, record, record_with};
use epilogue_collector::store::Dimension;
use epilogue_collector::{Config, KeyScope};
use reqwest::Method;
use serde_json::{Value, json};

async fn filled(server: &Server) -> Value {
    let key = server.key("demo", KeyScope::Ingest).await;
    let own = |kind: &str, status: Value, own: Value, trace: Value| {
        let mut fields =
            json!({"kind": kind, "status": status, "trace": trace, "level": "FULL_TRACE"});
        fields[kind] = own;
        record_with("demo", &fields)
    };
    let entity = json!({"entity_type": "email", "entity_id": "1", "event_type": "read",
        "created_by": "x", "facts": {"confidence": 0.5}});
    let audit = json!({"resource_type": "rule", "resource_id": "1", "action": "update",
        "changed_fields": ["a"], "ip_address": "x", "user_agent": "y", "user_id": "z"});
    let changes = json!({"changes": {"before": {"a": 1}, "after": null}, "metadata": {"b": 2}});
    let sent = json!([
        record("demo"),
        own(
            "action",
            json!("success"),
            json!({"provider_name": "p", "action_type": "a"}),
            json!({})
        ),
        own("audit", json!("success"), audit, changes),
        own("activity", Value::Null, entity, json!({"description": "d", "metadata": {"c": 3}})),
        own("task_sync", json!("Failed"), json!({"external_ticket_id": "7"}), json!({})),
        own("webhook_event", json!("Pending"), json!({"event_id": "8"}), json!({})),
        own("nlp_parsing", json!("Success"), json!({"confidence_score": 0.5}), json!({})),
    ]);
    let (status, answer) = server.post(&key, sent.to_string()).await;
    assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(7)), "{answer}");
    sent
}

#[tokio::test]
async fn answers_are_as_described() {
    let server = Server::start().await;
    let description = Description::of(&server).await;
    let sent = filled(&server).await;
    let read = server.key("demo", KeyScope::Read).await;
    let first = format!("/v1/logs/{}", id(&sent[0]));
    let groups = format!("group_by={}", Dimension::ALL.map(Dimension::as_str).join(","));
    let series =
        "/v1/stats/series?bucket=day&since=2026-01-30T06:00:00Z&until=2026-02-02T00:00:00Z";
    for (path, described) in [
        ("/v1/logs", "/v1/logs"),
        ("/v1/logs?limit=1", "/v1/logs"),
        ("/v1/logs/failed?minutes=525600", "/v1/logs/failed"),
        (&first, "/v1/logs/{record_id}"),
        ("/v1/tickets/12345", "/v1/tickets/{ticket_id}"),
        ("/v1/timeline/email/1", "/v1/timeline/{entity_type}/{entity_id}"),
        ("/v1/timeline/external_ticket/7", "/v1/timeline/{entity_type}/{entity_id}"),
        ("/v1/audit/rule/1", "/v1/audit/{resource_type}/{resource_id}"),
        ("/v1/stats", "/v1/stats"),
        ("/v1/stats?status=nothing&since=2026-01-01T00:00:00Z", "/v1/stats"),
        (&format!("/v1/stats?{groups}"), "/v1/stats"),
        (series, "/v1/stats/series"),
        (&format!("{series}&{groups}"), "/v1/stats/series"),
    ] {
        let (status, answer) = server.get(&read, path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let schema = description.operation(&Method::GET, described).schema(200);
        assert_eq!(description.wrong(schema, &answer, path), [""; 0], "{path}: {answer}");
        assert_eq!(description.unknown(schema, &answer, path), [""; 0], "{path}: {answer}");
        for (name, is_filled) in
            [("items", described != "/v1/logs/failed"), ("groups", path.contains("group_by"))]
        {
            let lines = answer[name].as_array();
            assert!(lines.is_none_or(|lines| !is_filled || !lines.is_empty()), "{path}: {answer}");
        }
    }
}

#[tokio::test]
async fn storing_is_answered_as_described() {
    let server = Server::start().await;
    let description = Description::of(&server).await;
    let storing = description.operation(&Method::POST, "/v1/logs");
    let ingest = server.key("demo", KeyScope::Ingest).await;
    let batch = json!([record("demo"), {"kind": "audit"}]).to_string();
    for (body, status) in [(batch.as_str(), 200), ("nonsense", 400), ("{}", 422)] {
        let (answered, answer) = server.post(&ingest, body.to_owned()).await;
        assert_eq!(answered, status, "{answer}");
        let schema = storing.schema(status);
        assert_eq!(description.wrong(schema, &answer, body), [""; 0], "{answer}");
        assert_eq!(description.unknown(schema, &answer, body), [""; 0], "{answer}");
    }
}

/// A reading that is refused with this status. Each is asked with a key of its own, because each key
/// may ask once in a second.
async fn refused(server: &Server, reading: &Operation<'_>, status: u16) -> Value {
    let (mut path, mut scope) = (reading.path.replace(['{', '}'], ""), KeyScope::Read);
    match status {
        400 => path.push_str("?a_parameter_of_nobody=1"),
        403 => scope = KeyScope::Ingest,
        401 | 404 | 429 => {}
        other => panic!("nobody knows what {} answers with {other}", reading.path),
    }
    let key = if status == 401 { "none".to_owned() } else { server.key("demo", scope).await };
    for _ in 0..100 {
        let (answered, answer) = answer(server.request(Method::GET, &path, &key)).await;
        if answered == status {
            return answer;
        }
        assert_eq!(status, 429, "{path} answers {answered}: {answer}");
    }
    panic!("{path} may be asked as often as one likes")
}

#[tokio::test]
async fn every_refusal_to_tell_is_as_described() {
    let server = Server::with(Config { rate: NonZeroU32::new(1), ..Config::default() }).await;
    let description = Description::of(&server).await;
    let operations = description.operations();
    for reading in operations.iter().filter(|it| it.method == Method::GET && it.needs_key()) {
        let statuses = reading.statuses();
        for always in [400, 401, 403, 429] {
            assert!(statuses.contains(&always), "{} has no {always}", reading.path);
        }
        for status in statuses.into_iter().filter(|status| (400..500).contains(status)) {
            let answer = refused(&server, reading, status).await;
            let (schema, place) = (reading.schema(status), format!("{} {status}", reading.path));
            assert_eq!(description.wrong(schema, &answer, &place), [""; 0], "{answer}");
            assert_eq!(description.unknown(schema, &answer, &place), [""; 0], "{answer}");
        }
    }
}

#[tokio::test]
async fn every_path_is_described_with_the_key_it_needs() {
    let server = Server::start().await;
    let description = Description::of(&server).await;
    let scheme = &description.0["components"]["securitySchemes"]["key"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&json!("header"), &json!("x-api-key")));
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/export"] {
        description.operation(&Method::GET, path);
    }
    for operation in description.operations() {
        let concrete = operation.path.replace(['{', '}'], "");
        let bare = server.http.request(operation.method.clone(), server.url(&concrete)).send();
        let expected = if operation.needs_key() { 401 } else { 200 };
        let status = bare.await.unwrap().status();
        assert_eq!(status, expected, "{} {}", operation.method, operation.path);
    }
}

#[tokio::test]
async fn every_parameter_is_described_in_words() {
    let server = Server::start().await;
    let description = Description::of(&server).await;
    for operation in description.operations() {
        for Parameter { name, about, is_in_path, is_required, .. } in operation.parameters() {
            assert!(!about.is_empty(), "{} says nothing of {name}", operation.path);
            assert_eq!(is_required, is_in_path || name == "bucket", "{} {name}", operation.path);
        }
    }
}

#[test]
fn a_schema_is_found_broken() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "integer"}, "b": {"enum": ["x"]}, "c": {"items": {"$ref": "#/s"}},
        "d": {"items": {"allOf": [{"$ref": "#/t"}, {"properties": {"f": {}}}]}},
    }});
    let description = Description(json!({
        "s": {"type": "string"}, "t": {"properties": {"e": {"type": "object"}}},
    }));
    let sound = json!({"a": 1, "b": "x", "c": ["y"], "d": [{"e": {"any": 1}, "f": 2}]});
    assert_eq!(description.wrong(&schema, &sound, "it"), [""; 0]);
    assert_eq!(description.unknown(&schema, &sound, "it"), [""; 0]);
    for value in
        [json!({}), json!({"a": 1.5}), json!({"a": 1, "b": "y"}), json!({"a": 1, "c": [2]})]
    {
        assert_eq!(description.wrong(&schema, &value, "it").len(), 1, "{value}");
    }
    for value in [json!({"x": 1}), json!({"d": [{"e": {}, "x": 1}]})] {
        assert_eq!(description.unknown(&schema, &value, "it").len(), 1, "{value}");
    }
}
