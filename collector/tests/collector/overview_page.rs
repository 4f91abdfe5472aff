//! The overview tells what the statistics tell, to whoever may know it.

use epilogue_collector::KeyScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Server, record_with};
use crate::session::{
    self, HOSTILE, as_client, as_provider, between, get, has_ticket, page, shown, text,
};

/// A moment so many hours ago.
fn ago(hours: u64) -> String {
    let now = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600 * hours);
    let seconds = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    epilogue_collector::rfc3339(i64::try_from(seconds).unwrap())
}

/// Runs of two clients, of the last day and of the one before it.
async fn filled() -> Server {
    let server = Server::start().await;
    for client in ["a", "b"] {
        let runs = [
            json!({"executed_at": ago(2), "ticket_id": format!("{client}-1"), "execution_time_seconds": 2.0,
                "workflow_version": "1.0", "currency": "EUR",
                "metrics": {"cost": 1.25, "input_tokens": 1_000, "output_tokens": 234}}),
            json!({"executed_at": ago(3), "ticket_id": format!("{client}-2"), "execution_time_seconds": 4.0,
                "status": "FAILED", "status_reason": format!("no answer for {client}"),
                "category": "BILLING", "environment": "staging", "metrics": {"error_count": 3}}),
            json!({"executed_at": ago(4), "ticket_id": format!("{client}-3"), "status": "ESCALATED"}),
            json!({"executed_at": ago(30), "ticket_id": format!("{client}-4"), "status": "FAILED"}),
        ];
        let runs: Vec<_> = runs.iter().map(|fields| record_with(client, fields)).collect();
        let key = server.key(client, KeyScope::Ingest).await;
        let (status, answer) = server.post(&key, json!(runs).to_string()).await;
        assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(4)), "{answer}");
    }
    server
}

/// A figure of the page, and the same of the period before.
fn figure(html: &str, name: &str) -> [String; 2] {
    let card = between(html, &format!("<h2>{name}</h2>"), "</section>");
    let first = |before, after| between(card[0], before, after)[0].to_owned();
    [first("<strong>", "</strong>"), first("hint\">", " in the period before")]
}

/// The statistics of what the page shows. Nothing lies near the ends of its time.
async fn statistics(server: &Server, key: &str, query: &str) -> Value {
    let path = format!("/v1/stats?kind=workflow&since={}&until={}{query}", ago(24), ago(0));
    server.get(key, &path).await.1
}

#[tokio::test]
async fn figures_are_those_of_the_statistics() {
    let server = filled().await;
    let key = server.key("a", KeyScope::Read).await;
    let cookie = as_client(&server, "a").await;
    for (query, filter) in [("", ""), ("&environment=staging", "&environment=staging")] {
        let total = &statistics(&server, &key, filter).await["total"];
        let html = page(&server, &cookie, &format!("/?range=24h{query}")).await;
        let seconds = |name: &str| format!("{:.2} s", total[name].as_f64().unwrap());
        let rate = total["success_rate"].as_f64().unwrap() * 100.0;
        let tokens =
            total["input_tokens"].as_i64().unwrap() + total["output_tokens"].as_i64().unwrap();
        for (name, expected) in [
            ("Ticket runs", total["records"].to_string()),
            ("Success rate", format!("{rate:.1} %")),
            ("Average time", seconds("average_seconds")),
            ("95th percentile of time", seconds("p95_seconds")),
            ("Errors", total["error_count"].to_string()),
            ("Tokens", tokens.to_string()),
        ] {
            assert_eq!(figure(&html, name)[0].replace(',', ""), expected, "{name} {query}");
        }
    }
    let html = page(&server, &cookie, "/?range=24h").await;
    assert_eq!(figure(&html, "Ticket runs"), ["3", "1"]);
    assert_eq!(figure(&html, "Success rate"), ["50.0 %", "0.0 %"]);
    assert_eq!(figure(&html, "Cost, EUR"), ["1.25", "0.00"]);
}

