//! Whoever is let in by one collector is known to all, and out at all of them at once.

use reqwest::Client;
use serde_json::{Value, json};
use sqlx::{Connection, Executor};

use super::balanced::{Balancer, Collectors};
use crate::browser::{Browser, PASSWORD};
use crate::server::{id, record};

impl Collectors {
    /// A new user who has logged in at this address and chosen a password.
    async fn entered(&self, url: &str, name: &str) -> Browser {
        let create = ["users", "create", "--name", name, "--role", "provider"];
        let first = self.command(&create).await;
        let mut browser = Browser::at(url);
        assert_eq!(browser.log_in(name, &first).await.location(), "/");
        browser.choose_password(&first, PASSWORD).await;
        browser
    }

    /// What a page of each of them is answered with to this browser.
    async fn statuses(&self, browser: &mut Browser) -> Vec<u16> {
        let mut statuses = Vec::new();
        for process in &self.all {
            browser.go_to(&process.url);
            statuses.push(browser.get("/tickets").await.status.as_u16());
        }
        statuses
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_one_at_all_of_them() {
    let Some(collectors) = Collectors::start().await else { return };
    let urls: Vec<_> = collectors.all.iter().map(|process| process.url.clone()).collect();
    let mut browser = collectors.entered(&urls[0], "maria").await;
    assert_eq!(collectors.statuses(&mut browser).await, [200; 3]);
    // A form of one is taken by another.
    browser.go_to(&urls[1]);
    browser.get("/keys").await;
    browser.go_to(&urls[2]);
    let made = browser.post("/keys", &[("client", "demo"), ("scope", "read")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let cookie = browser.cookie.clone();
    browser.go_to(&urls[0]);
    assert_eq!(browser.post("/logout", &[]).await.location(), "/login");
    browser.cookie = cookie;
    assert_eq!(collectors.statuses(&mut browser).await, [303; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_or_reset_is_out_everywhere() {
    let Some(collectors) = Collectors::start().await else { return };
    for (name, act) in [("maria", "disable"), ("peter", "reset")] {
        let mut browser = collectors.entered(&collectors.all[0].url, name).await;
        assert_eq!(collectors.statuses(&mut browser).await, [200; 3]);
        collectors.command(&["users", act, name]).await;
        assert_eq!(collectors.statuses(&mut browser).await, [303; 3], "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_at_all_of_them_count_together() {
    let Some(collectors) = Collectors::start().await else { return };
    drop(collectors.entered(&collectors.all[0].url, "maria").await);
    for attempt in 0..5 {
        let mut browser = Browser::at(&collectors.all[attempt % 3].url);
        assert_eq!(browser.log_in("maria", "wrong").await.status, 422);
    }
    for process in &collectors.all {
        let waiting = Browser::at(&process.url).log_in("maria", PASSWORD).await;
        assert_eq!(waiting.status, 429, "{}", waiting.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_behind_the_balancer_notices_nothing_of_it() {
    let Some(collectors) = Collectors::start().await else { return };
    let Some(balancer) = Balancer::before(&collectors).await else { return };
    let records: Vec<_> = (0..20).map(|_| record("demo")).collect();
    let body = Value::from(records.clone()).to_string();
    assert_eq!(collectors.all[0].post(&collectors.ingest, body).await.unwrap().0, 200);
    let mut browser = collectors.entered(&balancer.url, "maria").await;
    let run = format!("/runs/{}", id(&records[0]));
    let pages = ["/", "/tickets", "/actions", "/syncs", "/webhooks", "/parsing", "/account", &run];
    for path in pages.iter().cycle().take(3 * pages.len()) {
        let page = browser.get(path).await;
        assert!(page.status == 200 && page.text.trim_end().ends_with("</html>"), "{path}");
    }
    // The browser says where a form comes from, which is the balancer's address.
    browser.get("/account").await;
    let csrf = browser.csrf.clone();
    let fields = [("csrf", csrf.as_str())];
    let from = [("origin", balancer.url.as_str())];
    let left = browser.send(http::Method::POST, "/logout", &from, Some(&fields)).await;
    assert_eq!(left.location(), "/login", "{}", left.text);
    assert_eq!(collectors.statuses(&mut browser).await, [303; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_page_passes_the_balancer_before_the_rest() {
    let Some(collectors) = Collectors::start().await else { return };
    let Some(balancer) = Balancer::before(&collectors).await else { return };
    let sent = record("demo");
    let answer = collectors.all[0].post(&collectors.ingest, sent.to_string()).await;
    assert_eq!(answer.unwrap().0, 200);
    let browser = collectors.entered(&balancer.url, "maria").await;
    // How many runs there are cannot be told while this is held; which ones can.
    let mut shell = collectors.shell().await;
    let mut holding = shell.begin().await.unwrap();
    holding.execute("LOCK TABLE rollups IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let http = Client::builder().no_proxy().build().unwrap();
    let request = http.get(format!("{}/tickets", balancer.url));
    let mut response = request.header("cookie", browser.cookie.unwrap()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut page = Vec::new();
    let run = format!("/runs/{}", id(&sent));
    while !String::from_utf8_lossy(&page).contains(&run) {
        page.extend(response.chunk().await.unwrap().expect("the run is shown"));
    }
    assert!(!String::from_utf8_lossy(&page).contains("</html>"), "nothing was waited for");
    holding.rollback().await.unwrap();
    while let Some(more) = response.chunk().await.unwrap() {
        page.extend(more);
    }
    assert!(String::from_utf8_lossy(&page).trim_end().ends_with("</html>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_passes_the_balancer_whole() {
    let Some(collectors) = Collectors::start().await else { return };
    let Some(balancer) = Balancer::before(&collectors).await else { return };
    let (mut sent, http) = (Vec::new(), Client::builder().no_proxy().build().unwrap());
    for _ in 0..10 {
        let records: Vec<_> = (0..1_000).map(|_| record("demo")).collect();
        sent.extend(records.iter().map(id));
        let request = http.post(format!("{}/v1/logs", balancer.url));
        let request = request.header("x-api-key", &collectors.ingest);
        let request = request.header("content-type", "application/json");
        let response = request.body(json!(records).to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    let request = http.get(format!("{}/v1/export?format=ndjson", balancer.url));
    let response = request.header("x-api-key", &collectors.read).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let lines = response.text().await.unwrap();
    let lines = lines.lines().map(|line| id(&serde_json::from_str(line).unwrap()));
    let mut exported: Vec<_> = lines.collect();
    exported.sort_unstable();
    sent.sort_unstable();
    assert!(exported == sent, "{} of {}", exported.len(), sent.len());
}
