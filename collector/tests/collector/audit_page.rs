//! `/audit` tells who changed what, from where, and what it was before.

use serde_json::{Value, json};

use crate::of_kind::{of_kind, store};
use crate::server::Server;
use crate::session::{as_client, between, get, page, text};

fn change(resource: &str, user: &str, before: &Value, after: &Value) -> Value {
    let own = json!({"user_id": user, "action": "update", "resource_type": "rule",
        "resource_id": resource, "changed_fields": ["name"], "ip_address": "203.0.113.0",
        "user_agent": "Firefox/144.0"});
    let trace = json!({"changes": {"before": before, "after": after}});
    of_kind("audit", "success", &own, &json!({"trace": trace}))
}

#[tokio::test]
async fn a_change_is_told_field_by_field() {
    let server = Server::start().await;
    let before = json!({"name": "old name", "limits": {"most": 5, "least": 1}, "gone": true});
    let after = json!({"name": "new name", "limits": {"most": 7, "least": 1}, "tags": ["x"]});
    let long = json!({"text": "word ".repeat(2_000)});
    let changes =
        vec![change("r-1", "u-1", &before, &after), change("r-2", "u-2", &json!({}), &long)];
    store(&server, "a", changes).await;
    store(&server, "b", vec![change("r-1", "u-of-b", &json!({"a": 1}), &json!({"a": 2}))]).await;
    let cookie = as_client(&server, "a").await;
    let html = page(&server, &cookie, "/audit?resource_type=rule&resource_id=r-1").await;
    let shown = text(&html);
    // The address is masked as it comes in.
    for told in ["u-1", "from [IP", "Firefox/144.0", "The story of"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    let rows = between(&html, "<th scope=\"row\" class=\"mono\">", "</tr>");
    let rows: Vec<_> = rows
        .iter()
        .map(|row| text(row).split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        rows,
        [
            "gone removed true",
            "limits.most changed 5 7",
            "name changed old name new name",
            "tags added [ \"x\" ]… show[ \"x\" ]",
        ]
    );
    assert!(!shown.contains("u-of-b") && !shown.contains("u-2"));
    let all = page(&server, &cookie, "/audit").await;
    assert!(all.contains("<span class=\"show\">show</span>"));
    assert!(all.contains("(the record has more)"), "a long value is cut");
    assert!(all.len() < 40_000, "{}", all.len());
    let by_user = text(&page(&server, &cookie, "/audit?user_id=u-2").await);
    assert!(by_user.contains("r-2") && !by_user.contains("old name"));
    let (status, _) = get(&server, &cookie, "/audit?resource_id=r-1").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn the_story_of_a_resource_is_all_of_its_life() {
    let server = Server::start().await;
    let mut old = change("r-1", "u-long-ago", &json!({"a": 1}), &json!({"a": 2}));
    old["executed_at"] = json!("2020-01-31T12:00:00.000Z");
    store(&server, "a", vec![old]).await;
    let cookie = as_client(&server, "a").await;
    let story = "/audit?resource_type=rule&resource_id=r-1";
    assert!(page(&server, &cookie, story).await.contains("u-long-ago"));
    let lately = page(&server, &cookie, &format!("{story}&range=30d")).await;
    assert!(!lately.contains("u-long-ago") && lately.contains(">All time</a>"));
}

#[tokio::test]
async fn the_trail_goes_on_page_by_page() {
    let server = Server::start().await;
    let one =
        |number: usize| change(&format!("r-{number}"), "u", &json!({}), &json!({"n": number}));
    store(&server, "a", (0..45).map(one).collect()).await;
    let cookie = as_client(&server, "a").await;
    let (mut path, mut seen) = ("/audit".to_owned(), 0);
    loop {
        let html = page(&server, &cookie, &path).await;
        seen += html.matches("The story of this resource").count();
        let Some(next) = between(&html, "<a class=\"button\" href=\"", "\" rel=\"next\"").pop()
        else {
            break;
        };
        path = next.replace("&#38;", "&");
    }
    assert_eq!(seen, 45);
}
