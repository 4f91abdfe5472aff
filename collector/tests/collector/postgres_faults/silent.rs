//! What lies between holds bytes back, loses them, or says nothing any more.

use std::time::Duration;

use tokio::time::sleep;

use super::house::House;
use super::load::Load;
use super::proxy::Proxy;
use super::rounds;
use crate::cluster::{endpoint, through};
use crate::database::Database;
use crate::home::Home;
use crate::process::until;

/// A collector behind a proxy; `None` where the tests have no server.
async fn behind_a_proxy() -> Option<(Proxy, House)> {
    let server = std::env::var("EPILOGUE_TEST_POSTGRES").ok()?;
    let proxy = Proxy::before(endpoint(&server)).await;
    let house = House::over(Home::over(Database::of(server)), |own| through(own, &proxy.endpoint));
    Some((proxy, house))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_without_a_word_is_given_up_and_found_again() {
    let Some((proxy, house)) = behind_a_proxy().await else { return };
    let load = Load::start(&house);
    load.goes_on(50).await;
    let told = house.told();
    proxy.strand();
    proxy.set(|way| way.is_silent = true);
    house.cannot_write().await;
    house.cannot_read().await;
    // The old connections stay as they are.
    proxy.set(|way| way.is_silent = false);
    house.is_back().await;
    load.goes_on(20).await;
    house.told_once_since(told);
    let taken = load.finish().await;
    house.holds(&taken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_behind_a_commit_doubles_nothing() {
    let Some((proxy, house)) = behind_a_proxy().await else { return };
    let load = Load::start(&house);
    for round in 1..=rounds() {
        load.goes_on(20).await;
        proxy.lose_commits(round);
        until("the commits were cut", async || proxy.commits_to_lose() == 0).await;
    }
    load.goes_on(20).await;
    let again = load.again();
    let taken = load.finish().await;
    assert!(again > 0, "what was committed is a duplicate when it is sent again");
    house.holds(&taken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_way_slows_down_and_refuses_nothing_for_long() {
    let Some((proxy, house)) = behind_a_proxy().await else { return };
    let load = Load::start(&house);
    load.goes_on(20).await;
    let told = house.told();
    proxy.set(|way| way.delay = Duration::from_millis(20));
    load.goes_on(40).await;
    house.is_back().await;
    assert_eq!(house.told(), told, "slow is not away");
    // Held back for a moment, and then carried on.
    proxy.set(|way| way.is_silent = true);
    sleep(Duration::from_secs(2)).await;
    proxy.set(|way| (way.is_silent, way.delay) = (false, Duration::ZERO));
    load.goes_on(40).await;
    proxy.cut();
    load.goes_on(40).await;
    let taken = load.finish().await;
    house.holds(&taken).await;
}
