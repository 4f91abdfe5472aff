//! What happened to a ticket or to an entity is shown along one line of time, each with its own.

use crate::server::{Server, id, record_with};
use epilogue_collector::KeyScope;
use serde_json::{Value, json};

fn at(client: &str, second: u32, fields: &Value) -> Value {
    let executed_at = format!("2026-01-31T12:00:{second:02}.000Z");
    let mut record = record_with(client, fields);
    record["executed_at"] = executed_at.into();
    record
}

/// All pages of a path, joined.
async fn joined(server: &Server, key: &str, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = server.get(key, &format!("{path}?limit=2{cursor}")).await;
        assert_eq!(status, 200, "{path}: {page}");
        items.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[tokio::test]
async fn a_ticket_shows_every_kind_from_its_beginning() {
    let server = Server::start().await;
    let ingest = server.key("demo", KeyScope::Ingest).await;
    let sent = [
        at("demo", 5, &json!({"trace": {"input": "long"}, "level": "FULL_TRACE"})),
        at(
            "demo",
            3,
            &json!({
                "kind": "action", "status": "success",
                "action": {"provider_name": "zendesk", "action_type": "x", "a_field_of_its_own": [1.50]},
            }),
        ),
        at(
            "demo",
            4,
            &json!({
                "kind": "activity", "status": null,
                "activity": {"entity_type": "email", "entity_id": "e", "event_type": "read"},
            }),
        ),
        at(
            "demo",
            1,
            &json!({
                "kind": "nlp_parsing", "status": "Success", "nlp_parsing": {"parser_version": "3"},
            }),
        ),
        at("demo", 2, &json!({"ticket_id": "another"})),
    ];
    let (_, answer) = server.post(&ingest, json!(sent).to_string()).await;
    assert_eq!(answer["accepted"], 5, "{answer}");
    let read = server.key("demo", KeyScope::Read).await;
    let shown = joined(&server, &read, "/v1/tickets/12345").await;
    let order = [3, 1, 2, 0];
    assert_eq!(shown.iter().map(id).collect::<Vec<_>>(), order.map(|place| id(&sent[place])));
    for (item, place) in shown.iter().zip(order) {
        let kind = sent[place]["kind"].as_str().unwrap();
        assert_eq!(item.get(kind), sent[place].get(kind), "{item}");
        assert_eq!(item.get("trace"), None);
    }
    let other = server.key("other", KeyScope::Read).await;
    assert_eq!(joined(&server, &other, "/v1/tickets/12345").await, [] as [Value; 0]);
    assert_eq!(joined(&server, &read, "/v1/tickets/none").await, [] as [Value; 0]);
}

#[tokio::test]
async fn an_entity_shows_what_happened_to_it_newest_first() {
    let server = Server::start().await;
    let activity = |second: u32, own: Value, trace: Option<Value>| {
        let mut fields = json!({"kind": "activity", "status": null, "activity": own});
        fields["activity"]["entity_type"] = "email".into();
        fields["activity"]["entity_id"] = "a/b c".into();
        if let Some(trace) = trace {
            fields["trace"] = trace;
            fields["level"] = "FULL_TRACE".into();
        }
        at("demo", second, &fields)
    };
    let sent = [
        activity(1, json!({"event_type": "fetched", "created_by": "poller"}), None),
        activity(
            2,
            json!({"event_type": "classified", "facts": {"confidence": 0.50, "method": "rules"}}),
            Some(json!({"description": "was sorted", "metadata": {"rule": [1]}, "other": "x"})),
        ),
        activity(3, json!({"event_type": "read", "user_id": "u-1"}), None),
    ];
    let ingest = server.key("demo", KeyScope::Ingest).await;
    let (_, answer) = server.post(&ingest, json!(sent).to_string()).await;
    assert_eq!(answer["accepted"], 3, "{answer}");
    let read = server.key("demo", KeyScope::Read).await;
    let shown = joined(&server, &read, "/v1/timeline/email/a%2Fb%20c").await;
    assert_eq!(shown.iter().rev().map(id).collect::<Vec<_>>(), sent.each_ref().map(id));
    let [last, middle, first] = &shown[..] else { panic!("{shown:?}") };
    assert_eq!(middle["facts"], json!({"confidence": 0.5, "method": "rules"}));
    assert_eq!(middle["description"], "was sorted");
    assert_eq!(middle["metadata"], json!({"rule": [1]}));
    assert_eq!(middle["event_type"], "classified");
    assert_eq!((middle.get("other"), middle.get("created_by")), (None, None));
    assert_eq!((&first["created_by"], first.get("facts")), (&json!("poller"), None));
    assert_eq!((&last["user_id"], last.get("description")), (&json!("u-1"), None));
}

/// Lines may be as large as records: a page of many such is cut, and goes on where it was cut.
#[tokio::test]
async fn a_page_of_large_lines_ends_early_and_loses_none() {
    let server = Server::start().await;
    let ingest = server.key("demo", KeyScope::Ingest).await;
    let large = "x".repeat(600 << 10);
    let mut sent = Vec::new();
    for second in 1..=12 {
        let own = json!({"entity_type": "email", "entity_id": "e", "event_type": "read"});
        let fields = json!({"kind": "activity", "status": null, "activity": own,
            "level": "FULL_TRACE", "trace": {"metadata": {"large": large}}});
        let record = at("demo", second, &fields);
        let (_, answer) = server.post(&ingest, record.to_string()).await;
        assert_eq!(answer["accepted"], 1, "{answer}");
        sent.push(id(&record));
    }
    let read = server.key("demo", KeyScope::Read).await;
    let (mut shown, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/v1/timeline/email/e?limit=1000{cursor}");
        let (status, page) = server.get(&read, &path).await;
        assert_eq!(status, 200);
        let items = page["items"].as_array().unwrap();
        let bytes: usize = items.iter().map(|item| item["metadata"].to_string().len()).sum();
        assert!(bytes <= 6 << 20, "{bytes} in one page");
        shown.extend(items.iter().map(id));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    sent.reverse();
    assert_eq!((pages, shown), (2, sent));
}

#[tokio::test]
async fn a_ticket_of_two_clients_is_two_tickets() {
    let server = Server::start().await;
    for client in ["a", "b"] {
        let key = server.key(client, KeyScope::Ingest).await;
        server.post(&key, at(client, 1, &json!({})).to_string()).await;
    }
    let provider = server.key("p", KeyScope::Provider).await;
    assert_eq!(joined(&server, &provider, "/v1/tickets/12345").await.len(), 2);
    let (_, own) = server.get(&provider, "/v1/tickets/12345?client_id=a").await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(own["items"][0]["client_id"], "a");
    let (_, later) =
        server.get(&provider, "/v1/tickets/12345?since=2026-01-31T12:00:02.000Z").await;
    assert_eq!(later["items"], json!([]));
}
