//! `/parsing` tells how texts were parsed, in all and by the version of the parser.

use serde_json::{Value, json};

use crate::of_kind::{of_kind, store};
use crate::server::Server;
use crate::session::{as_client, page, text};

fn parsed(version: &str, status: &str, millis: u32, confidence: f64, entities: u32) -> Value {
    let own = json!({"parser_version": version, "processing_time_ms": millis,
        "confidence_score": confidence, "entity_counts": {"PERSON": 1, "DATE": entities - 1},
        "error_details": format!("why {version} failed"), "source_document": "d-1"});
    of_kind("nlp_parsing", status, &own, &json!({}))
}

#[tokio::test]
async fn texts_are_told_in_all_and_by_version() {
    let server = Server::start().await;
    let texts = vec![
        parsed("2.0", "Success", 100, 0.95, 4),
        parsed("2.0", "Success", 300, 0.85, 2),
        parsed("2.1", "Success", 50, 1.0, 1),
        parsed("2.1", "Failed", 750, 0.2, 3),
        parsed("2.0", "Partial", 200, 0.6, 3),
    ];
    store(&server, "a", texts).await;
    store(&server, "b", vec![parsed("9.9", "Failed", 9_000, 0.1, 9)]).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/parsing").await;
    let shown: String = text(&html).split_whitespace().collect::<Vec<_>>().join(" ");
    // Texts, success rate, average latency, average confidence.
    for told in ["Texts5", "75.0 %", "280 ms", "72.0 %", "why 2.1 failed"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    let rows: Vec<_> = html
        .split_once("By parser version")
        .unwrap()
        .1
        .split("<tr>")
        .skip(2)
        .take(2)
        .map(|row| text(row.split("</tr>").next().unwrap()))
        .collect();
    assert_eq!(rows, ["2.03100.0 %200 ms80.0 %3.0", "2.1250.0 %400 ms60.0 %2.0"]);
    for (bounds, count) in [("20–30 %", "1"), ("80–90 %", "1"), ("90–100 %", "2"), ("0–10 %", "0")]
    {
        let own = html.split("</tr>").map(text).find(|row| row.trim_start().starts_with(bounds));
        assert_eq!(own.unwrap().trim(), format!("{bounds}{count}"));
    }
    for told in ["<data value=\"0.05\">50 ms</data>", "<data value=\"0.75\">750 ms</data>"] {
        assert!(html.contains(told), "least and most: {told}");
    }
    assert!(!shown.contains("9.9"));
}
