//! The list of tickets has what the query API has, in its order, and gives it away as a file.

use std::sync::Arc;

use epilogue_collector::store::{Entry, Kind, Outcome, Row, Stored};
use epilogue_collector::{Auth, COLLECTOR_CLIENT, KeyScope};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Server, record_with};
use crate::session::{
    self, HOSTILE, as_client, as_provider, between, get, has_ticket, page, shown, text,
};

/// Seven runs of each of two clients, and a record of another kind.
async fn filled() -> Server {
    let server = Server::start().await;
    for client in ["a", "b"] {
        let mut records: Vec<_> = (0..7_u32)
            .map(|number| {
                let status = if number % 3 == 0 { "FAILED" } else { "SUCCESS" };
                let fields = json!({"ticket_id": format!("{client}-{number}"), "status": status,
                    "executed_at": format!("2026-01-31T12:00:0{number}.000Z"),
                    "execution_time_seconds": (number * 5) % 7,
                    "metrics": {"overall_confidence": f64::from((number * 3) % 7) / 10.0},
                    "status_reason": format!("word{number}")});
                record_with(client, &fields)
            })
            .collect();
        records.push(record_with(
            client,
            &json!({"kind": "action", "status": "success", "metrics": null, "category": null,
                "execution_time_seconds": null, "ticket_id": format!("{client}-action"),
                "action": {"action_type": "crm_create", "provider_name": "hubspot"}}),
        ));
        let key = server.key(client, KeyScope::Ingest).await;
        let (status, answer) = server.post(&key, json!(records).to_string()).await;
        assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(8)), "{answer}");
    }
    server
}

/// The runs of a page, by their ids.
fn runs(html: &str) -> Vec<&str> {
    between(html, "<a href=\"/runs/", "\"")
}

fn next(html: &str) -> Option<String> {
    let before = html.split_once("\" rel=\"next\"")?.0;
    Some(before.rsplit_once("href=\"")?.1.replace("&#38;", "&"))
}

