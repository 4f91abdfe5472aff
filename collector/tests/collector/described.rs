//! The interface is described, and its answers are as the description says.

use crate::server::{Server, id, record, record_with};
use epilogue_collector::KeyScope;
use reqwest::Method;
use serde_json::{Value, json};

/// What of a value is not as a schema says; of OpenAPI's schemas as much as the description uses.
fn wrong(description: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = description.pointer(&reference[1..]).unwrap();
        return wrong(description, named, value, place);
    }
    let mut found = Vec::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(wrong(description, part, value, place));
    }
    if let Some(parts) = schema["oneOf"].as_array() {
        let holds = |part: &&Value| wrong(description, part, value, place).is_empty();
        if parts.iter().filter(holds).count() != 1 {
            found.push(format!("{place} is not one of {}", parts.len()));
        }
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    if !types.is_empty() && !types.iter().any(|name| is_of(name.as_str().unwrap(), value)) {
        found.push(format!("{place} is not {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|texts| !texts.contains(value)) {
        found.push(format!("{place} is none of {}", schema["enum"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{place} has no {name}"));
        }
    }
    for (name, own) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found.extend(wrong(description, own, value, &format!("{place}.{name}")));
        }
    }
    if let (Some(own), Some(values)) = (schema.get("additionalProperties"), value.as_object()) {
        for (name, value) in values {
            found.extend(wrong(description, own, value, &format!("{place}.{name}")));
        }
    }
    if let (Some(own), Some(values)) = (schema.get("items"), value.as_array()) {
        for (at, value) in values.iter().enumerate() {
            found.extend(wrong(description, own, value, &format!("{place}[{at}]")));
        }
    }
    found
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}

/// Every name that stands in a value but not in its schema.
fn unknown(description: &Value, schema: &Value, value: &Value) -> Vec<String> {
    fn names(description: &Value, schema: &Value, known: &mut Vec<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            names(description, description.pointer(&reference[1..]).unwrap(), known);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            names(description, part, known);
        }
        known
            .extend(schema["properties"].as_object().into_iter().flat_map(|it| it.keys().cloned()));
    }
    let mut known = Vec::new();
    names(description, schema, &mut known);
    let own = value.as_object().unwrap().keys();
    own.filter(|name| !known.contains(name)).cloned().collect()
}

async fn description(server: &Server) -> Value {
    let response = server.http.get(server.url("/openapi.json")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// The schema of an answer.
fn schema<'d>(description: &'d Value, method: &str, path: &str, status: u16) -> &'d Value {
    let answer = &description["paths"][path][method]["responses"][status.to_string()];
    let schema = &answer["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{method} {path} has no {status}: {answer}");
    schema
}

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
    let description = description(&server).await;
    let sent = filled(&server).await;
    let read = server.key("demo", KeyScope::Read).await;
    let first = format!("/v1/logs/{}", id(&sent[0]));
    for (path, described) in [
        ("/v1/logs", "/v1/logs"),
        ("/v1/logs?limit=1", "/v1/logs"),
        ("/v1/logs/failed?minutes=525600", "/v1/logs/failed"),
        (&first, "/v1/logs/{record_id}"),
        ("/v1/tickets/12345", "/v1/tickets/{ticket_id}"),
        ("/v1/timeline/email/1", "/v1/timeline/{entity_type}/{entity_id}"),
        ("/v1/timeline/external_ticket/7", "/v1/timeline/{entity_type}/{entity_id}"),
        ("/v1/audit/rule/1", "/v1/audit/{resource_type}/{resource_id}"),
    ] {
        let (status, answer) = server.get(&read, path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let schema = schema(&description, "get", described, 200);
        assert_eq!(wrong(&description, schema, &answer, path), [""; 0], "{path}: {answer}");
        assert_eq!(unknown(&description, schema, &answer), [""; 0], "{path}");
        let items = answer["items"].as_array();
        assert!(items.is_none_or(|items| described.contains("failed") || !items.is_empty()));
        for item in items.into_iter().flatten() {
            let list = description.pointer(&schema["$ref"].as_str().unwrap()[1..]).unwrap();
            let own = &list["properties"]["items"]["items"];
            assert_eq!(unknown(&description, own, item), [""; 0], "{path}: {item}");
        }
    }
}

#[tokio::test]
async fn storing_and_refusals_are_as_described() {
    let server = Server::start().await;
    let description = description(&server).await;
    let [ingest, read] = [KeyScope::Ingest, KeyScope::Read];
    let (ingest, read) = (server.key("demo", ingest).await, server.key("demo", read).await);
    let batch = json!([record("demo"), {"kind": "audit"}]).to_string();
    for (body, status) in [(batch.as_str(), 200), ("nonsense", 400), ("{}", 422)] {
        let (answered, answer) = server.post(&ingest, body.to_owned()).await;
        assert_eq!(answered, status, "{answer}");
        let schema = schema(&description, "post", "/v1/logs", status);
        assert_eq!(wrong(&description, schema, &answer, body), [""; 0], "{answer}");
        assert_eq!(unknown(&description, schema, &answer), [""; 0], "{answer}");
    }
    for (path, key, status) in [
        ("/v1/logs?limit=0", &read, 400),
        ("/v1/logs", &String::new(), 401),
        ("/v1/logs", &ingest, 403),
        ("/v1/logs/none", &read, 404),
    ] {
        let (answered, answer) = server.get(key, path).await;
        assert_eq!(answered, status, "{answer}");
        let path = if status == 404 { "/v1/logs/{record_id}" } else { "/v1/logs" };
        let schema = schema(&description, "get", path, status);
        assert_eq!(wrong(&description, schema, &answer, path), [""; 0], "{answer}");
    }
}

#[tokio::test]
async fn every_path_is_described_with_the_key_it_needs() {
    let server = Server::start().await;
    let description = description(&server).await;
    let scheme = &description["components"]["securitySchemes"]["key"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&json!("header"), &json!("x-api-key")));
    let paths = description["paths"].as_object().unwrap();
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/export"] {
        assert!(paths.contains_key(path), "{path}");
    }
    for (path, methods) in paths {
        for (method, own) in methods.as_object().unwrap() {
            let concrete = path.replace(['{', '}'], "");
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let bare = server.http.request(method.clone(), server.url(&concrete)).send();
            let needs_key = own["security"] == json!([{"key": []}]);
            let expected = if needs_key { 401 } else { 200 };
            assert_eq!(bare.await.unwrap().status(), expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_schema_is_found_broken() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "integer"}, "b": {"enum": ["x"]}, "c": {"items": {"$ref": "#/s"}},
    }});
    let description = json!({"s": {"type": "string"}});
    let check = |value: Value| wrong(&description, &schema, &value, "it");
    assert_eq!(check(json!({"a": 1, "b": "x", "c": ["y"]})), [""; 0]);
    for value in
        [json!({}), json!({"a": 1.5}), json!({"a": 1, "b": "y"}), json!({"a": 1, "c": [2]})]
    {
        assert_eq!(check(value.clone()).len(), 1, "{value}");
    }
}
