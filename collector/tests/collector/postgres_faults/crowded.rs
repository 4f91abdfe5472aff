//! Others have taken all of PostgreSQL's connections.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use super::house::House;
use super::load::Load;
use crate::cluster::{Cluster, shell};
use crate::process::until;

/// How many of the collector's connections there are; they are ended.
const ENDED: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
     WHERE application_name = 'epilogue-collector'";

/// Connects until there is no place left.
async fn take_all(server: &str, taken: &mut Vec<PgConnection>) {
    let options: PgConnectOptions = server.parse().unwrap();
    loop {
        match options.connect().await {
            Ok(connection) => taken.push(connection),
            Err(sqlx::Error::Database(error)) => {
                assert_eq!(error.code().as_deref(), Some("53300"), "{error}");
                return;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_place_is_waited_for() {
    let Some(cluster) = Cluster::start("-c max_connections=30") else { return };
    let house = House::on(&cluster.server);
    let load = Load::start(&house);
    load.goes_on(20).await;
    let told = house.told();
    let (mut crowd, mut own) = (Vec::new(), shell(&cluster.server).await);
    // Whenever one of the collector's is ended, it and the crowd run for the place.
    until("the collector has no connection left", async || {
        take_all(&cluster.server, &mut crowd).await;
        let ended: i64 = sqlx::query_scalar(ENDED).fetch_one(&mut own).await.unwrap();
        ended == 0
    })
    .await;
    house.cannot_write().await;
    house.cannot_read().await;
    for connection in crowd {
        connection.close().await.unwrap();
    }
    house.is_back().await;
    load.goes_on(20).await;
    let [failed, worked] = house.told();
    assert!(failed > told[0] && failed == worked);
    let taken = load.finish().await;
    house.holds(&taken).await;
}
