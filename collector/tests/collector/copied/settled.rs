//! A copy goes no further than what is there for good: whoever stores meanwhile may be overtaken by
//! others with larger numbers.

use std::path::Path;
use std::sync::Arc;

use epilogue_collector::Mover;
use epilogue_collector::store;
use sqlx::{Executor, PgConnection};

use crate::database::Database;
use crate::process::until;

/// Begins to store, and tells the number that was drawn for it.
async fn draw(shell: &mut PgConnection) -> i64 {
    shell.execute("BEGIN").await.unwrap();
    sqlx::query_scalar("SELECT nextval('epilogue.record_seq')").fetch_one(shell).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_drawn_a_number_is_waited_for() {
    let Some(database) = Database::fresh() else { return };
    let store = store::open(Some(&database.address()), Path::new("")).await.unwrap();
    let (mut first, mut later) = (database.connect().await, database.connect().await);
    let mut watching = database.connect().await;
    let drawn = draw(&mut first).await;
    let asked = Arc::clone(&store);
    let settled =
        tokio::spawn(async move { asked.settled(&Mover::at_the_command_line()).await.unwrap() });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%virtualtransaction = ANY%' \
         AND datname = current_database() AND pid <> pg_backend_pid()";
    until("it waits for whoever has that number", async || {
        sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut watching).await.unwrap() > 0
    })
    .await;
    assert!(!settled.is_finished(), "what has that number may still come");
    // Others go on meanwhile, and are not waited for.
    assert!(draw(&mut later).await > drawn);
    first.execute("COMMIT").await.unwrap();
    assert_eq!(settled.await.unwrap(), drawn);
    store.close().await;
}
