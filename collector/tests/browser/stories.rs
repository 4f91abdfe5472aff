//! What people come for, from the login to the logout.

use fantoccini::key::Key;

use crate::driver::Browser;
use crate::house::{House, PASSWORD, broken_run, log_in, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_finds_out_why_a_ticket_failed() {
    // As the README tells it, with the runs that come with the repository.
    let house = House::start();
    let runs = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/agent_runs.jsonl");
    house.ship("agent_runs", &[runs]);
    let browser = house.provider().await;
    browser.goto("/").await;
    browser.follow("2").await;
    browser.until("the run is there", async |page| page.path().await.starts_with("/runs/")).await;
    let chosen = browser.text_of("[aria-current='step'], [aria-selected='true']").await;
    assert!(chosen.contains("get_reader"), "{chosen}");
    let card = browser.text_of("[data-detail]").await;
    assert!(card.contains("Error: user not found") && card.contains("[ID:"), "{card}");
    let text = browser.text().await;
    assert!(text.contains("I cannot find that reader."), "{text}");
    browser.close().await;
}

/// Filters, opens a run, shares a step, compares, exports and logs out, by what the pages offer.
async fn whole_way(house: &House, browser: Browser) {
    browser.goto("/").await;
    browser.follow("Tickets").await;
    browser.choose("status", "FAILED").await;
    browser.press("Apply").await;
    browser
        .until("the list is filtered", async |page| page.path().await.contains("status=FAILED"))
        .await;
    browser.follow("BROKEN-1").await;
    browser.until("the run is there", async |page| page.path().await.starts_with("/runs/")).await;
    // The link that a step offers, as somebody else opens it.
    let link = browser.find("a[data-copy]").await.attr("href").await.unwrap().unwrap();
    assert!(link.ends_with("step=3"), "{link}");
    browser.goto(&link).await;
    assert!(browser.text_of("[data-detail]").await.contains("orders.find"));
    browser.click("details.choose summary").await;
    browser.click("details.choose a").await;
    browser.find("section.compare").await;
    assert!(browser.path().await.contains("compare="));
    browser.goto("/tickets?status=FAILED").await;
    browser.follow("JSON").await;
    let exported = browser.download(".json").await;
    let exported: serde_json::Value = serde_json::from_str(&exported).unwrap();
    let expected = house.ask("/v1/logs?kind=workflow&status=FAILED&limit=1000").await;
    let expected = expected["items"].as_array().unwrap();
    assert_eq!(exported.as_array().unwrap().len(), expected.len());
    browser.press("Log out").await;
    browser.until("the login is there", async |page| page.path().await.starts_with("/login")).await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_goes_the_whole_way() {
    let house = House::filled().await;
    let browser = house.provider().await;
    whole_way(&house, browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_goes_the_whole_way() {
    let house = House::filled().await;
    let browser = house.client("demo").await;
    whole_way(&house, browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_filtered_and_a_step_is_linked_to() {
    let house = House::filled().await;
    let browser = house.provider().await;
    browser.goto("/tickets?status=FAILED&category=ORDER_STATUS&sort=duration").await;
    let rows = browser.all("tbody tr").await.len();
    let expected = house.ask("/v1/logs?kind=workflow&status=FAILED&category=ORDER_STATUS").await;
    assert_eq!(rows, expected["items"].as_array().unwrap().len());
    assert!(rows >= 3);
    browser.follow("BROKEN-2").await;
    browser.find("[aria-current='step'], [aria-selected='true']").await;
    let run = browser.path().await;
    let run = run.split('?').next().unwrap().to_owned();
    browser.goto(&format!("{run}?step=2")).await;
    let chosen = browser.text_of("[aria-current='step'], [aria-selected='true']").await;
    assert!(chosen.contains("plan"), "{chosen}");
    assert!(browser.text().await.contains("look the order up"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_are_compared_step_by_step() {
    let house = House::filled().await;
    let browser = house.provider().await;
    let mut other = broken_run(7);
    other["status"] = "SUCCESS".into();
    other["trace"]["steps"][2]["status"] = "ok".into();
    other["trace"]["steps"][2]["arguments"]["order"] = 4712.into();
    house.post(&other).await;
    let run = house.ask("/v1/logs?ticket_id=BROKEN-1").await;
    let run = run["items"][0]["record_id"].as_str().unwrap().to_owned();
    let other = other["record_id"].as_str().unwrap();
    browser.goto(&format!("/runs/{run}?compare={other}")).await;
    let text = browser.text().await;
    for told in ["4711", "4712", "orders.find", "classify"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_filtered_is_exported() {
    let house = House::filled().await;
    let browser = house.provider().await;
    browser.goto("/tickets?status=FAILED").await;
    browser.follow("CSV").await;
    let table = browser.download(".csv").await;
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("record_id,kind,"));
    let expected = house.ask("/v1/logs?kind=workflow&status=FAILED&limit=1000").await;
    assert_eq!(lines.count(), expected["items"].as_array().unwrap().len());
    browser.goto("/audit?action_type=export").await;
    let newest = browser.text_of("main li.inside").await;
    assert!(newest.contains(&format!("user:{}", house.login.0)), "{newest}");
    assert!(newest.contains("export"), "{newest}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_sees_its_own_alone() {
    let house = House::filled().await;
    let key = house.command(&["keys", "create", "--client", "other", "--scope", "ingest"]);
    let mut own = broken_run(8);
    own["client_id"] = "other".into();
    own["ticket_id"] = "THEIR-OWN".into();
    house.post_as(&key, &own).await;
    let browser = house.client("other").await;
    browser.goto("/tickets").await;
    let text = browser.text().await;
    assert!(text.contains("THEIR-OWN") && !text.contains("BROKEN"), "{text}");
    let run = house.ask("/v1/logs?ticket_id=BROKEN-1").await;
    let run = run["items"][0]["record_id"].as_str().unwrap().to_owned();
    for path in [&format!("/runs/{run}"), "/tickets/BROKEN-1", "/keys", "/users"] {
        browser.goto(path).await;
        let text = browser.text().await;
        assert!(text.contains("Not found") && !text.contains("orders"), "{path}: {text}");
    }
    // The browser itself tells of what was not found; nothing else went wrong.
    assert!(browser.complaints().await.iter().all(|told| told.contains("404")));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_ends_the_session() {
    let house = House::start();
    let browser = house.provider().await;
    browser.goto("/tickets").await;
    browser.press("Log out").await;
    browser.until("the login is there", async |page| page.path().await.starts_with("/login")).await;
    // What was asked for is where one is after the login.
    browser.goto("/tickets?status=FAILED").await;
    browser.fill("name", &house.login.0).await;
    browser.fill("password", PASSWORD).await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.until("one is back", async |page| page.path().await == "/tickets?status=FAILED").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_ended_leads_to_the_login_and_back() {
    let house = House::start();
    let run = broken_run(1);
    house.post(&run).await;
    let browser = house.provider().await;
    browser.goto(&format!("/runs/{}?step=3", run["record_id"].as_str().unwrap())).await;
    browser.find("[data-ready]").await;
    // Somebody sets another password for them, which ends their sessions.
    let password = house.command(&["users", "reset", &house.login.0]);
    browser.keys("k").await;
    browser.until("the login is there", async |page| page.path().await.starts_with("/login")).await;
    log_in(&browser, &house.login.0, password.split_whitespace().next_back().unwrap()).await;
    browser.until("one is back", async |page| page.path().await.starts_with("/runs/")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_says_how_to_send_the_first_record() {
    let house = House::start();
    let browser = house.provider().await;
    browser.goto("/").await;
    let text = browser.text().await;
    let address = format!("{}/v1/logs", house.url);
    assert!(text.contains(&address) && text.contains("LOG_COLLECTOR_API_KEY"), "{text}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough() {
    let house = House::filled().await;
    let browser = Browser::open(&house.url).await;
    browser.goto("/").await;
    let password = house.user("typist", &["provider"]);
    for (field, text) in [("name", "typist"), ("password", password.as_str())] {
        browser.tab_to(&format!("[name='{field}']")).await;
        browser.keys(text).await;
    }
    browser.keys(&Key::Enter.to_string()).await;
    browser.find("[name='again']").await;
    for field in ["new", "again"] {
        browser.tab_to(&format!("[name='{field}']")).await;
        browser.keys(PASSWORD).await;
    }
    browser.keys(&Key::Enter.to_string()).await;
    browser.find("nav[aria-label='Pages']").await;
    browser.goto("/tickets").await;
    browser.tab_to("a[href^='/runs/']").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.until("the run is there", async |page| page.path().await.starts_with("/runs/")).await;
    let first = browser.text_of("[aria-current='step'], [aria-selected='true']").await;
    browser.tab_to("[aria-current='step'], [aria-selected='true']").await;
    // It is the last one.
    browser.keys("k").await;
    browser
        .until("the step before is chosen", async |page| {
            page.text_of("[aria-current='step'], [aria-selected='true']").await != first
        })
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_run_can_be_read() {
    let house = House::filled().await;
    let browser = house.provider().await;
    browser.scripts(false).await;
    browser.goto("/tickets?ticket_id=BROKEN-1").await;
    browser.follow("BROKEN-1").await;
    let text = browser.text().await;
    assert!(text.contains("timed out after 1500 ms"), "{text}");
    browser.click("a[href*='step=2']").await;
    browser
        .until("the step is shown", async |page| page.text().await.contains("look the order up"))
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_steps_can_be_walked_through() {
    let house = House::start();
    let steps: Vec<_> = (1..=10_000)
        .map(|id| {
            serde_json::json!({"id": id, "type": "node", "name": format!("node-{id}"),
                "start_ms": id, "duration_ms": 1, "status": "ok"})
        })
        .collect();
    let mut run = broken_run(1);
    run["executed_at"] = now().into();
    run["trace"]["steps"] = steps.into();
    run["trace"]["errors"] = serde_json::json!([]);
    house.post(&run).await;
    let browser = house.provider().await;
    let id = run["record_id"].as_str().unwrap();
    browser.goto(&format!("/runs/{id}?step=9000")).await;
    let chosen = browser.text_of("[aria-current='step'], [aria-selected='true']").await;
    assert!(chosen.contains("node-9000"), "{chosen}");
    browser.tab_to("[aria-current='step'], [aria-selected='true']").await;
    browser.keys("j").await;
    browser
        .until("the next step is chosen", async |page| {
            let chosen = page.text_of("[aria-current='step'], [aria-selected='true']").await;
            chosen.contains("node-9001")
        })
        .await;
    browser.close().await;
}
