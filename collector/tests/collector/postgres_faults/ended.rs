//! PostgreSQL is stopped, killed and started again, and its connections are ended.

use sqlx::Executor;

use super::house::{House, is_unavailable};
use super::load::Load;
use super::rounds;
use crate::cluster::{Cluster, shell};
use crate::server::record;

/// Ends every connection of the collectors in mid-work.
const END_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE application_name = 'epilogue-collector'";

#[tokio::test(flavor = "multi_thread")]
async fn an_end_of_connections_or_of_the_server_costs_nothing() {
    let Some(cluster) = Cluster::start("") else { return };
    let house = House::on(&cluster.server);
    let load = Load::start(&house);
    load.goes_on(50).await;
    for _ in 0..rounds() {
        shell(&cluster.server).await.execute(END_ALL).await.unwrap();
        load.goes_on(20).await;
    }
    for how in ["fast", "immediate", "kill"] {
        house.is_back().await;
        let told = house.told();
        cluster.halt(how);
        house.cannot_write().await;
        house.cannot_read().await;
        cluster.resume();
        house.is_back().await;
        load.goes_on(20).await;
        house.told_once_since(told);
    }
    let taken = load.finish().await;
    house.holds(&taken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_found_again_although_nobody_sends() {
    let Some(cluster) = Cluster::start("") else { return };
    let house = House::on(&cluster.server);
    cluster.halt("fast");
    let sent = record("demo");
    assert!(is_unavailable(house.post(&sent).send().await.unwrap()).await);
    cluster.resume();
    house.is_back_by_itself().await;
    assert_eq!(house.post(&sent).send().await.unwrap().status(), 200);
}
