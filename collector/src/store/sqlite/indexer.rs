//! The task that indexes the records' words, behind their commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Connection, Executor, Row as _};
use tokio::time::{sleep, timeout};

use super::failure::unavailable;
use super::lag::Lag;
use super::statement::{SqliteQuery, Statements};
use crate::store::StoreError;
use crate::store::health::Health;
use crate::store::page::Filter;
use crate::store::words::{label, of_record};

/// How many records a transaction indexes, and how many bytes they have together: one record more
/// than fit, so that the largest is indexed as well.
const CHUNK: i64 = 256;
const CHUNK_BYTES: i64 = 8 << 20;
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
    lag: Arc<Lag>,
    health: Health,
    insertion: Statements,
}

impl Indexer {
    pub(super) fn new(text: SqliteConnection, readers: SqlitePool, lag: Arc<Lag>) -> Self {
        let insertion =
            Statements::new("INSERT OR FAIL INTO", "record_text", &["rowid", "labels", "text"]);
        Self { text, readers, lag, health: Health::new("the index of words"), insertion }
    }

    /// Works until the readers are closed.
    pub(super) async fn run(mut self) {
        while !self.readers.is_closed() {
            let begun = Instant::now();
            let result = self.chunk().await;
            if !self.readers.is_closed() {
                self.health.note(result.as_ref().err());
            }
            match result {
                // Whoever stores comes first; where nobody does there is nobody to wait for.
                Ok(indexed) if indexed > 0 => {
                    if timeout(Duration::ZERO, self.lag.more()).await.is_ok() {
                        rest(&self.readers, sleep(begun.elapsed() * PAUSE)).await;
                    }
                }
                _ => rest(&self.readers, timeout(LOOK, self.lag.more())).await,
            }
        }
        let _ = self.text.close().await;
    }

    /// Indexes the next records, and tells how many there were.
    async fn chunk(&mut self) -> Result<usize, StoreError> {
        self.text.execute("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        let result = match self.fill().await {
            Ok(indexed) => self.text.execute("COMMIT").await.map(|_| indexed).map_err(unavailable),
            Err(error) => Err(error),
        };
        if result.is_err() {
            // SQLite may have taken it back itself; what is left open would stand in the next one's way.
            let _ = self.text.execute("ROLLBACK").await;
        }
        result
    }

    async fn fill(&mut self) -> Result<usize, StoreError> {
        let through: i64 = sqlx::query_scalar("SELECT indexed_through FROM progress")
            .fetch_one(&mut self.text)
            .await
            .map_err(unavailable)?;
        self.lag.seen(newest(&self.readers).await?);
        // Only what was committed counts, so that it is told at the next look.
        self.lag.indexed(through);
        let records = sqlx::query(
            "SELECT payload, workflow_logs.* FROM payloads JOIN workflow_logs USING (seq) \
             WHERE seq > ? AND seq <= ? ORDER BY seq",
        )
        .bind(through)
        .bind(last_after(&self.readers, through).await?)
        .fetch_all(&self.readers)
        .await
        .map_err(unavailable)?;
        let rows: Result<Vec<_>, _> = records.iter().map(indexed).collect();
        let rows = rows.map_err(unavailable)?;
        let Some((last, _, _)) = rows.last() else {
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
            .map(drop)
            .map_err(unavailable)
    }
}

/// Waits for this, or for the end: whoever closes the store waits for no pause.
async fn rest(readers: &SqlitePool, until: impl Future) {
    tokio::select! {
        _ = until => {}
        () = readers.close_event() => {}
    }
}

/// The newest record, whoever stored it.
async fn newest(readers: &SqlitePool) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM workflow_logs")
        .fetch_one(readers)
        .await
        .map_err(unavailable)
}

/// The last record of the chunk behind this one. Lengths are read alone, without the records.
async fn last_after(readers: &SqlitePool, through: i64) -> Result<i64, StoreError> {
    let lengths: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT seq, octet_length(payload) FROM payloads WHERE seq > ? ORDER BY seq LIMIT ?",
    )
    .bind(through)
    .bind(CHUNK)
    .fetch_all(readers)
    .await
    .map_err(unavailable)?;
    Ok(last_within(&lengths, CHUNK_BYTES).unwrap_or(through))
}

/// The last of these records, each with its length, before which there is still room.
fn last_within(lengths: &[(i64, i64)], bytes: i64) -> Option<i64> {
    let mut room = bytes;
    let fits = |(_, length): &&(i64, i64)| {
        let has_room = room > 0;
        room = room.saturating_sub(*length);
        has_room
    };
    lengths.iter().take_while(fits).last().map(|(seq, _)| *seq)
}

/// The number of a record, its labels and its words.
fn indexed(row: &SqliteRow) -> Result<(i64, String, String), sqlx::Error> {
    let mut labels = label("client_id", row.try_get("client_id")?);
    for name in Filter::EQUAL {
        if let Some(text) = row.try_get::<Option<&str>, _>(name)? {
            labels.push(' ');
            labels.push_str(&label(name, text));
        }
    }
    Ok((row.try_get("seq")?, labels, of_record(row.try_get("payload")?)))
}

fn bind<'q>(
    query: SqliteQuery<'q>,
    (seq, labels, text): &'q (i64, String, String),
) -> SqliteQuery<'q> {
    query.bind(seq).bind(labels.as_str()).bind(text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_bounded_and_never_empty() {
        assert_eq!(last_within(&[], 10), None);
        assert_eq!(last_within(&[(7, 1_000)], 10), Some(7));
        assert_eq!(last_within(&[(7, 1_000), (8, 1)], 10), Some(7));
        assert_eq!(last_within(&[(1, 5), (3, 4), (4, 100), (5, 1)], 10), Some(4));
        assert_eq!(last_within(&[(1, 5), (2, 5), (3, 1)], 10), Some(2));
    }
}
