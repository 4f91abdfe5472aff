//! What is kept beside the records, as a person with a SQL shell sees it, equals what is stored.

use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::home::store_of;

/// The sums that are kept, and what each is the sum of.
const SUMS: [(&str, &str); 8] = [
    ("errors", "error_count"),
    ("timed", "execution_time_seconds IS NOT NULL"),
    ("seconds", "execution_time_seconds"),
    ("input_tokens", "input_tokens"),
    ("output_tokens", "output_tokens"),
    ("cost", "cost"),
    ("rated", "confidence IS NOT NULL"),
    ("confidence", "confidence"),
];

/// Compares the sums of every span, and the whole records, with the rows.
pub(crate) async fn agree(data: &Path) {
    if let Some(address) = store_of(data) {
        return agree_in_postgres(&address).await;
    }
    let mut shell = shell(data, "epilogue.db").await;
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
        for (sum, of_a_row) in SUMS {
            let agree = format!(
                "SELECT abs((SELECT total({sum}) FROM rollups WHERE span = {span})
                    - (SELECT total({of_a_row}) FROM workflow_logs)) < 0.001"
            );
            assert_eq!(count(&agree).await, 1, "{sum} of span {span}");
        }
    }
}

/// The same in PostgreSQL, where what is not folded into the sums yet counts with them.
async fn agree_in_postgres(address: &str) {
    let mut shell = PgConnection::connect(address).await.unwrap();
    shell.execute("SET search_path = epilogue").await.unwrap();
    let mut reading = shell.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    let mut count =
        async |sql: &str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *reading).await.unwrap();
    let rows = count("SELECT count(*) FROM workflow_logs").await;
    assert!(rows > 0);
    assert_eq!(count("SELECT count(*) FROM payloads").await, rows);
    let distinct =
        "SELECT count(*) FROM (SELECT DISTINCT client_id, record_id FROM workflow_logs) AS all_of";
    assert_eq!(count(distinct).await, rows);
    for span in [0, 3_600_000, 86_400_000] {
        let sum = |column: &str| {
            format!(
                "SELECT coalesce(sum(own), 0) FROM (SELECT {column} AS own FROM rollups \
                 WHERE span = {span} UNION ALL SELECT {column} FROM rollup_parts) AS both_of"
            )
        };
        assert_eq!(count(&format!("SELECT ({})::bigint", sum("records"))).await, rows, "{span}");
        for (column, of_a_row) in SUMS {
            let is_count = of_a_row.ends_with("IS NOT NULL");
            let cast = if is_count { "::integer" } else { "" };
            let agree = format!(
                "SELECT (abs(({}) - (SELECT coalesce(sum(({of_a_row}){cast}), 0) \
                 FROM workflow_logs)) < 0.001)::integer::bigint",
                sum(column)
            );
            assert_eq!(count(&agree).await, 1, "{column} of span {span}");
        }
    }
}

/// How many records a word finds; each that has it once, if the index is whole. In PostgreSQL words
/// are numbers: there those are counted that are indexed, each of which has it.
pub(crate) async fn found(data: &Path, word: &str) -> usize {
    if let Some(address) = store_of(data) {
        let mut shell = PgConnection::connect(&address).await.unwrap();
        let sql = "SELECT count(*) FROM epilogue.record_words WHERE client_id <> '_collector'";
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut shell).await.unwrap();
        return found.try_into().unwrap();
    }
    let mut shell = shell(data, "epilogue-text.db").await;
    let sql = "SELECT count(DISTINCT rowid) FROM record_text WHERE record_text MATCH ?";
    let found = sqlx::query_scalar::<_, i64>(sql).bind(word).fetch_one(&mut shell).await.unwrap();
    found.try_into().unwrap()
}

async fn shell(data: &Path, file: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(data.join(file)).read_only(true);
    options.connect().await.unwrap()
}