/// The same list as the query API gives it.
async fn listed(server: &Server, key: &str, query: &str) -> Vec<String> {
    let (status, list) = server.get(key, &format!("/v1/logs?kind=workflow&{query}")).await;
    assert_eq!(status, 200, "{list}");
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["record_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_page_holds_what_the_query_api_gives_for_its_address() {
    let server = filled().await;
    let key = server.key("p", KeyScope::Provider).await;
    let cookie = as_provider(&server).await;
    for (query, many) in [
        ("", 14),
        ("status=FAILED", 6),
        ("outcome=ok&client_id=b", 4),
        ("sort=duration", 14),
        ("sort=duration&order=asc&client_id=a", 7),
        ("sort=confidence&status=SUCCESS", 8),
        ("min_confidence=0.3&max_confidence=0.5", 6),
        ("ticket_id=a-3", 1),
        ("since=2026-01-31T12:00:02Z&until=2026-01-31T12:00:04Z", 4),
        ("category=NONE", 0),
    ] {
        let html = page(&server, &cookie, &format!("/tickets?{query}")).await;
        assert_eq!(runs(&html), listed(&server, &key, query).await, "{query}");
        assert_eq!(runs(&html).len(), many, "{query}");
        let count = format!("{many} run{} in all", if many == 1 { "" } else { "s" });
        let is_counted = !query.contains("confidence=") && !query.contains("ticket_id");
        assert_eq!(html.contains(&count), is_counted, "{query}");
        assert_eq!(html.contains("No run has all of this"), many == 0, "{query}");
    }
}

#[tokio::test]
async fn heads_sort_both_ways() {
    let server = filled().await;
    let key = server.key("a", KeyScope::Read).await;
    let cookie = as_client(&server, "a").await;
    let mut html = page(&server, &cookie, "/tickets?status=SUCCESS").await;
    for (head, sort, order) in [
        ("Time taken", "duration", "desc"),
        ("Time taken", "duration", "asc"),
        ("Confidence", "confidence", "desc"),
        ("When", "time", "desc"),
        ("When", "time", "asc"),
    ] {
        let heads = between(&html, "<a href=\"", "</a>");
        let href = heads.iter().find_map(|link| link.split_once(&format!("\">{head}"))).unwrap().0;
        html = page(&server, &cookie, &href.replace("&#38;", "&")).await;
        let query = format!("status=SUCCESS&sort={sort}&order={order}");
        assert_eq!(runs(&html), listed(&server, &key, &query).await, "{query}");
        let sorted = if order == "asc" { "ascending" } else { "descending" };
        assert_eq!(html.matches(&format!("aria-sort=\"{sorted}\"")).count(), 1, "{query}");
    }
}

#[tokio::test]
async fn pages_join_and_lead_back() {
    let server = filled().await;
    let key = server.key("p", KeyScope::Provider).await;
    let cookie = as_provider(&server).await;
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut path = Some("/tickets?sort=duration&limit=4&status=SUCCESS".to_owned());
    while let Some(own) = path {
        let html = page(&server, &cookie, &own).await;
        seen.extend(runs(&html).into_iter().map(str::to_owned));
        assert_eq!(html.contains(">First page</a>"), pages > 0);
        assert!(!html.contains("Look further"));
        path = next(&html);
        pages += 1;
    }
    assert_eq!(seen, listed(&server, &key, "sort=duration&status=SUCCESS").await);
    assert_eq!((seen.len(), pages), (8, 2));
}

#[tokio::test]
async fn words_are_found_whatever_the_list_was_sorted_by() {
    let server = filled().await;
    let cookie = as_provider(&server).await;
    let found = async {
        loop {
            let html = page(&server, &cookie, "/tickets?sort=duration&q=word4").await;
            if runs(&html).len() == 2 {
                return html;
            }
            tokio::task::yield_now().await;
        }
    };
    let html = tokio::time::timeout(std::time::Duration::from_secs(20), found).await.unwrap();
    assert!(has_ticket(&html, "a-4") && has_ticket(&html, "b-4") && !html.contains("aria-sort"));
}

#[tokio::test]
async fn a_short_page_does_not_look_like_the_end() {
    let server = Server::start().await;
    let key = server.key("a", KeyScope::Ingest).await;
    let rights = Auth::new(Arc::clone(&server.store), None);
    let rights = rights.ingest(Some(key.as_bytes())).await.unwrap();
    for group in 0..12 {
        let entries: Vec<_> = (0..2_000_i64)
            .map(|at| {
                let is_first = group == 0 && at == 0;
                let row = Row {
                    workflow_name: Some(if is_first { "rare" } else { "usual" }.to_owned()),
                    level: "METRICS_ONLY".to_owned(),
                    ..Row::new(Uuid::now_v7(), Kind::Workflow, 2_000 * group + at, Outcome::Ok)
                };
                Entry::new(row, "{}".to_owned())
            })
            .collect();
        let stored = server.store.append(rights.clone(), entries).await.unwrap();
        assert!(stored.iter().all(|stored| *stored == Stored::New));
    }
    let cookie = as_client(&server, "a").await;
    let first = page(&server, &cookie, "/tickets?workflow_name=rare").await;
    assert!(runs(&first).is_empty() && first.contains("Nothing found so far"), "{first}");
    assert!(first.contains("Look further") && !first.contains("No run has all of this"));
    let last = page(&server, &cookie, &next(&first).unwrap()).await;
    assert_eq!((runs(&last).len(), next(&last)), (1, None));
    assert!(!last.contains("Look further"));
}

#[tokio::test]
async fn a_list_is_exported_as_it_is_filtered() {
    let server = filled().await;
    let key = server.key("a", KeyScope::Read).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/tickets?status=SUCCESS&sort=duration&limit=2").await;
    let links = between(&html, "href=\"/export", "\"").into_iter();
    let links: Vec<_> = links.map(|link| link.replace("&#38;", "&")).collect();
    assert_eq!(links.len(), 3);
    for (link, format) in links.iter().zip(["csv", "json", "ndjson"]) {
        let own = page(&server, &cookie, &format!("/export{link}")).await;
        let path = format!("/v1/export?kind=workflow&status=SUCCESS&format={format}");
        let request = server.request(reqwest::Method::GET, &path, &key);
        assert_eq!(own, request.send().await.unwrap().text().await.unwrap());
        // As a whole value: an id may have such characters as well.
        let has = |ticket: &str| {
            own.contains(&format!(",{ticket},")) || own.contains(&format!("\"{ticket}\""))
        };
        assert!(has("a-5") && !has("b-5") && !has("a-action"), "{own}");
    }
    let array = page(&server, &cookie, &format!("/export{}", links[1])).await;
    let array: Vec<Value> = serde_json::from_str(&array).unwrap();
    let text = page(&server, &cookie, &format!("/export{}", links[2])).await;
    let each: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((array.len(), array), (4, each));
    let none = page(&server, &cookie, "/export?format=json&status=NONE").await;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&none).unwrap(), [] as [Value; 0]);
    let (status, _) = get(&server, &cookie, "/export?format=csv&client_id=b").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn an_export_from_a_page_is_recorded() {
    let server = filled().await;
    page(&server, &as_provider(&server).await, "/export?format=json&range=24h&q=secret").await;
    let own = server.key(COLLECTOR_CLIENT, KeyScope::Read).await;
    let (_, trail) = server.get(&own, "/v1/audit/export/*").await;
    let told = &trail["items"][0]["metadata"];
    assert_eq!(
        (&told["format"], &told["filters"]),
        (&json!("json"), &json!(["since", "until", "q"]))
    );
    assert!(!trail.to_string().contains("secret"));
}

#[tokio::test]
async fn another_clients_runs_are_nowhere() {
    let server = filled().await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/tickets").await;
    assert_eq!((runs(&html).len(), html.contains("7 runs in all")), (7, true));
    assert!(has_ticket(&html, "a-0") && !has_ticket(&html, "b-0") && !html.contains("client_id"));
    let html = page(&server, &cookie, "/tickets?ticket_id=b-0").await;
    assert!(runs(&html).is_empty() && next(&html).is_none());
    assert_eq!(get(&server, &cookie, "/tickets?client_id=b").await.0, 404);
}

#[tokio::test]
async fn whatever_a_record_says_is_text() {
    let server = Server::start().await;
    let key = server.key("a", KeyScope::Ingest).await;
    for hostile in HOSTILE {
        let fields = json!({"ticket_id": hostile, "category": hostile, "environment": hostile,
            "workflow_version": hostile, "workflow_name": hostile});
        let (status, answer) = server.post(&key, record_with("a", &fields).to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }
    let cookie = as_provider(&server).await;
    let html = page(&server, &cookie, "/tickets").await;
    for hostile in HOSTILE {
        assert!(!html.contains(hostile), "{hostile}");
        assert!(text(&html).matches(&shown(hostile)).count() >= 3, "{hostile}");
        let query: String =
            hostile.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        let own = page(&server, &cookie, &format!("/tickets?category={query}")).await;
        assert!(runs(&own).len() == 1 && !own.contains(hostile));
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let server = filled().await;
    let cookie = as_provider(&server).await;
    for query in ["cursor=x", "sort=name", "limit=0", "colour=red", "range=2d", "min_confidence=x"]
    {
        let (status, html) = session::get(&server, &cookie, &format!("/tickets?{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert!(html.contains("That cannot be asked"), "{html}");
    }
}