#[tokio::test]
async fn a_group_leads_to_its_runs() {
    let server = filled().await;
    let cookie = as_provider(&server).await;
    let html = page(&server, &cookie, "/?range=24h&environment=staging").await;
    let rows = between(&html, "<th scope=\"row\"><a href=\"", "</tr>");
    let client = rows.iter().find(|row| row.contains("client_id=a")).unwrap();
    let (href, row) = client.split_once("\">").unwrap();
    assert_eq!(href, "/tickets?environment=staging&#38;range=24h&#38;client_id=a");
    assert!(text(row).starts_with("a\n1"), "{row}");
    let list = page(&server, &cookie, &href.replace("&#38;", "&")).await;
    assert!(has_ticket(&list, "a-2") && !has_ticket(&list, "a-1") && !has_ticket(&list, "b-2"));
}

#[tokio::test]
async fn another_clients_runs_are_nowhere() {
    let server = filled().await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/?range=24h").await;
    assert!(html.contains("no answer for a") && !html.contains("no answer for b"));
    assert!(!html.contains("By client") && !html.contains(">b<"));
    assert_eq!(get(&server, &cookie, "/?range=24h&client_id=b").await.0, 404);
    let all = page(&server, &as_provider(&server).await, "/?range=24h").await;
    assert_eq!(figure(&all, "Ticket runs"), ["6", "2"]);
    assert!(all.contains("no answer for a") && all.contains("no answer for b"));
}

#[tokio::test]
async fn an_empty_store_shows_how_to_send_the_first_record() {
    let server = Server::start().await;
    let ingest = server.key("a", KeyScope::Ingest).await;
    let cookie = as_client(&server, "a").await;
    let told = text(&page(&server, &cookie, "/").await);
    let url = server.url("/v1/logs");
    assert!(told.contains(&format!("export LOG_COLLECTOR_URL={url}")), "{told}");
    assert!(told.contains(&format!("curl {url} ")) && told.contains("CLIENT_ID=a"), "{told}");
    // The record that is shown is one that the server takes.
    let record = between(&told, "-d '", "}'")[0].replace("'\"$CLIENT_ID\"'", "a") + "}";
    let (status, answer) = server.post(&ingest, record).await;
    assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(1)), "{answer}");
    assert_eq!(figure(&page(&server, &cookie, "/").await, "Ticket runs")[0], "1");
}

#[tokio::test]
async fn whatever_a_record_says_is_text() {
    let server = Server::start().await;
    let key = server.key("a", KeyScope::Ingest).await;
    for hostile in HOSTILE {
        let fields = json!({"executed_at": ago(1), "ticket_id": hostile, "status_reason": hostile,
            "category": hostile, "environment": hostile, "workflow_version": hostile,
            "status": "FAILED", "currency": "EUR", "metrics": {"cost": 1.0}});
        let (status, answer) = server.post(&key, record_with("a", &fields).to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }
    let html = page(&server, &as_provider(&server).await, "/").await;
    for hostile in HOSTILE {
        assert!(!html.contains(hostile), "{hostile}");
        assert!(text(&html).matches(&shown(hostile)).count() >= 4, "{hostile}");
    }
    assert!(html.trim_end().ends_with("</html>"), "the page is whole");
}

#[tokio::test]
async fn whoever_is_not_logged_in_goes_to_the_login() {
    let server = Server::start().await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    let http = http.build().unwrap();
    for (path, login) in [
        ("/?range=7d&client_id=a", "/login?next=%2F%3Frange%3D7d%26client_id%3Da"),
        ("/tickets", "/login?next=%2Ftickets"),
        ("/export?format=csv", "/login?next=%2Fexport%3Fformat%3Dcsv"),
    ] {
        let response = http.request(Method::GET, server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], login);
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let server = filled().await;
    let cookie = as_provider(&server).await;
    for query in ["range=2d", "since=tomorrow", "since=2026-01-02&until=2026-01-01"] {
        let (status, html) = session::get(&server, &cookie, &format!("/?{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert!(html.contains("That cannot be asked"), "{html}");
    }
}
