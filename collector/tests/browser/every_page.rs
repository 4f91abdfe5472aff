//! Every page keeps what all pages promise: contrast, names, weight, width, and nothing from elsewhere.

use crate::checks;
use crate::driver::Browser;
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_keeps_its_promises() {
    let house = House::filled().await;
    let strange = Browser::open(&house.url).await;
    checks::holds(&strange, "/login").await;
    strange.close().await;
    let browser = house.provider().await;
    let failed = house.ask("/v1/logs?ticket_id=BROKEN-1").await;
    let failed = failed["items"][0]["record_id"].as_str().unwrap().to_owned();
    let other = house.ask("/v1/logs?ticket_id=BROKEN-2").await;
    let other = other["items"][0]["record_id"].as_str().unwrap().to_owned();
    let action = house.ask("/v1/logs?kind=action").await;
    let action = action["items"][0]["record_id"].as_str().unwrap().to_owned();
    let activity = house.ask("/v1/logs?kind=activity").await;
    let [kind, id] =
        ["entity_type", "entity_id"].map(|name| activity["items"][0][name].as_str().unwrap());
    for path in [
        "/",
        "/?range=30d",
        "/tickets",
        "/tickets?status=FAILED&sort=duration&order=asc",
        "/tickets/BROKEN-1",
        &format!("/runs/{failed}"),
        &format!("/runs/{failed}?view=timeline&step=2"),
        &format!("/runs/{failed}?view=log"),
        &format!("/runs/{failed}?compare={other}"),
        &format!("/records/{action}"),
        "/actions",
        "/audit",
        "/timeline",
        &format!("/timeline/{kind}/{id}"),
        "/syncs",
        "/webhooks",
        "/parsing",
        "/keys",
        "/users",
        "/account",
    ] {
        checks::holds(&browser, path).await;
    }
    browser.close().await;
}
