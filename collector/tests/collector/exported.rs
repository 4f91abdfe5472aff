//! A list is exported whole, as it is read, and whoever does so is recorded.

use crate::server::{Server, id, record_with};
use crate::shells::run_sql;
use epilogue_collector::store::{Entry, Kind, Outcome, Row};
use epilogue_collector::{Auth, COLLECTOR_CLIENT, KeyScope, Operator, revoke_key};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

async fn export(server: &Server, key: &str, query: &str) -> Response {
    let path = format!("/v1/export{query}");
    server.request(Method::GET, &path, key).send().await.unwrap()
}

/// The ids of an export's lines.
fn ids(lines: &str) -> Vec<String> {
    lines.lines().map(|line| id(&serde_json::from_str::<Value>(line).unwrap())).collect()
}

#[tokio::test]
async fn lines_are_the_records_as_they_were_sent() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let at = |second: u32| json!({"executed_at": format!("2026-01-31T12:00:{second:02}.000Z")});
    let sent = [0, 1, 2].map(|second| record_with("demo", &at(second)));
    // One is sent on several lines, which are one in the export.
    server.post(&key, serde_json::to_string_pretty(&sent[0]).unwrap()).await;
    server.post(&key, json!(sent[1..]).to_string()).await;
    let read = server.key("demo", KeyScope::Read).await;
    let response = export(&server, &read, "").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.starts_with("attachment; filename=\"epilogue-2"), "{name}");
    assert!(name.ends_with("Z.ndjson\""), "{name}");
    let text = response.text().await.unwrap();
    let lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(lines, [sent[2].clone(), sent[1].clone(), sent[0].clone()]);
    let one = export(&server, &read, "?until=2026-01-31T12:00:01Z&kind=workflow").await;
    assert_eq!(ids(&one.text().await.unwrap()), [id(&sent[0])]);
}

#[tokio::test]
async fn a_table_is_safe_to_open() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let sent = record_with(
        "demo",
        &json!({"status_reason": "=cmd|'\n/C calc'!A0", "category": "a,\"b\"", "ticket_id": "-1",
            "environment": null}),
    );
    server.post(&key, sent.to_string()).await;
    let read = server.key("demo", KeyScope::Read).await;
    let response = export(&server, &read, "?format=csv").await;
    let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(media_type.starts_with("text/csv"), "{media_type}");
    let text = response.text().await.unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let head = table.headers().unwrap().clone();
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let cell = |name: &str| &rows[0][head.iter().position(|own| own == name).unwrap()];
    assert_eq!(cell("record_id"), id(&sent));
    assert_eq!(cell("status_reason"), "'=cmd|'\n/C calc'!A0");
    assert_eq!(cell("category"), "a,\"b\"");
    assert_eq!(cell("ticket_id"), "'-1");
    assert_eq!(cell("execution_time_seconds"), "1.5");
    assert_eq!(cell("environment"), "");
    assert_eq!(serde_json::from_str::<Value>(cell("metrics")).unwrap(), sent["metrics"]);
    assert!(text.starts_with("record_id,kind,") && text.ends_with("\r\n"), "{text}");
    // A table without records has its head all the same.
    let empty = export(&server, &read, "?format=csv&kind=audit").await.text().await.unwrap();
    assert_eq!(empty.lines().count(), 1);
}

/// Stores so many records of so many bytes.
async fn fill(server: &Server, records: usize, bytes: usize) -> Vec<String> {
    let key = server.key("demo", KeyScope::Ingest).await;
    let auth = Auth::new(Arc::clone(&server.store), None);
    let rights = auth.ingest(Some(key.as_bytes())).await.unwrap();
    let padding = "x".repeat(bytes);
    let mut ids = Vec::new();
    for _ in 0..records.div_ceil(100) {
        let entries: Vec<_> = (0..100)
            .map(|at| {
                let row = Row::new(Uuid::now_v7(), Kind::Workflow, at / 7, Outcome::Ok);
                ids.push(row.record_id.to_string());
                let payload = json!({"record_id": row.record_id, "padding": padding}).to_string();
                Entry::new(row, payload)
            })
            .collect();
        server.store.append(rights.clone(), entries).await.unwrap();
    }
    ids
}

#[tokio::test]
async fn nothing_is_missing_and_nothing_there_twice_while_others_store() {
    let server = Server::start().await;
    let (records, bytes) = FAR_MORE;
    let there = fill(&server, records, bytes).await;
    let read = server.key("demo", KeyScope::Read).await;
    let mut response = export(&server, &read, "").await;
    let mut bytes = response.chunk().await.unwrap().unwrap().to_vec();
    // The rest does not lie in the buffers yet: what is stored now comes while it is being read.
    fill(&server, 1_000, 10).await;
    while let Some(chunk) = response.chunk().await.unwrap() {
        bytes.extend_from_slice(&chunk);
    }
    let mut exported = ids(&String::from_utf8(bytes).unwrap());
    let count = exported.len();
    exported.sort_unstable();
    exported.dedup();
    assert_eq!(exported.len(), count, "a record is there twice");
    assert!(there.iter().all(|id| exported.binary_search(id).is_ok()), "a record is missing");
}

/// More than lies in the buffers between the server and a reader that has stopped.
const FAR_MORE: (usize, usize) = (3_000, 16 << 10);

