//! `/timeline` tells what happened to one entity, newest first.

use serde_json::{Value, json};

use crate::of_kind::{ago, of_kind, store};
use crate::server::Server;
use crate::session::{as_client, get, page, text};

fn event(entity: &str, name: &str, category: &str, minutes: u64) -> Value {
    let own = json!({"entity_type": "email", "entity_id": entity, "event_type": name,
        "event_category": category, "created_by": "importer", "facts": {"classification": "BILL"}});
    let trace = json!({"description": format!("what {name} did"), "metadata": {"size": 7}});
    of_kind("activity", "", &own, &json!({"trace": trace, "executed_at": ago(minutes)}))
}

#[tokio::test]
async fn events_are_shown_newest_first_with_what_they_have() {
    let server = Server::start().await;
    let entity = "m/1 ?";
    let events = vec![
        event(entity, "fetched", "system", 30),
        event(entity, "classified", "workflow", 20),
        event(entity, "error", "rule", 10),
        event("another", "read", "user", 1),
    ];
    store(&server, "a", events).await;
    store(&server, "b", vec![event("of-b", "linked", "integration", 1)]).await;
    let cookie = as_client(&server, "a").await;
    let choose = page(&server, &cookie, "/timeline").await;
    let way = "/timeline/email/m%2F1%20%3F";
    assert!(choose.contains(way) && !choose.contains("of-b"), "{choose}");
    let html = page(&server, &cookie, way).await;
    let places = ["what error did", "what classified did", "what fetched did"];
    let places = places.map(|told| html.find(told).unwrap());
    assert!(places.is_sorted());
    let shown = text(&html);
    for told in ["importer", "BILL", "classification", "\"size\": 7", "failed"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    assert!(!shown.contains("another") && html.contains("tone-violet"));
    let some = text(&page(&server, &cookie, &format!("{way}?event_category=rule")).await);
    assert!(some.contains("what error did") && !some.contains("what fetched did"));
    let some = text(&page(&server, &cookie, &format!("{way}?event_type=fetched")).await);
    assert!(!some.contains("what error did") && some.contains("what fetched did"));
}

#[tokio::test]
async fn an_entity_of_another_client_is_not_there() {
    let server = Server::start().await;
    store(&server, "b", vec![event("of-b", "linked", "integration", 1)]).await;
    let cookie = as_client(&server, "a").await;
    for path in ["/timeline/email/of-b", "/timeline/email/nobody", "/timeline?client_id=b"] {
        let (status, html) = get(&server, &cookie, path).await;
        assert_eq!(status, 404, "{path}: {html}");
    }
    let form = "/timeline?entity_type=email&entity_id=of-b";
    let (status, _) = get(&server, &cookie, form).await;
    assert_eq!(status, 404, "the form goes to the same");
}
