//! What is kept beside the records, as a person with a SQL shell sees it, equals what is stored.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

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

/// How many records a word finds; each that has it once, if the index is whole.
pub(crate) async fn found(data: &Path, word: &str) -> usize {
    let mut shell = shell(data, "epilogue-text.db").await;
    let sql = "SELECT count(DISTINCT rowid) FROM record_text WHERE record_text MATCH ?";
    let found = sqlx::query_scalar::<_, i64>(sql).bind(word).fetch_one(&mut shell).await.unwrap();
    found.try_into().unwrap()
}

async fn shell(data: &Path, file: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(data.join(file)).read_only(true);
    options.connect().await.unwrap()
}
