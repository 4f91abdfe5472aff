//! PostgreSQL may only be read: it fails over to a standby, or was told so.

use sqlx::Executor;

use super::house::House;
use super::load::Load;
use super::proxy::Proxy;
use crate::cluster::{Cluster, endpoint, shell, through};
use crate::database::Database;
use crate::home::Home;
use crate::process::until;
use crate::server::record;

/// Reads go on where nothing can be written.
async fn only_reads(house: &House) {
    house.cannot_write().await;
    for path in ["/v1/logs", "/v1/stats", "/v1/tickets/12345"] {
        // For a moment there may have been no server at all.
        until("reads go on", async || house.get(path).send().await.unwrap().status() == 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_read_and_is_written_once_it_is_the_primary() {
    let Some(primary) = Cluster::start("") else { return };
    let standby = primary.standby();
    // What is answered is on the standby as well.
    primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'").await;
    primary.run("SELECT pg_reload_conf()").await;
    let mut shell = shell(&primary.server).await;
    until("the standby is in step", async || {
        let sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut shell).await.unwrap() == 1
    })
    .await;
    let proxy = Proxy::before(endpoint(&primary.server)).await;
    let home = Home::over(Database::of(primary.server.clone()));
    let house = House::over(home, |own| through(own, &proxy.endpoint));
    let load = Load::start(&house);
    load.goes_on(50).await;
    let told = house.told();
    primary.halt("immediate");
    proxy.set(|way| way.to = endpoint(&standby.server));
    proxy.cut();
    only_reads(&house).await;
    standby.promote();
    house.is_back().await;
    load.goes_on(20).await;
    house.told_once_since(told);
    let taken = load.finish().await;
    // What counts and compares asks the server whose database it is.
    house.moved_to(&standby.server);
    house.holds(&taken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_may_only_be_read_is_written_when_it_may_be() {
    let Ok(server) = std::env::var("EPILOGUE_TEST_POSTGRES") else { return };
    let house = House::on(&server);
    let load = Load::start(&house);
    load.goes_on(20).await;
    let told = house.told();
    let mut shell = shell(&server).await;
    let name = house.address().rsplit_once('/').unwrap().1.to_owned();
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    shell.execute(set.as_str()).await.unwrap();
    shell.execute(end.as_str()).await.unwrap();
    only_reads(&house).await;
    // Nobody's connection is ended now.
    let reset = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
    shell.execute(reset.as_str()).await.unwrap();
    house.is_back().await;
    load.goes_on(20).await;
    house.told_once_since(told);
    let taken = load.finish().await;
    house.holds(&taken).await;
}

/// One writer fails, while the other waits for orders and has failed at nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_written_again_is_found_although_nobody_sends() {
    let Some(cluster) = Cluster::start("") else { return };
    let house = House::on(&cluster.server);
    let sent = record("demo");
    for (setting, expected) in [("on", 503), ("off", 200)] {
        cluster.run(&format!("ALTER SYSTEM SET default_transaction_read_only = {setting}")).await;
        cluster.run("SELECT pg_reload_conf()").await;
        if setting == "off" {
            house.is_back_by_itself().await;
        }
        // A connection is told of it a moment later.
        until("it is as it was set", async || {
            house.post(&sent).send().await.unwrap().status() == expected
        })
        .await;
    }
}
