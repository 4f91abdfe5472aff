//! What a server answers to every question of the query API, as far as stores have to agree.

use epilogue_collector::Auth;
use epilogue_collector::store::{Asked, Bucket, Cursor, Fingerprint, Reports, Store};
use serde_json::{Value, json};
use std::sync::Arc;

use super::filled::{CLIENTS, Filled, WORD};
use crate::process::until;
use crate::server::Server;

/// All answers to the holders of these keys, each under its question.
pub(super) async fn answers(server: &Server, filled: &Filled) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (at, key) in filled.keys.iter().enumerate() {
        let expected = if at < CLIENTS.len() { 35 } else { 35 * CLIENTS.len() };
        indexed(server, key, expected).await;
        for question in questions(filled) {
            if at == CLIENTS.len() && is_of_all(&question) {
                continue;
            }
            let (status, mut answer) = server.get(key, &question).await;
            let is_one = question.starts_with("/v1/logs/") && !question.contains("failed");
            assert!(status == 200 || (is_one && status == 404), "{question}: {answer}");
            // A place in a list is told by the store's own numbers.
            if let Some(fields) = answer.as_object_mut() {
                fields.remove("next_cursor");
            }
            all.push((format!("{at} {question} {status}"), answer));
        }
        all.push((format!("{at} others"), others(server, key).await));
    }
    all
}

/// Waits until every record with the word is found.
async fn indexed(server: &Server, key: &str, expected: usize) {
    until("the words are indexed", async || {
        let (_, list) = server.get(key, &format!("/v1/logs?q={WORD}&limit=1000")).await;
        list["items"].as_array().unwrap().len() == expected
    })
    .await;
}

/// Whether a provider is answered with the collector's own records among others.
fn is_of_all(question: &str) -> bool {
    question.starts_with("/v1/stats") || question.starts_with("/v1/logs/failed")
}

fn questions(filled: &Filled) -> Vec<String> {
    let mut all: Vec<String> = [
        "/v1/logs/failed?minutes=525600&limit=50",
        "/v1/tickets/ticket-1",
        "/v1/timeline/email/e1?limit=1000",
        "/v1/audit/order/2",
        "/v1/stats?group_by=kind",
        "/v1/stats?group_by=client_id,status,provider_name,event_type",
        "/v1/stats?since=2026-01-10T00:00:00Z&until=2026-03-14T00:00:00Z&group_by=workflow_version",
        "/v1/stats/series?bucket=month&since=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z",
    ]
    .map(str::to_owned)
    .into();
    for client in CLIENTS {
        let client: String = form_urlencoded::byte_serialize(client.as_bytes()).collect();
        let of = format!("client_id={client}&limit=1000");
        all.push(format!("/v1/logs?q={WORD}%20late&{of}"));
        for sort in ["time", "duration", "confidence"] {
            for order in ["asc", "desc"] {
                all.push(format!("/v1/logs?sort={sort}&order={order}&{of}"));
            }
        }
        all.push(format!("/v1/logs?kind=webhook_event&status=Completed&{of}"));
        all.push(format!("/v1/logs?min_confidence=0.2&max_confidence=0.6&{of}"));
    }
    all.extend(filled.ids.iter().flatten().map(|id| format!("/v1/logs/{id}")));
    all
}

/// What no question of the API tells, but the pages and `/metrics` do.
async fn others(server: &Server, key: &str) -> Value {
    let auth = Auth::new(Arc::clone(&server.store), None);
    let scope = auth.read(Some(key.as_bytes())).await.unwrap();
    let error = Fingerprint::of("Timeout", "order 0 was late");
    let odd = Fingerprint::of("node", r#"{"b":1,"a":2}"#);
    let seen = server.store.sightings(&scope, &[error, odd]).await.unwrap();
    let none: Option<Cursor> = None;
    let with = server.store.with_error(&scope, error, none, 1_000).await.unwrap();
    let with: Vec<_> = with.items.iter().map(|item| item.row.record_id).collect();
    let asked = Asked {
        since: 0,
        until: 1_800_000_000_000,
        bucket: Bucket::Day,
        environment: None,
        source: None,
    };
    let (store, scope): (&dyn Store, _) = (server.store.as_ref(), &scope);
    let syncs = Reports::sync_report(store, scope, &asked).await.unwrap();
    let events = store.webhook_report(scope, &asked).await.unwrap();
    let parsings = store.parsing_report(scope, &asked).await.unwrap();
    let page = server.http.get(server.url("/metrics")).header("x-api-key", key).send().await;
    let page = page.unwrap().text().await.unwrap();
    let mut lost: Vec<_> =
        page.lines().filter(|line| line.contains("producer_lost_records_total{")).collect();
    lost.sort_unstable();
    json!({
        "seen": format!("{seen:?}"), "with": with, "lost": lost,
        "syncs": format!("{syncs:?}"), "events": format!("{events:?}"),
        "parsings": format!("{parsings:?}"),
    })
}
