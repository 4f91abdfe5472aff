//! The task that indexes the records' words, behind their commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Connection, Executor, Row as _};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::failure::unavailable;
use super::statement::{SqliteQuery, Statements};
use super::words;
use crate::metrics;
use crate::store::StoreError;
use crate::store::page::Filter;

/// How many records a transaction indexes.
const CHUNK: i64 = 256;
/// How many times as long as it worked it pauses while records are being stored, so that it takes a
/// tenth of a processor from them at most.
const PAUSE: u32 = 9;
/// After which time to look for what another process has stored.
const LOOK: Duration = Duration::from_secs(1);

/// Indexes what the readers show.
#[derive(Debug)]
pub(super) struct Indexer {
    text: SqliteConnection,
    readers: SqlitePool,
    /// Told whenever records were committed.
    stored: Arc<Notify>,
    insertion: Statements,
}

impl Indexer {
    pub(super) fn new(text: SqliteConnection, readers: SqlitePool, stored: Arc<Notify>) -> Self {
        let insertion =
            Statements::new("INSERT OR FAIL INTO", "record_text", &["rowid", "labels", "text"]);
        Self { text, readers, stored, insertion }
    }

    /// Works until the readers are closed.
    pub(super) async fn run(mut self) {
        while !self.readers.is_closed() {
            let begun = Instant::now();
            match self.chunk().await {
                // Whoever stores comes first; where nobody does there is nobody to wait for.
                Ok(indexed) if indexed > 0 => {
                    if timeout(Duration::ZERO, self.stored.notified()).await.is_ok() {
                        sleep(begun.elapsed() * PAUSE).await;
                    }
                }
                _ => drop(timeout(LOOK, self.stored.notified()).await),
            }
        }
        let _ = self.text.close().await;
    }

    /// Indexes the next records, and tells how many there were.
    async fn chunk(&mut self) -> Result<usize, StoreError> {
        self.text.execute("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        let result = self.fill().await;
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        self.text.execute(end).await.map_err(unavailable)?;
        result
    }

    async fn fill(&mut self) -> Result<usize, StoreError> {
        let through: i64 = sqlx::query_scalar("SELECT indexed_through FROM progress")
            .fetch_one(&mut self.text)
            .await
            .map_err(unavailable)?;
        let records = sqlx::query(
            "SELECT payload, workflow_logs.* FROM payloads JOIN workflow_logs USING (seq) \
             WHERE seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(through)
        .bind(CHUNK)
        .fetch_all(&self.readers)
        .await
        .map_err(unavailable)?;
        let rows: Result<Vec<_>, _> = records.iter().map(indexed).collect();
        let rows = rows.map_err(unavailable)?;
        let Some((last, _, _)) = rows.last() else {
            metrics::text_lag(0);
            return Ok(0);
        };
        let last = *last;
        self.insertion.run(&mut self.text, &rows, bind).await.map_err(unavailable)?;
        self.progress(last).await?;
        Ok(rows.len())
    }

    async fn progress(&mut self, through: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE progress SET indexed_through = ?")
            .bind(through)
            .execute(&mut self.text)
            .await
            .map_err(unavailable)?;
        let newest: i64 = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM workflow_logs")
            .fetch_one(&self.readers)
            .await
            .map_err(unavailable)?;
        metrics::text_lag(newest - through);
        Ok(())
    }
}

/// The number of a record, its labels and its words.
fn indexed(row: &SqliteRow) -> Result<(i64, String, String), sqlx::Error> {
    let mut labels = words::label("client_id", row.try_get("client_id")?);
    for name in Filter::EQUAL {
        if let Some(text) = row.try_get::<Option<&str>, _>(name)? {
            labels.push(' ');
            labels.push_str(&words::label(name, text));
        }
    }
    Ok((row.try_get("seq")?, labels, words::of_record(row.try_get("payload")?)))
}

fn bind<'q>(
    query: SqliteQuery<'q>,
    (seq, labels, text): &'q (i64, String, String),
) -> SqliteQuery<'q> {
    query.bind(seq).bind(labels.as_str()).bind(text.as_str())
}