/// Reads on to the end, which comes too early. A server that had gathered what is left would give
/// all of it.
async fn is_broken_off(mut response: Response) {
    loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the export ended as if it was whole"),
            Err(error) => {
                assert!(!error.is_timeout(), "{error}");
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_revoked_key_ends_its_export() {
    let server = Server::start().await;
    let (records, bytes) = FAR_MORE;
    fill(&server, records, bytes).await;
    let read = server.key("demo", KeyScope::Read).await;
    let mut response = export(&server, &read, "").await;
    assert!(response.chunk().await.unwrap().is_some());
    let operator = Operator::at_the_command_line();
    let number = server.store.keys(&operator).await.unwrap().last().unwrap().id;
    assert!(revoke_key(server.store.as_ref(), &operator, number).await.unwrap());
    is_broken_off(response).await;
}

#[tokio::test]
async fn an_export_that_cannot_be_gone_on_with_is_broken_off() {
    let server = Server::start().await;
    let (records, bytes) = FAR_MORE;
    fill(&server, records, bytes).await;
    let read = server.key("demo", KeyScope::Read).await;
    let mut response = export(&server, &read, "").await;
    assert!(response.chunk().await.unwrap().is_some());
    server.store.close().await;
    is_broken_off(response).await;
}

#[tokio::test]
async fn an_export_is_recorded_before_it_is_given() {
    let server = Server::start().await;
    let provider = server.key("p", KeyScope::Provider).await;
    let read = server.key("demo", KeyScope::Read).await;
    let operator = Operator::at_the_command_line();
    let number = server.store.keys(&operator).await.unwrap().last().unwrap().id;
    let secret = "somebody";
    let query = format!("?format=csv&kind=audit&user_id={secret}&since=2026-01-31T12:00:00Z");
    assert_eq!(export(&server, &read, &query).await.status(), 200);
    assert_eq!(export(&server, &provider, "?client_id=demo").await.status(), 200);
    assert_eq!(export(&server, &provider, "").await.status(), 200);
    // Of another's records nothing is given, and that is recorded as well.
    let other = server.key("other", KeyScope::Read).await;
    let nothing = export(&server, &other, "?client_id=demo").await;
    assert_eq!(nothing.text().await.unwrap(), "");
    let (_, acts) = server.get(&provider, "/v1/audit/export/demo").await;
    let [of_other, of_provider, own] = &acts["items"].as_array().unwrap()[..] else {
        panic!("{acts}")
    };
    assert_eq!(own["client_id"], COLLECTOR_CLIENT);
    assert_eq!(own["action_type"], "export");
    assert_eq!(own["user_id"], format!("key:{number}"));
    let facts = json!({
        "format": "csv", "filters": ["kind", "user_id", "since"], "kind": "audit",
        "since": "2026-01-31T12:00:00.000Z",
    });
    assert_eq!(own["metadata"], facts);
    assert!(!acts.to_string().contains(secret), "{acts}");
    assert_ne!(of_provider["user_id"], own["user_id"]);
    assert_ne!(of_provider["user_id"], of_other["user_id"]);
    let (_, whole) = server.get(&provider, "/v1/audit/export/*").await;
    assert_eq!(whole["items"].as_array().unwrap().len(), 1, "{whole}");
}

/// Where the record of the export cannot be stored, nothing is given.
#[tokio::test]
async fn what_cannot_be_recorded_is_not_given() {
    let server = Server::start().await;
    fill(&server, 100, 10).await;
    let read = server.key("demo", KeyScope::Read).await;
    assert_eq!(export(&server, &read, "").await.status(), 200);
    let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON workflow_logs \
         BEGIN SELECT RAISE(ABORT, 'nothing is taken'); END";
    let in_postgres = "CREATE FUNCTION epilogue.refuse() RETURNS trigger LANGUAGE plpgsql \
         AS $$ BEGIN RAISE EXCEPTION 'nothing is taken'; END $$; \
         CREATE TRIGGER refusal BEFORE INSERT ON epilogue.workflow_logs \
         FOR EACH ROW EXECUTE FUNCTION epilogue.refuse()";
    run_sql(server.directory(), refusal, in_postgres).await;
    let refused = export(&server, &read, "").await;
    assert!(refused.status().is_server_error());
    let told: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert!(told["error"]["code"].is_string(), "{told}");
}

#[tokio::test]
async fn asking_for_the_head_of_an_export_is_no_export() {
    let server = Server::start().await;
    let read = server.key("demo", KeyScope::Read).await;
    let head = server.request(Method::HEAD, "/v1/export?format=csv", &read).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert!(head.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
    let wrong = server.request(Method::HEAD, "/v1/export?format=xls", &read).send().await.unwrap();
    assert_eq!(wrong.status(), 400);
    let provider = server.key("p", KeyScope::Provider).await;
    let (_, acts) = server.get(&provider, "/v1/audit/export/demo").await;
    assert_eq!(acts["items"], json!([]));
}

#[tokio::test]
async fn a_key_makes_four_exports_at_once_and_keeps_nobody_out() {
    let server = Server::start().await;
    let (records, bytes) = FAR_MORE;
    fill(&server, records, bytes).await;
    let (read, other) =
        (server.key("demo", KeyScope::Read).await, server.key("demo", KeyScope::Read).await);
    let mut stopped = Vec::new();
    for _ in 0..4 {
        let mut response = export(&server, &read, "").await;
        assert!(response.chunk().await.unwrap().is_some());
        stopped.push(response);
    }
    let refused = export(&server, &read, "").await;
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    assert_eq!(export(&server, &other, "?kind=audit").await.status(), 200);
    stopped.pop();
    let again = async { while export(&server, &read, "?kind=audit").await.status() != 200 {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), again).await.unwrap();
}

#[tokio::test]
async fn an_export_needs_a_key_for_reading() {
    let server = Server::start().await;
    let ingest = server.key("demo", KeyScope::Ingest).await;
    assert_eq!(export(&server, &ingest, "").await.status(), 403);
    assert_eq!(export(&server, "unknown", "").await.status(), 401);
}
