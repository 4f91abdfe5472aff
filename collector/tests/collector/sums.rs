//! What the statistics are made of equals what is stored.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// Compares the sums of every span, and the whole records, with the rows.
pub(crate) async fn agree(data: &Path) {
    let options = SqliteConnectOptions::new().filename(data.join("epilogue.db")).read_only(true);
    let mut shell = options.connect().await.unwrap();
    // One snapshot for all of them.
    let mut reading = shell.begin().await.unwrap();
    let mut count =
        async |sql: &str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *reading).await.unwrap();
    let rows = count("SELECT count(*) FROM workflow_logs").await;
    assert!(rows > 0);
    assert_eq!(count("SELECT count(*) FROM payloads").await, rows);
    let distinct = "SELECT count(*) FROM (SELECT DISTINCT client_id, record_id FROM workflow_logs)";
    assert_eq!(count(distinct).await, rows);
    for span in [0, 3_600_000, 86_400_000] {
        let sum = format!("SELECT coalesce(sum(records), 0) FROM rollups WHERE span = {span}");
        assert_eq!(count(&sum).await, rows, "the sums of span {span}");
    }
}
