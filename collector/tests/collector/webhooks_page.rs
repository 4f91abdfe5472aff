//! `/webhooks` counts every event once, and shows each step of one.

use epilogue_collector::{COLLECTOR_CLIENT, KeyScope};
use serde_json::{Value, json};

use crate::of_kind::{ago, of_kind, store};
use crate::server::Server;
use crate::session::{as_client, between, get, page, text};

fn state(event: &str, status: &str, handler: &str, retries: u32, seconds: f64) -> Value {
    let own = json!({"event_id": event, "source": "telegram", "received_at": ago(30),
        "handler_function": handler, "retry_count": retries,
        "error_message": format!("{status} of {event}")});
    let trace = json!({"payload_history": [
        {"storage_timestamp": ago(29), "raw_payload": format!("body of {event}")}]});
    of_kind(
        "webhook_event",
        status,
        &own,
        &json!({"execution_time_seconds": seconds,
        "trace": trace}),
    )
}

/// What stands in the cells behind the first one of a row, word by word.
fn figures(html: &str, row: &str) -> Vec<String> {
    let apart = html.replace("</td>", " </td>").replace("</th>", " </th>");
    let own = apart.split("</tr>").map(text).find(|own| own.contains(row)).unwrap_or_default();
    let from = own.find(row).unwrap_or_default();
    own[from..].split_whitespace().skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_event_counts_as_its_newest_record_tells() {
    let server = Server::start().await;
    let states = vec![
        state("e-1", "Pending", "on_message", 0, 0.0),
        state("e-2", "Processing", "on_message", 0, 1.0),
        state("e-1", "Processing", "on_message", 1, 1.0),
        state("e-1", "Failed", "on_message", 3, 2.0),
        state("e-2", "Completed", "on_message", 0, 4.0),
        state("e-3", "Completed", "on_photo", 0, 0.5),
    ];
    store(&server, "a", states).await;
    store(&server, "b", vec![state("e-1", "Failed", "theirs", 9, 9.0)]).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/webhooks").await;
    let handlers = html.split_once("Top handlers").unwrap().1;
    assert_eq!(figures(handlers, "on_message"), ["2", "1", "50.0", "%", "3.00", "s"]);
    assert_eq!(figures(handlers, "on_photo"), ["1", "0", "0.0", "%", "500", "ms"]);
    let statuses = html.split_once("Events by status</h2>").unwrap().1;
    assert_eq!(figures(statuses, "Completed"), ["2", "66.7", "%"]);
    assert_eq!(figures(statuses, "Failed"), ["1", "33.3", "%"]);
    assert_eq!(figures(statuses, "Pending"), ["0", "0.0", "%"]);
    assert!(html.contains("href=\"/webhooks/telegram/e-1\"") && !html.contains("theirs"));
}

#[tokio::test]
async fn the_steps_of_an_event_are_shown_in_their_order() {
    let server = Server::start().await;
    let words = ["Pending", "Processing", "Failed"];
    let told = words.map(|status| state("e 1", status, "on_message", 0, 1.0)).to_vec();
    store(&server, "a", told).await;
    store(&server, "b", vec![state("of-b", "Failed", "x", 0, 1.0)]).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/webhooks/telegram/e%201").await;
    let told = between(&html, "<span class=\"badge ", "</span>");
    let told: Vec<_> = told.iter().map(|own| text(own.split_once('>').unwrap().1)).collect();
    assert_eq!(told, words);
    assert_eq!(html.matches("body of e 1").count(), 3);
    // Whoever reads the bodies has looked at what the records hold.
    let own = server.key(COLLECTOR_CLIENT, KeyScope::Read).await;
    let (_, views) = server.get(&own, "/v1/logs?kind=audit&action_type=view").await;
    assert_eq!(views["items"].as_array().unwrap().len(), 3);
    for path in ["/webhooks/telegram/of-b", "/webhooks/telegram/e", "/webhooks/x/e%201"] {
        let (status, _) = get(&server, &cookie, path).await;
        assert_eq!(status, 404, "{path}");
    }
}
